//! One fault, one transfer, one row of a table: what went wrong, what came of it, and whether anything wrong was shown or anything right lost.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use swath_domain::{PackageForm, Scene, Transfer, TransferState, Waiting, Wanted};
use swath_pipeline::{EngineOptions, TransferEvent};

use crate::provider::{Fault, Provider};
use crate::rig::{Audit, Rig, audit, fetching, items};
use crate::series::{Series, found};

/// What must come of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The file comes all the same.
    Whole,
    /// The transfer fails and nothing is shown; once the server is well and it is tried again, the file comes.
    Refused,
    /// Either of both.
    Either,
    /// The transfer fails, however often it is tried: what is there must not be taken.
    Never,
}

/// A transfer that something goes wrong with.
pub struct Case<'a> {
    /// What goes wrong.
    pub name: &'a str,
    /// Name of the product.
    pub product: &'a str,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// What the first server does.
    pub faults: Vec<Fault>,
    /// What must come of it.
    pub end: End,
}

/// A line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What went wrong.
    pub fault: String,
    /// What happened then.
    pub happened: String,
    /// Bytes that the servers served.
    pub served: u64,
    /// Bytes of the files.
    pub length: u64,
    /// Bytes that should be in the library at the end and are not.
    pub lost: u64,
    /// Wrong files in the library, at any moment at which it was looked at.
    pub wrong: usize,
}

/// Servers, and what they hold.
pub struct Place {
    /// The first is preferred.
    pub servers: Vec<Provider>,
    /// The truth.
    pub series: Series,
}

impl Place {
    /// One server.
    pub async fn one(series: Series) -> Self {
        Self { servers: vec![Provider::serve(series.content.clone()).await], series }
    }

    /// An engine for these servers.
    pub fn options(&self) -> EngineOptions {
        let names = ["first", "second", "third"];
        let catalogues = self.servers.iter().zip(names).map(|(server, name)| items(name, server)).collect();
        fetching(&self.servers[0], catalogues)
    }

    /// A scene as the catalogues tell it, by the name of its product.
    pub async fn scene(&self, rig: &Rig, product: &str) -> Scene {
        let scenes = found(&rig.engine, &self.servers[0]).await;
        scenes.into_iter().find(|scene| scene.name.as_deref() == Some(product)).unwrap_or_else(|| panic!("no scene is called {product}"))
    }

    /// Bytes that lie in the library when all of what is wanted is there.
    pub fn size(&self, product: &str, wanted: &Wanted) -> u64 {
        let truths = wanted.contents().into_iter().filter_map(|content| self.series.truth(product, &content.key()));
        truths.flatten().map(|(_, bytes)| bytes.len() as u64).sum()
    }

    /// Bytes that have to be fetched for it.
    pub fn length(&self, product: &str, wanted: &Wanted) -> u64 {
        let keys = match wanted {
            // What is unpacked comes as a zip or tar.
            Wanted::Product { form: PackageForm::SafeZip, .. } => vec!["safe-zip".to_owned()],
            Wanted::Product { form: PackageForm::LandsatTar, .. } => vec!["landsat-tar".to_owned()],
            _ => wanted.contents().iter().map(|content| content.key()).collect(),
        };
        let truths = keys.iter().filter_map(|key| self.series.truth(product, key));
        truths.flatten().map(|(_, bytes)| bytes.len() as u64).sum()
    }

    fn served(&self) -> u64 {
        self.servers.iter().map(|server| server.traffic().served).sum()
    }

    /// Runs a case in a fresh library; fails unless it ends as it has to.
    pub async fn run(&self, case: Case<'_>) -> Row {
        self.run_with(case, |_| {}, || {}).await
    }

    /// The same with a scene that is not quite as the catalogue tells it, and with something that happens before a failed transfer is tried
    /// again.
    pub async fn run_with(&self, case: Case<'_>, change: impl Fn(&mut Scene), mend: impl Fn()) -> Row {
        self.run_as(self.options(), case, change, mend).await
    }

