//! The log: a file a day in the data folder, and the terminal with `-v`.

use std::path::Path;

use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

/// Days for which logs are kept.
const DAYS: usize = 7;

/// Starts logging into an existing folder; once is enough. Does nothing when the folder is not there.
pub(crate) fn begin(folder: &Path, verbose: u8) {
    if !folder.is_dir() {
        return;
    }
    let file = Builder::new().rotation(Rotation::DAILY).filename_prefix("swath-cli").filename_suffix("log").max_log_files(DAYS);
    // Without a log the work can still be done.
    let file = file.build(folder).ok().map(|writer| {
        let filter = EnvFilter::try_from_env("SWATH_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer).with_filter(filter)
    });
    let terminal = (verbose > 0).then(|| {
        let level = if verbose == 1 { "info" } else { "debug,hyper=info,rustls=info" };
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(EnvFilter::new(level))
    });
    // An error means that it was begun before.
    let _ = tracing_subscriber::registry().with(file).with(terminal).try_init();
}
