//! Runs a test runner so that its output is seen at once and its closing lines are kept for the summary.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, Stdio};

use crate::process::shown;

/// Runs the command; returns its closing lines.
///
/// # Errors
/// The command did not start or did not succeed.
pub(crate) fn run(command: &mut Command) -> Result<Vec<String>, String> {
    let typed = shown(command);
    println!("$ {typed}");
    if std::io::stdout().is_terminal() {
        // Through a pipe the runners would fall back to black and white.
        command.envs([("CARGO_TERM_COLOR", "always"), ("FORCE_COLOR", "1")]);
    }
    let failed = |error: std::io::Error| format!("`{typed}` did not start: {error}");
    let mut child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return Err(failed(error)),
    };
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let closing = std::thread::scope(|scope| {
        let errors = scope.spawn(|| err.map_or_else(Vec::new, |pipe| forward(pipe, std::io::stderr())));
        let mut closing = out.map_or_else(Vec::new, |pipe| forward(pipe, std::io::stdout()));
        closing.extend(errors.join().unwrap_or_default());
        closing
    });
    match child.wait() {
        Ok(status) if status.success() => Ok(closing),
        Ok(status) => Err(format!("`{typed}` ended with {status}")),
        Err(error) => Err(failed(error)),
    }
}

fn forward(pipe: impl Read, mut to: impl Write) -> Vec<String> {
    let mut closing = Vec::new();
    let mut line = Vec::new();
    let mut lines = BufReader::new(pipe);
    while lines.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        // A closed terminal is no reason to stop the tests.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        let text = without_colour(&String::from_utf8_lossy(&line));
        if is_closing(text.trim()) {
            closing.push(text.trim().to_owned());
        }
        line.clear();
    }
    closing
}

/// The last words of nextest, `cargo test` and vitest. A doc-test binary without tests is not worth a line.
fn is_closing(line: &str) -> bool {
    line.starts_with("Summary [")
        || (line.starts_with("test result:") && !line.contains(" 0 passed; 0 failed; 0 ignored"))
        || line.starts_with("Test Files  ")
        || line.starts_with("Tests  ")
}

/// Drops the escape sequences that set colours.
fn without_colour(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // A sequence ends with its first letter.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_kept_without_colour_and_all_lines_are_passed_on() {
        let text = "   PASS one\n\u{1b}[32;1m     Summary\u{1b}[0m [   1.2s] 3 tests run: 3 passed, 0 skipped\n\
                    test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured\n\
                    \u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m12 passed\u{1b}[22m (12)\nlast without end";
        let mut seen = Vec::new();
        let closing = forward(text.as_bytes(), &mut seen);
        assert_eq!(String::from_utf8(seen).unwrap(), text);
        assert_eq!(closing, ["Summary [   1.2s] 3 tests run: 3 passed, 0 skipped", "Tests  12 passed (12)"]);
    }
}
