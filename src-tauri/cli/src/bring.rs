//! Follows transfers to their end: a bar for each that runs, a line for each that ends.

use std::collections::BTreeMap;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use swath_domain::{Holding, Transfer, TransferId, TransferState, Waiting};
use swath_pipeline::{Engine, TransferEvent, TransferRules};

use crate::args::RuleArgs;
use crate::failure::{Exit, Failure, Outcome, exit_of};
use crate::session::Session;
use crate::table::{self, bytes};

/// What transfers may use, as the arguments say.
pub(crate) fn rules(args: &RuleArgs) -> TransferRules {
    let usual = TransferRules::default();
    TransferRules { parallel: args.parallel.map_or(usual.parallel, usize::from), bandwidth: args.bandwidth, hours: args.hours }
}

/// Begins transfers with `begin`, shows them until all have ended, and prints where their files lie. Ctrl-C pauses them.
pub(crate) async fn bring(session: &Session, engine: &Engine, begin: impl FnOnce() -> Outcome<Vec<TransferId>>) -> Outcome {
    // Before they begin, so that nothing is missed.
    let mut events = engine.subscribe_transfers();
    let ids = begin()?;
    let mut rows = Rows { session, bars: BTreeMap::new() };
    let end = engine.wait_transfers(&ids);
    tokio::pin!(end);
    let mut asked = false;
    let ended = loop {
        tokio::select! {
            biased;
            event = events.recv() => if let Ok(TransferEvent::Changed(transfer)) = event && ids.contains(&transfer.id) {
                rows.show(&transfer);
            },
            () = session.interrupt.raised(), if !asked => {
                asked = true;
                session.out.note("stopping … (press Ctrl-C again to quit at once)");
                // Those that have ended by now are left alone.
                let _ = engine.pause_transfers(&ids);
            }
            ended = &mut end => break ended?,
        }
    };
    rows.bars.clear();
    tell_end(session, engine, &ended)
}

/// What is shown of transfers while they run.
struct Rows<'a> {
    session: &'a Session,
    bars: BTreeMap<TransferId, ProgressBar>,
}

impl Rows<'_> {
    fn show(&mut self, transfer: &Transfer) {
        let out = &self.session.out;
        out.event("transfer", "transfer", transfer);
        if transfer.state != TransferState::Running {
            if let Some(bar) = self.bars.remove(&transfer.id) {
                bar.finish_and_clear();
                if !out.is_json() {
                    out.note(format!("{}  {}", line_end(transfer), transfer.name));
                }
            }
            return;
        }
        let bar = self.bars.entry(transfer.id).or_insert_with(|| {
            let bar = out.bar("", 0);
            let template = "{prefix:26!} {bar:24} {percent:>3} % {wide_msg}";
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_prefix(transfer.name.clone());
            bar
        });
        bar.set_length(transfer.progress.total_bytes.unwrap_or(0).max(1));
        bar.set_position(transfer.progress.done_bytes);
        bar.set_message(flow(transfer));
    }
}

fn line_end(transfer: &Transfer) -> String {
    match transfer.state {
        TransferState::Succeeded => format!("{:>9}", bytes(transfer.progress.done_bytes)),
        TransferState::Failed => "   failed".into(),
        state => format!("{:>9}", state.name()),
    }
}

/// What a transfer does or waits for.
pub(crate) fn flow(transfer: &Transfer) -> String {
    let progress = &transfer.progress;
    let clock = |at: &jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string();
    match &progress.waiting {
        Some(Waiting::Network) => return "no network, trying again".into(),
        Some(Waiting::Disk { needs }) => return format!("the disk is full: free {}", bytes(*needs)),
        Some(Waiting::Schedule { until }) => return format!("waits until {}", clock(until)),
        Some(Waiting::Host { host, until }) => return format!("{host} asked to wait until {}", clock(until)),
        Some(Waiting::Quota { account, until }) => return format!("the allowance of {account} is used up until {until:.0}"),
        Some(Waiting::Provider) => return "is being prepared by its provider".into(),
        None => {}
    }
    if let Some(seconds) = progress.stalled_seconds {
        return format!("no data for {seconds} s, trying again");
    }
    let mut parts = vec![progress.stage.map_or("", |stage| stage.name()).to_owned()];
    let of = progress.total_bytes.map(|all| format!("/{}", bytes(all))).unwrap_or_default();
    parts.push(format!("{}{of}", bytes(progress.done_bytes)));
    if progress.bytes_per_second >= 1.0 {
        parts.push(format!("{}/s", bytes(progress.bytes_per_second as u64)));
    }
    if let Some(seconds) = progress.seconds_left {
        parts.push(format!("{seconds:.0} s left"));
    }
    parts.join("  ")
}

/// Prints where a holding lies.
pub(crate) fn tell_holding(session: &Session, engine: &Engine, holding: &Holding, mut more: Value) {
    let path = engine.library().holdings().path(holding);
    more["path"] = json!(path);
    session.out.event_with("holding", "holding", holding, more);
    session.out.line(path.display().to_string());
}

/// Prints the files that came, and says what did not.
fn tell_end(session: &Session, engine: &Engine, ended: &[Transfer]) -> Outcome {
    let holdings = engine.library().holdings();
    let mut came = 0;
    for transfer in ended.iter().filter(|transfer| transfer.state == TransferState::Succeeded) {
        came += 1;
        for id in &transfer.holdings {
            let holding = holdings.get(*id)?;
            tell_holding(session, engine, &holding, json!({ "transfer": transfer.id }));
        }
    }
    let failed: Vec<&Transfer> = ended.iter().filter(|transfer| transfer.state == TransferState::Failed).collect();
    let why = |transfer: &Transfer| {
        let error = transfer.error.as_ref().map_or("it does not say why", |error| error.message.as_str());
        format!("{} ({}): {error}", transfer.name, transfer.id)
    };
    let total: u64 = ended.iter().map(|transfer| transfer.progress.fetched_bytes).sum();
    session.out.note(format!("{came} of {} scenes are in the library; {} came over the network", ended.len(), table::bytes(total)));
    match failed.as_slice() {
        [] if came == ended.len() => Ok(()),
        [] => Err(Failure::cancelled("stopped; what has arrived is kept: `swath transfers resume --all` goes on from there")),
        [first, ..] => {
            let code = first.error.as_ref().map_or("failed", |error| error.code.as_str());
            let exit = if came > 0 { Exit::Partly } else { exit_of(code) };
            let lines: Vec<_> = failed.iter().take(5).map(|transfer| why(transfer)).collect();
            let more = if failed.len() > 5 { format!("\n… and {} more", failed.len() - 5) } else { String::new() };
            let message = format!(
                "{} of {} transfers failed:\n{}{more}\nTry again with `swath transfers resume --failed`; what has arrived is kept.",
                failed.len(),
                ended.len(),
                lines.join("\n")
            );
            Err(Failure::new(exit, code, message))
        }
    }
}
