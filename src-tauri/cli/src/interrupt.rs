//! Ctrl-C (and, where there is one, the signal to terminate): the first asks for a clean end, the second ends at once.

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

/// Takes the signals over from the system, at once, so that not even one sent before the first step of work is lost; then listens for as
/// long as the program runs. Must be called inside the runtime.
pub(crate) fn listen(interrupt: Interrupt) {
    // Without a handler the system's own answer stays: the program ends, as after a power cut.
    let Ok(mut asked) = Asked::new() else { return };
    tokio::spawn(async move {
        asked.wait().await;
        interrupt.token.cancel();
        asked.wait().await;
        // Rows and files survive this as they survive a power cut.
        std::process::exit(Exit::Cancelled as i32);
    });
}

/// The ways in which a system asks a program to end.
#[cfg(unix)]
struct Asked(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Asked {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Asked(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Asked {
    fn new() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn wait(&mut self) {
        self.0.recv().await;
    }
}
