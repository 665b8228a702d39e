//! Steps with a heading and a wall time, and the table of them at the end.

use std::time::{Duration, Instant};

use crate::process::Outcome;

/// The steps done so far, and what their runners said last.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
    left_out: Vec<(&'static str, String)>,
    closing: Vec<String>,
}

/// A line that separates one step's output from the next.
pub(crate) fn heading(name: &str) {
    println!("\n=== {name} {}", "=".repeat(72_usize.saturating_sub(name.len())));
}

impl Steps {
    /// Runs a step. When it fails, shows the table and says how to run this step `alone`.
    pub(crate) fn run(&mut self, name: &'static str, alone: &str, step: impl FnOnce() -> Outcome) -> Outcome {
        self.run_tests(name, alone, || step().map(|()| Vec::new()))
    }

    /// The same for a step that runs tests and returns its runner's closing lines.
    pub(crate) fn run_tests(&mut self, name: &'static str, alone: &str, step: impl FnOnce() -> Result<Vec<String>, String>) -> Outcome {
        heading(name);
        let start = Instant::now();
        let outcome = step();
        let took = start.elapsed();
        match outcome {
            Ok(closing) => {
                println!("--- {name}: done in {}", shown(took));
                self.done.push((name, took));
                self.closing.extend(closing.iter().map(|line| format!("{name}: {line}")));
                Ok(())
            }
            Err(why) => {
                print!("\n{}", self.table());
                println!("  {name:<24} {:>10}   FAILED", shown(took));
                Err(format!("{why}\nFAILED at step \"{name}\". To run it alone: {alone}"))
            }
        }
    }

    /// Notes a step that cannot be done here, so that the table does not hide it.
    pub(crate) fn leave_out(&mut self, name: &'static str, why: &str) {
        println!("\n{name} is left out: {why}");
        self.left_out.push((name, why.to_owned()));
    }

    /// The table, the runners' closing lines, and one line for people.
    pub(crate) fn finish(&self) {
        heading("summary");
        print!("{}", self.table());
        for line in &self.closing {
            println!("{line}");
        }
        let total = self.done.iter().map(|(_, took)| *took).sum();
        let but = if self.left_out.is_empty() { "" } else { " What was left out is named above." };
        println!("\nEverything passed: {} steps in {}.{but}", self.done.len(), shown(total));
    }

    fn table(&self) -> String {
        let row = |(name, took): &(&str, Duration)| format!("  {name:<24} {:>10}   ok\n", shown(*took));
        let missed = |(name, why): &(&str, String)| format!("  {name:<24} {:>10}   left out: {why}\n", "-");
        self.done.iter().map(row).chain(self.left_out.iter().map(missed)).collect()
    }
}

/// `0.4 s`, `12.3 s`, `4 min 05 s`.
fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{:.1} s", time.as_secs_f64()) } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_for_people() {
        assert_eq!(shown(Duration::from_millis(420)), "0.4 s");
        assert_eq!(shown(Duration::from_secs(245)), "4 min 05 s");
    }

    #[test]
    fn a_failing_step_is_named_and_leaves_the_earlier_ones_in_the_table() {
        let mut steps = Steps::default();
        assert!(steps.run("first", "do first", || Ok(())).is_ok());
        let why = steps.run("second", "do second", || Err("it broke".to_owned())).unwrap_err();
        assert!(why.contains("it broke") && why.contains("\"second\"") && why.contains("do second"));
        assert!(steps.table().contains("first") && !steps.table().contains("second"));
    }
}
