//! The test of the built window: WebDriver, a real webview, a virtual display, a private session bus.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{Outcome, built, cargo, command, run, target};
use crate::steps::Steps;
use crate::tee;
use crate::test::{WORKSPACE, has_nextest};

/// The version the tests were written against.
const DRIVER: &str = "2.1.0";

/// Builds the window, fetches the driver, and runs the tests.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    if !cfg!(target_os = "linux") {
        steps.leave_out("window tests", "the webview can be driven on Linux only");
        return Ok(());
    }
    const ALONE: &str = "cargo xtask test window";
    steps.run("window driver", ALONE, ensure_driver)?;
    steps.run("window build", ALONE, || run(cargo().arg("build").args(WORKSPACE).args(["--bin", "swath-window"])))?;
    steps.run_tests("window tests", ALONE, || tee::run(&mut on_virtual_display(&runner(has_nextest()))))
}

/// `SWATH_TAURI_DRIVER` if set, else a copy of our own that no other project changes.
fn driver() -> PathBuf {
    std::env::var_os("SWATH_TAURI_DRIVER").map_or_else(|| target().join("tools/bin/tauri-driver"), PathBuf::from)
}

fn ensure_driver() -> Outcome {
    if driver().is_file() {
        println!("tauri-driver: {}", driver().display());
        return Ok(());
    }
    run(cargo().args(["install", "--locked", "--version", DRIVER, "tauri-driver", "--root"]).arg(target().join("tools")))
}

/// The tests are ignored in an ordinary run, for they need all of the above.
fn runner(nextest: bool) -> Vec<&'static str> {
    if nextest {
        let mut words = vec!["nextest", "run"];
        words.extend(WORKSPACE);
        words.extend(["--run-ignored", "only", "-E", "package(swath-tests) & binary(window)"]);
        words
    } else {
        vec!["test", "-p", "swath-tests", "--test", "window", "--", "--ignored", "--test-threads", "1"]
    }
}

fn on_virtual_display(words: &[&str]) -> Command {
    let mut session = command("dbus-run-session");
    session
        .args(["--", "xvfb-run", "-a", "-s", "-screen 0 1440x900x24"])
        .arg(cargo().get_program())
        .args(words)
        .env("SWATH_WINDOW_BIN", built("debug", "swath-window"))
        .env("SWATH_TAURI_DRIVER", driver())
        // The map is WebGL; a virtual display has no graphics card.
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        // Otherwise GTK would draw on the desktop of whoever runs the tests.
        .env("GDK_BACKEND", "x11")
        .env_remove("WAYLAND_DISPLAY");
    session
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::shown;

    #[test]
    fn the_ignored_window_tests_run_within_bus_and_display() {
        let typed = shown(&on_virtual_display(&runner(true)));
        assert!(typed.starts_with("dbus-run-session -- xvfb-run -a -s \"-screen 0 1440x900x24\" "), "{typed}");
        assert!(typed.ends_with("--run-ignored only -E \"package(swath-tests) & binary(window)\""), "{typed}");
        assert!(runner(false).contains(&"--ignored"));
    }
}
