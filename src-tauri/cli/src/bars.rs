//! The progress of a job: a bar for each stage, or a line for each where there is no terminal.

use indicatif::ProgressBar;
use swath_domain::{Job, Stage};

use crate::out::{Out, style};
use crate::table::flow;

/// Bars of one job.
#[derive(Debug, Default)]
pub(crate) struct Bars {
    stages: Vec<(Stage, ProgressBar)>,
}

impl Bars {
    /// Shows how far the job is.
    pub(crate) fn show(&mut self, out: &Out, job: &Job) {
        out.event("job", "job", job);
        for progress in &job.progress.stages {
            let known = self.stages.iter().position(|(stage, _)| *stage == progress.stage);
            let index = known.unwrap_or_else(|| {
                self.end();
                if !out.shows_bars() && !out.is_json() {
                    out.note(format!("{} …", progress.stage.name()));
                }
                self.stages.push((progress.stage, out.bar(progress.stage.name(), progress.total)));
                self.stages.len() - 1
            });
            let bar = &self.stages[index].1;
            if bar.length() != Some(progress.total) && progress.total > 0 {
                bar.set_length(progress.total);
                bar.set_style(style(progress.total));
            }
            bar.set_position(progress.done);
        }
        if let Some((_, bar)) = self.stages.last() {
            bar.set_message(flow(&job.progress));
        }
    }

    /// Leaves the last bar as it is and takes what flowed off it.
    pub(crate) fn end(&mut self) {
        if let Some((_, bar)) = self.stages.last() {
            bar.set_message("");
            bar.abandon();
        }
    }
}
