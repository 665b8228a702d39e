//! `cargo xtask run`: open the window, or run the demo job where no window can be opened.

use crate::process::{Outcome, built, cargo, command, run as execute};
use crate::{node, setup, steps::heading};

/// Sets up, builds and starts; `args` go to the application.
pub(crate) fn run(args: &[&str]) -> Outcome {
    if has_display(std::env::consts::OS, |key| std::env::var_os(key).is_some_and(|value| !value.is_empty())) {
        window(args)
    } else {
        println!("There is no display here, so the demo job runs on the command line instead of the window.");
        headless(args)
    }
}

/// Writes the interface's side of the contract from the Rust types.
pub(crate) fn bindings() -> Outcome {
    execute(cargo().args(["run", "-q", "-p", "swath", "--bin", "swath-window", "--"]).args(["--export-bindings", "ui/src/ipc/bindings.ts"]))
}

fn window(args: &[&str]) -> Outcome {
    heading("set-up");
    setup::window()?;
    heading("interface");
    node::build()?;
    heading("window");
    execute(cargo().args(["build", "--release", "-p", "swath", "--features", "custom-protocol"]))?;
    execute(command(built("release", "swath-window")).args(args))
}

fn headless(args: &[&str]) -> Outcome {
    heading("set-up");
    setup::engine()?;
    heading("command line");
    execute(cargo().args(["build", "--release", "-p", "swath-cli"]))?;
    heading("demo job");
    execute(command(built("release", "swath")).args(["demo", "run"]).args(args))
}

/// Linux tells by two variables whether a window could be opened; the other systems always have a desktop.
fn has_display(os: &str, is_set: impl Fn(&str) -> bool) -> bool {
    matches!(os, "macos" | "windows") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_is_seen_by_either_variable() {
        assert!(has_display("linux", |key| key == "DISPLAY"));
        assert!(has_display("linux", |key| key == "WAYLAND_DISPLAY"));
        assert!(!has_display("linux", |_| false));
        assert!(has_display("macos", |_| false));
    }
}
