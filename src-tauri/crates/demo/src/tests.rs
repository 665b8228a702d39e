mod catalogue;
mod files;
mod pixels;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use swath_domain::{Monitor, Report};

use crate::DemoOptions;

fn small() -> DemoOptions {
    DemoOptions { pixels: 240, dates: 3, ..DemoOptions::default() }
}

/// Counts steps and cancels after some.
struct Counter {
    steps: AtomicU64,
    most: u64,
}

impl Counter {
    fn up_to(most: u64) -> Self {
        Self { steps: AtomicU64::new(0), most }
    }

    fn count(&self) -> u64 {
        self.steps.load(Ordering::SeqCst)
    }
}

impl Monitor for Counter {
    fn report(&self, report: Report) {
        if let Report::Advanced(steps) = report {
            self.steps.fetch_add(steps, Ordering::SeqCst);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.count() >= self.most
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
