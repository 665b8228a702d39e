//! `swath demo`

use std::path::Path;

use indicatif::ProgressBar;
use serde_json::Value;
use swath_demo::{Demo, DemoOptions};
use swath_domain::{Monitor, Report};
use swath_library::Folders;

use super::run;
use crate::args::{DemoCommand, MakeArgs};
use crate::failure::{Failure, Outcome};
use crate::interrupt::Interrupt;
use crate::session::Session;

/// Makes the demo catalogue, prints its recipe, or runs it.
pub(crate) async fn demo(session: &Session, command: DemoCommand) -> Outcome {
    match command {
        DemoCommand::Make(args) => {
            let folder = match &args.out {
                Some(folder) => folder.clone(),
                None => Folders::new(session.data()?).demo(),
            };
            let demo = make(session, &options(&args), &folder)?;
            session.out.event_with("demo", "options", &demo.options, serde_json::json!({ "folder": demo.folder }));
            session.out.line(demo.folder.display().to_string());
            Ok(())
        }
        DemoCommand::Recipe => {
            let recipe = swath_demo::recipe(&there(session)?);
            session.out.event("recipe", "recipe", &recipe);
            session.out.line(recipe.to_json().trim_end());
            Ok(())
        }
        DemoCommand::Run { limits } => {
            let recipe = swath_demo::recipe(&there(session)?);
            run::run(session, &recipe, &limits).await
        }
    }
}

fn options(args: &MakeArgs) -> DemoOptions {
    let usual = DemoOptions::default();
    DemoOptions {
        pixels: args.size.unwrap_or(usual.pixels),
        dates: args.dates.unwrap_or(usual.dates),
        seed: args.seed.unwrap_or(usual.seed),
        ..usual
    }
}

/// The demo that is there, whatever it was made with, or a new one.
fn there(session: &Session) -> Outcome<Demo> {
    let folder = Folders::new(session.data()?).demo();
    let options = made_with(&folder).unwrap_or_default();
    match swath_demo::open(&options, &folder) {
        Some(demo) => Ok(demo),
        None => make(session, &options, &folder),
    }
}

fn made_with(folder: &Path) -> Option<DemoOptions> {
    let marker: Value = serde_json::from_slice(&std::fs::read(folder.join("demo.json")).ok()?).ok()?;
    serde_json::from_value(marker.get("options")?.clone()).ok()
}

fn make(session: &Session, options: &DemoOptions, folder: &Path) -> Outcome<Demo> {
    if !session.out.shows_bars() {
        session.out.note(format!("making the demo catalogue ({0} x {0} pixels, {1} dates) …", options.pixels, options.dates));
    }
    let steps = Steps { bar: session.out.bar("demo", options.steps()), interrupt: session.interrupt.clone() };
    // Pixel work for some seconds on this thread; the others go on listening for Ctrl-C.
    let made = tokio::task::block_in_place(|| swath_demo::make(options, folder, &steps));
    steps.bar.finish_and_clear();
    made.map_err(|stop| match stop {
        swath_domain::Stop::Cancelled => Failure::cancelled("the demo was cancelled; nothing was left behind"),
        failed => failed.into(),
    })
}

/// Progress of the maker on a bar.
struct Steps {
    bar: ProgressBar,
    interrupt: Interrupt,
}

impl Monitor for Steps {
    fn report(&self, report: Report) {
        if let Report::Advanced(steps) = report {
            self.bar.inc(steps);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.interrupt.is_raised()
    }
}
