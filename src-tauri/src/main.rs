//! `swath-window` opens the window; `swath-window --export-bindings PATH` writes the page's side of the contract and ends.

// Without this a console opens beside the window on Windows.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use swath_window::{bindings, logs, paths::Paths};

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let outcome = match words.as_slice() {
        [] => open(),
        [flag, path] if flag == "--export-bindings" => bindings::write(Path::new(path)).map(|()| ExitCode::SUCCESS),
        _ => Err("usage: swath-window [--export-bindings PATH]".to_owned()),
    };
    outcome.unwrap_or_else(|message| {
        // Nobody may be there to read it, which is no reason to fail again.
        let _ = writeln!(std::io::stderr(), "swath-window: {message}");
        ExitCode::FAILURE
    })
}

fn open() -> Result<ExitCode, String> {
    let paths = Paths::find()?;
    let _written_at_the_end = logs::start(&paths.data.join("logs"));
    let code = swath_window::run(paths).map_err(|error| error.to_string())?;
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}
