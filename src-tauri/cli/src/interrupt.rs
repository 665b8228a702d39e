//! Ctrl-C: the first asks for a clean end, the second ends at once.

use swath_domain::{Monitor, Report};
use tokio_util::sync::CancellationToken;

use crate::failure::Exit;

/// Whether the user has asked to stop. Also a [`Monitor`] for work that needs no progress.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt {
    token: CancellationToken,
}

impl Interrupt {
    pub(crate) fn is_raised(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Returns once the user asks to stop.
    pub(crate) async fn raised(&self) {
        self.token.cancelled().await;
    }
}

impl Monitor for Interrupt {
    fn report(&self, _: Report) {}

    fn is_cancelled(&self) -> bool {
        self.is_raised()
    }
}

/// Listens for as long as the program runs.
pub(crate) async fn listen(interrupt: Interrupt) {
    if tokio::signal::ctrl_c().await.is_ok() {
        interrupt.token.cancel();
        if tokio::signal::ctrl_c().await.is_ok() {
            // Rows and files survive this as they survive a power cut.
            std::process::exit(Exit::Cancelled as i32);
        }
    }
}
