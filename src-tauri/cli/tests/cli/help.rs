//! Help that teaches.

use crate::program::Program;

#[test]
fn every_help_shows_examples_and_the_first_one_the_exit_codes() {
    let program = Program::new();
    for command in [
        "",
        "search",
        "plan",
        "run",
        "jobs",
        "jobs list",
        "jobs show",
        "jobs resume",
        "jobs cancel",
        "jobs retry",
        "jobs remove",
        "library",
        "library list",
        "library show",
        "library path",
        "library remove",
        "providers",
        "accounts",
        "accounts list",
        "accounts set",
        "accounts test",
        "accounts remove",
        "area",
        "area info",
        "area export",
        "picture",
        "places",
        "recipe",
        "recipe check",
        "recipe schema",
        "demo",
        "demo make",
        "demo run",
        "demo recipe",
    ] {
        let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = program.ok(&args);
        assert!(help.contains("Usage:") && help.contains("Examples:") && help.contains("--json"), "{command}: {help}");
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{command} has long lines");
    }
    let help = program.ok(&["--help"]);
    for code in ["0    ", "1    ", "2    ", "3    ", "4    ", "5    ", "130  "] {
        assert!(help.contains(code), "{help}");
    }
    assert!(!program.data().exists(), "help creates nothing");
    assert!(program.ok(&["--version"]).starts_with("swath "));
    assert_eq!(program.call(&["no-such-command"]).code, 2);
    assert_eq!(program.call(&[]).code, 2);
}
