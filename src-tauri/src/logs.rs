//! One log file a day beside the data, and the terminal while developing.

use std::path::Path;

use tracing_appender::{non_blocking::WorkerGuard, rolling};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Days that log files are kept.
const KEPT: usize = 14;

/// Starts logging into a folder; what is waiting is written when the guard is dropped. `SWATH_LOG` chooses what is logged.
///
/// `None` when the folder cannot be written: the program works without a log.
pub fn start(folder: &Path) -> Option<WorkerGuard> {
    let filter = || EnvFilter::try_from_env("SWATH_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    // Made here because the appender complains on the terminal when it finds no folder to clean up.
    let _ = std::fs::create_dir_all(folder);
    let appender = rolling::Builder::new()
        .rotation(rolling::Rotation::DAILY)
        .filename_prefix("window")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)
        .ok();
    let (file, guard) = appender.map(tracing_appender::non_blocking).unzip();
    let file = file.map(|writer| tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false).with_filter(filter()));
    let terminal = cfg!(debug_assertions).then(|| tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(filter()));
    if tracing_subscriber::registry().with(file).with(terminal).try_init().is_err() {
        return guard;
    }
    // Worker threads die silently otherwise.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        usual(panic);
    }));
    guard
}