    /// The same with other options of the engine.
    pub async fn run_as(&self, options: EngineOptions, case: Case<'_>, change: impl Fn(&mut Scene), mend: impl Fn()) -> Row {
        let rig = Rig::fresh(options);
        let mut scene = self.scene(&rig, case.product).await;
        change(&mut scene);
        let server = &self.servers[0];
        self.servers.iter().for_each(Provider::forget_traffic);
        let expected = case.faults.len();
        case.faults.into_iter().for_each(|fault| server.fault(fault));
        let waits = watch(&rig);
        let ordered = rig.order(&[scene], case.wanted.clone());
        let id = ordered.transfers.first().unwrap_or_else(|| panic!("{}: a transfer was ordered", case.name)).id;
        let first = rig.transfer_ended(id).await;
        let look = audit(rig.engine.library(), &self.series);
        assert!(expected == 0 || server.faults_shown() >= 1, "{}: the fault was met", case.name);
        server.heal();
        let mut happened = told(&first, &waits, self.served(), self.length(case.product, &case.wanted));
        let mut wrong = look.wrong.clone();
        let failed = first.state == TransferState::Failed;
        match (failed, case.end) {
            (false, End::Whole | End::Either) => {}
            (true, End::Refused | End::Either | End::Never) => {
                assert!(look.held.is_empty(), "{}: nothing is shown after a failure: {:?}", case.name, look.held);
                self.readable(case.name, &first);
                mend();
                rig.engine.retry_transfers(&[id]).unwrap_or_else(|error| panic!("{}: {error}", case.name));
                let again = rig.transfer_ended(id).await;
                let right = if case.end == End::Never { TransferState::Failed } else { TransferState::Succeeded };
                assert_eq!(again.state, right, "{}, tried again: {:?}", case.name, again.error);
                happened += if case.end == End::Never { "; again when tried again" } else { "; whole when tried again" };
            }
            (failed, end) => panic!("{}: expected {end:?}, failed: {failed}: {:?}", case.name, first.error),
        }
        let look = audit(rig.engine.library(), &self.series);
        wrong.extend(look.wrong.iter().cloned());
        let length = self.length(case.product, &case.wanted);
        let lost = if case.end == End::Never { look.bytes } else { self.size(case.product, &case.wanted).saturating_sub(look.bytes) };
        assert_eq!((wrong.as_slice(), lost), (&[][..], 0), "{}", case.name);
        rig.engine.shutdown().await;
        Row { fault: case.name.to_owned(), happened, served: self.served(), length, lost, wrong: wrong.len() }
    }

    /// The message of a failure is fit to be read.
    fn readable(&self, name: &str, transfer: &Transfer) {
        let error = transfer.error.as_ref().unwrap_or_else(|| panic!("{name}: a failed transfer says why"));
        assert!(!error.code.is_empty() && error.message.len() < 700, "{name}: {error:?}");
        assert!(!error.message.contains('?') && !error.message.contains("token-"), "{name}: no secret is told: {error:?}");
    }
}

/// Notes everything that transfers wait for.
fn watch(rig: &Rig) -> Arc<Mutex<BTreeSet<&'static str>>> {
    let (waits, mut events) = (Arc::<Mutex<BTreeSet<_>>>::default(), rig.engine.subscribe_transfers());
    let noted = waits.clone();
    tokio::spawn(async move {
        loop {
            match events.recv().await {
                Ok(TransferEvent::Changed(transfer)) => {
                    if let Some(waiting) = &transfer.progress.waiting {
                        noted.lock().unwrap_or_else(PoisonError::into_inner).insert(word(waiting));
                    }
                }
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                _ => {}
            }
        }
    });
    waits
}

/// What is waited for, in a word.
pub fn word(waiting: &Waiting) -> &'static str {
    match waiting {
        Waiting::Network => "the network",
        Waiting::Disk { .. } => "room on the disk",
        Waiting::Schedule { .. } => "the hours",
        Waiting::Host { .. } => "the host",
        Waiting::Quota { .. } => "the allowance",
        Waiting::Provider => "the provider",
    }
}

/// What happened, in words.
fn told(transfer: &Transfer, waits: &Mutex<BTreeSet<&'static str>>, served: u64, length: u64) -> String {
    let mut parts: Vec<String> =
        waits.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|word| format!("waited for {word}")).collect();
    if transfer.progress.tries > 0 {
        parts.push(format!("retried {}x", transfer.progress.tries));
    }
    if served >= length.saturating_mul(3) / 2 && length > 0 {
        parts.push("fetched anew".to_owned());
    }
    if transfer.progress.source.as_deref().is_some_and(|source| source.starts_with("second")) {
        parts.push("other source".to_owned());
    }
    match &transfer.error {
        Some(error) => parts.push(format!("refused ({})", error.code)),
        None if parts.is_empty() => parts.push("taken as it is".to_owned()),
        None => {}
    }
    parts.join(", ")
}

/// Prints rows as a table.
#[allow(clippy::print_stdout, reason = "the table is what the tests are for")]
pub fn print(title: &str, rows: &[Row]) {
    println!("{title}");
    println!("{:<44} | {:<58} | {:>9} | {:>10} | {:>11}", "fault", "what happened", "served/len", "bytes lost", "wrong files");
    for Row { fault, happened, served, length, lost, wrong } in rows {
        let ratio = *served as f64 / (*length).max(1) as f64;
        println!("{fault:<44} | {happened:<58} | {ratio:>10.3} | {lost:>10} | {wrong:>11}");
    }
}

/// Fails when anything in the library is wrong.
#[track_caller]
pub fn assert_right(look: &Audit, why: &str) {
    assert!(look.wrong.is_empty(), "{why}: {:?}", look.wrong);
}
