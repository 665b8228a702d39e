//! The only place that prints. Results go to standard output, everything else to standard error.
#![allow(clippy::print_stderr, reason = "the command line talks to a terminal, and only here")]

use std::io::{ErrorKind, IsTerminal, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Where a command says what it found.
#[derive(Debug)]
pub(crate) struct Out {
    json: bool,
    bars: MultiProgress,
}

impl Out {
    /// `quiet_bars` when the log is written to the terminal too, which bars would tear apart.
    pub(crate) fn new(json: bool, quiet_bars: bool) -> Self {
        let bars = !json && !quiet_bars && std::io::stderr().is_terminal();
        let target = if bars { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { json, bars: MultiProgress::with_draw_target(target) }
    }

    /// A line of the result, for people.
    pub(crate) fn line(&self, text: impl AsRef<str>) {
        if !self.json {
            self.bars.suspend(|| write(text.as_ref()));
        }
    }

    /// A part of the result, for programs: one JSON object a line, named by its field `event`.
    pub(crate) fn event(&self, name: &str, field: &str, value: &impl Serialize) {
        self.event_with(name, field, value, json!({}));
    }

    /// As [`Out::event`], with more fields.
    pub(crate) fn event_with(&self, name: &str, field: &str, value: &impl Serialize, more: Value) {
        if !self.json {
            return;
        }
        let mut object = Map::from_iter([("event".to_owned(), Value::from(name))]);
        object.insert(field.to_owned(), serde_json::to_value(value).unwrap_or_default());
        if let Value::Object(more) = more {
            object.extend(more);
        }
        write(&Value::Object(object).to_string());
    }

    /// A remark beside the result.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        self.bars.suspend(|| eprintln!("{}", text.as_ref()));
    }

    /// A question; the answer follows on the same line.
    pub(crate) fn prompt(&self, text: &str) {
        eprint!("{text}");
    }

    /// Why the command did not succeed.
    pub(crate) fn failure(&self, failure: &Failure) {
        let more = json!({ "message": failure.message, "exit": failure.exit as u8 });
        self.event_with("error", "code", &failure.code, more);
        self.note(format!("swath: {}", failure.message));
    }

    /// A bar on the terminal; invisible when there is none. `total` 0 shows that it lives without saying how far it is.
    pub(crate) fn bar(&self, name: &str, total: u64) -> ProgressBar {
        let bar = self.bars.add(if total == 0 { ProgressBar::no_length() } else { ProgressBar::new(total) });
        bar.set_style(style(total));
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    /// Whether bars are seen; otherwise stages are told line by line.
    pub(crate) fn shows_bars(&self) -> bool {
        !self.bars.is_hidden()
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }
}

/// How a bar looks with or without a known end.
pub(crate) fn style(total: u64) -> ProgressStyle {
    let template = match total {
        0 => "{prefix:8} {spinner} {pos} {wide_msg}",
        _ => "{prefix:8} {bar:30} {percent:>3} % {pos}/{len} {wide_msg}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn write(line: &str) {
    let mut out = std::io::stdout().lock();
    let result = writeln!(out, "{line}").and_then(|()| out.flush());
    // `swath search … | head`: whoever read has had enough.
    if let Err(error) = result
        && error.kind() == ErrorKind::BrokenPipe
    {
        std::process::exit(0);
    }
}
