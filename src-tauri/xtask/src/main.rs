//! Everything a person does with this repository beyond writing code: one program, no dependencies.
//!
//! `cargo xtask run` turns a bare machine into a running application, `cargo xtask test` into a tested one.
//! Both are built from the same few acts, each in its own file: system packages, Node, steps with times.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a terminal program: what it prints is its product")]

mod containers;
mod icons;
mod node;
mod packages;
mod platform;
mod process;
mod run;
mod setup;
mod steps;
mod tee;
mod test;
mod window;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  run [-- ARGS]      install what is missing, build, open the window; ARGS go to the application.
                     Without a display: build the command line and run the demo job.
  test [PART]        every test; PART is one of: lint, ui, engine, window
  setup [tests]      only install what is missing; with `tests`, what the tests need too
  bindings           write ui/src/ipc/bindings.ts from the Rust types
  icons              make the PNG, ICO and ICNS files from icons/swath.svg
                     (needs rsvg-convert from librsvg2-bin, or ImageMagick with SVG support)
  help               this text
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\nxtask: {why}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> process::Outcome {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run"] => run::run(&[]),
        ["run", "--", rest @ ..] => run::run(rest),
        ["test"] => test::test(&test::Part::ALL),
        ["test", part] => test::test(&[test::Part::parse(part)?]),
        ["setup"] => setup::window(),
        ["setup", "tests"] => setup::tests(),
        ["bindings"] => run::bindings(),
        ["icons"] => icons::generate(),
        [] | ["help" | "-h" | "--help"] => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("`{}` is not understood\n\n{HELP}", other.join(" "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_word_is_refused_with_the_help() {
        let why = dispatch(&["tset".to_owned()]).unwrap_err();
        assert!(why.contains("`tset` is not understood") && why.contains("cargo xtask <command>"));
        assert!(dispatch(&["test".to_owned(), "everything".to_owned()]).is_err());
        assert!(dispatch(&["help".to_owned()]).is_ok());
    }
}
