//! The operating system's keychain, which may prompt, hang or not be there.
//!
//! All calls run one after another on a thread of their own, because they block: on Linux they talk to a service over D-Bus that may wait
//! for the user to unlock it. Whoever asks waits a limited time; the call itself goes on, and what comes of it is still taken in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use zeroize::Zeroizing;

/// Where entries are kept, one for each account.
pub(crate) trait Store: Send + 'static {
    fn read(&self, entry: &str) -> Result<Option<Zeroizing<String>>, String>;
    fn write(&self, entry: &str, text: &str) -> Result<(), String>;
    fn remove(&self, entry: &str) -> Result<(), String>;
}

/// Keychain Services on macOS, Credential Manager on Windows, Secret Service elsewhere.
pub(crate) struct System {
    /// The name under which the entries lie.
    pub(crate) service: &'static str,
}

impl System {
    fn entry(&self, entry: &str) -> Result<keyring::Entry, String> {
        if let Err(error) = keyring::Entry::store_status() {
            return Err(said(error));
        }
        keyring::Entry::new(self.service, entry).map_err(|error| said(&error))
    }
}

impl Store for System {
    fn read(&self, entry: &str) -> Result<Option<Zeroizing<String>>, String> {
        match self.entry(entry)?.get_secret() {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let text = std::str::from_utf8(&bytes).map_err(|_| "the entry is damaged".to_owned())?;
                Ok(Some(Zeroizing::new(text.to_owned())))
            }
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(said(&error)),
        }
    }

    fn write(&self, entry: &str, text: &str) -> Result<(), String> {
        // As bytes: Windows doubles a text, and has room for 2560 bytes.
        self.entry(entry)?.set_secret(text.as_bytes()).map_err(|error| said(&error))
    }

    fn remove(&self, entry: &str) -> Result<(), String> {
        match self.entry(entry)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(said(&error)),
        }
    }
}

/// An error's words without what it carries: some hold the bytes of the entry.
fn said(error: &keyring::Error) -> String {
    match error {
        keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => "the entry is damaged".into(),
        other => other.to_string().chars().filter(|c| !c.is_control()).take(200).collect(),
    }
}

type Job = Box<dyn FnOnce(&dyn Store) + Send>;

/// The thread that talks to a store.
pub(crate) struct Keychain {
    jobs: mpsc::Sender<Job>,
    patience: Duration,
    /// Somebody has waited in vain, and the call that was waited for has not ended yet.
    hangs: Arc<AtomicBool>,
}

impl Keychain {
    /// How long anybody waits for the keychain.
    pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

    /// `None` when no thread can be had. The thread ends with the last sender.
    pub(crate) fn new(store: impl Store, patience: Duration) -> Option<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let hangs = Arc::new(AtomicBool::new(false));
        let ended = hangs.clone();
        let work = move || {
            for job in queue {
                job(&store);
                ended.store(false, Ordering::SeqCst);
            }
        };
        std::thread::Builder::new().name("keychain".into()).spawn(work).ok()?;
        Some(Self { jobs, patience, hangs })
    }

    /// Does the work and waits for it, but no longer than the patience lasts, and not at all while it hangs. The work is done in any case, if
    /// need be later.
    pub(crate) fn ask<T: Send + 'static>(&self, work: impl FnOnce(&dyn Store) -> Result<T, String> + Send + 'static) -> Result<T, String> {
        let (answer, answered) = mpsc::channel();
        let job: Job = Box::new(move |store| drop(answer.send(work(store))));
        self.jobs.send(job).map_err(|_| "its thread has ended".to_owned())?;
        let patience = if self.hangs.load(Ordering::SeqCst) { Duration::ZERO } else { self.patience };
        match answered.recv_timeout(patience) {
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Disconnected) => Err("its thread has ended".to_owned()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.hangs.store(true, Ordering::SeqCst);
                Err(format!("it does not answer; it was waited for {} s", self.patience.as_secs().max(1)))
            }
        }
    }
}
