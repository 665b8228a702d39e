//! Starting other programs, and where things lie.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Nothing, or a sentence for the person at the terminal.
pub(crate) type Outcome = Result<(), String>;

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or(here.clone(), PathBuf::from)
}

/// The target folder this very program was built into, whatever `CARGO_TARGET_DIR` or a target triple made of it.
pub(crate) fn target() -> PathBuf {
    std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.parent()?.to_path_buf())).unwrap_or_else(|| root().join("target"))
}

/// A program that cargo builds, in `target/<profile>`.
pub(crate) fn built(profile: &str, name: &str) -> PathBuf {
    target().join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// A command at the workspace root, freed of what `cargo run` has put into the environment for this program:
/// some build scripts watch `CARGO_PKG_*` and would be run again after every call from outside.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(is_cargo_run_leftover) {
            command.env_remove(key);
        }
    }
    command
}

/// The cargo that started this program.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm, in the `ui` folder.
pub(crate) fn npm(args: &[&str]) -> Command {
    let mut npm = command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(root().join("ui")).args(args);
    npm
}

/// Shows the command, runs it, and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Outcome {
    println!("$ {}", shown(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` ended with {status}", shown(command))),
        Err(error) => Err(format!("`{}` did not start: {error}", shown(command))),
    }
}

/// What a command writes to its standard output; nothing when it cannot be started.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command starts and succeeds, without showing anything.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name).chain(command.get_args()).map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(|c: char| c.is_whitespace() || "()&|'*$".contains(c)) {
        format!("\"{word}\"")
    } else {
        word.to_owned()
    }
}

fn is_cargo_run_leftover(key: &str) -> bool {
    key.starts_with("CARGO_PKG_")
        || key.starts_with("CARGO_MANIFEST_")
        || key.starts_with("CARGO_BIN_")
        || key == "CARGO_CRATE_NAME"
        || key == "CARGO_PRIMARY_PACKAGE"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_typed() {
        let mut command = Command::new("/usr/bin/xvfb-run");
        command.args(["-a", "-s", "-screen 0 1440x900x24"]);
        assert_eq!(shown(&command), "xvfb-run -a -s \"-screen 0 1440x900x24\"");
    }

    #[test]
    fn only_this_programs_own_cargo_variables_are_dropped() {
        assert!(is_cargo_run_leftover("CARGO_PKG_NAME"));
        assert!(is_cargo_run_leftover("CARGO_MANIFEST_DIR"));
        for kept in ["CARGO", "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_TERM_COLOR", "CARGO_NET_OFFLINE"] {
            assert!(!is_cargo_run_leftover(kept), "{kept}");
        }
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.toml").is_file() && root().join("src-tauri/xtask").is_dir());
    }
}
