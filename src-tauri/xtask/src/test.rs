//! `cargo xtask test`: every test, cheapest first, stopping at the first failure.

use crate::process::{Outcome, cargo, command, npm, root, run, succeeds};
use crate::steps::Steps;
use crate::{node, setup, tee, window};

/// One feature set for lints, tests and the tested window, so that nothing is compiled twice.
/// The feature makes the window load the built interface, as it does for users.
pub(crate) const WORKSPACE: [&str; 3] = ["--workspace", "--features", "swath/custom-protocol"];

/// A part that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Formatting and clippy.
    Lint,
    /// Types, tests and build of the interface.
    Ui,
    /// All Rust tests, the window's package and the documentation's examples included.
    Engine,
    /// The built window, driven in a real webview.
    Window,
}

impl Part {
    /// All parts. The interface comes before clippy, which compiles the window, which embeds the interface.
    pub(crate) const ALL: [Self; 4] = [Self::Ui, Self::Lint, Self::Engine, Self::Window];

    /// A part by its name on the command line.
    ///
    /// # Errors
    /// There is no such part.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        match name {
            "lint" => Ok(Self::Lint),
            "ui" => Ok(Self::Ui),
            "engine" => Ok(Self::Engine),
            "window" => Ok(Self::Window),
            _ => Err(format!("there is no test part `{name}`; parts: lint, ui, engine, window")),
        }
    }
}

/// Sets up and runs the parts.
pub(crate) fn test(parts: &[Part]) -> Outcome {
    let mut steps = Steps::default();
    steps.run("set-up", "cargo xtask setup tests", setup::tests)?;
    if parts.contains(&Part::Lint) {
        format(&mut steps)?;
    }
    if parts.contains(&Part::Ui) {
        ui(&mut steps)?;
    } else if *parts == [Part::Window] || !root().join("ui/dist/index.html").is_file() {
        steps.run("interface build", "npm --prefix ui run build", node::build)?;
    }
    for part in parts {
        match part {
            Part::Ui => {}
            Part::Lint => lint(&mut steps)?,
            Part::Engine => engine(&mut steps)?,
            Part::Window => window::test(&mut steps)?,
        }
    }
    steps.finish();
    Ok(())
}

/// Whether cargo-nextest is installed.
pub(crate) fn has_nextest() -> bool {
    succeeds(cargo().args(["nextest", "--version"]))
}

fn ui(steps: &mut Steps) -> Outcome {
    steps.run("interface types", "npm --prefix ui run check", || run(&mut npm(&["run", "check"])))?;
    steps.run_tests("interface tests", "npm --prefix ui test", || tee::run(&mut npm(&["test"])))?;
    steps.run("interface build", "npm --prefix ui run build", node::build)
}

fn format(steps: &mut Steps) -> Outcome {
    if !has_component("fmt", "rustfmt") {
        steps.leave_out("format", "rustfmt is not installed");
        return Ok(());
    }
    steps.run("format", "cargo fmt --all --check", || run(cargo().args(["fmt", "--all", "--check"])))
}

fn lint(steps: &mut Steps) -> Outcome {
    if !has_component("clippy", "clippy") {
        steps.leave_out("clippy", "clippy is not installed");
        return Ok(());
    }
    steps.run("clippy", "cargo xtask test lint", || {
        run(cargo().arg("clippy").args(WORKSPACE).args(["--all-targets", "--", "-D", "warnings"]))
    })
}

/// Whether a part of the toolchain is there, or can be fetched.
fn has_component(subcommand: &str, component: &str) -> bool {
    let is_there = || succeeds(cargo().args([subcommand, "--version"]));
    is_there() || (run(command("rustup").args(["component", "add", component])).is_ok() && is_there())
}

fn engine(steps: &mut Steps) -> Outcome {
    if has_nextest() {
        println!("\nRust tests run with cargo-nextest, documentation examples with cargo test.");
        steps.run_tests("Rust tests", "cargo xtask test engine", || tee::run(cargo().args(["nextest", "run"]).args(WORKSPACE)))?;
        steps.run_tests("documentation examples", "cargo test --doc --workspace", || {
            tee::run(cargo().args(["test", "--doc"]).args(WORKSPACE))
        })
    } else {
        println!("\nRust tests run with cargo test, as cargo-nextest is not installed.");
        steps.run_tests("Rust tests", "cargo xtask test engine", || tee::run(cargo().arg("test").args(WORKSPACE)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_names_and_the_whole_holds_each_once() {
        let named = ["ui", "lint", "engine", "window"].map(|name| Part::parse(name).unwrap());
        assert_eq!(named, Part::ALL);
        assert!(Part::parse("all").is_err());
    }
}
