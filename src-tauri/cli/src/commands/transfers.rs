//! `swath transfers`

use swath_domain::{BatchId, Transfer, TransferId, TransferState};
use swath_pipeline::Engine;

use crate::args::{TransfersCommand, Which};
use crate::bring::{self, bring, flow};
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::table::{bytes, rows};

/// Lists and steers the queue.
pub(crate) async fn transfers(session: &Session, command: Option<TransfersCommand>) -> Outcome {
    use TransferState::{Cancelled, Failed, Paused, Queued, Running};
    match command.unwrap_or(TransfersCommand::List { failed: false }) {
        TransfersCommand::List { failed } => list(session, failed),
        TransfersCommand::Resume { which, rules } => {
            let engine = session.transfer_engine(bring::rules(&rules))?;
            let result = resume(session, &engine, &which).await;
            engine.shutdown().await;
            result
        }
        TransfersCommand::Pause(which) => {
            steer(session, &which, &[Queued, Running], "paused", |engine, ids| engine.pause_transfers(ids)).await
        }
        TransfersCommand::Cancel { which, delete } => {
            let can = if delete { &[Queued, Running, Paused, Failed, Cancelled][..] } else { &[Queued, Running, Paused] };
            steer(session, &which, can, "cancelled", |engine, ids| engine.cancel_transfers(ids, delete)).await
        }
        TransfersCommand::Remove(which) => {
            let can = [TransferState::Succeeded, Failed, Cancelled];
            steer(session, &which, &can, "off the list", |engine, ids| engine.remove_transfers(ids)).await
        }
        TransfersCommand::Move { id, before } => {
            let engine = session.idle_engine()?;
            engine.move_transfer(TransferId(id), before.map(TransferId))?;
            session.out.line(format!("transfer {id} is moved"));
            Ok(())
        }
    }
}

fn list(session: &Session, failed: bool) -> Outcome {
    let library = session.library()?;
    library.transfers().recover(jiff::Timestamp::now())?;
    let all = library.transfers().list()?;
    let shown: Vec<&Transfer> = all.iter().filter(|transfer| !failed || transfer.state == TransferState::Failed).collect();
    let mut cells = Vec::new();
    for transfer in &shown {
        session.out.event("transfer", "transfer", transfer);
        let progress = &transfer.progress;
        let of = progress.total_bytes.map(|all| format!("/{}", bytes(all))).unwrap_or_default();
        let what = match (&transfer.error, transfer.state) {
            (Some(error), TransferState::Failed) => error.message.clone(),
            (_, TransferState::Running) => flow(transfer),
            _ => String::new(),
        };
        cells.push(vec![
            transfer.id.to_string(),
            transfer.batch.to_string(),
            transfer.state.name().to_owned(),
            format!("{}{of}", bytes(progress.done_bytes)),
            transfer.name.clone(),
            what,
        ]);
    }
    rows(&["ID", "BATCH", "STATE", "SIZE", "NAME", ""], &[0, 1, 3], &cells).iter().for_each(|row| session.out.line(row));
    if shown.is_empty() {
        session.out.note("there is no such transfer: order some with `swath download`");
    }
    Ok(())
}

async fn resume(session: &Session, engine: &Engine, which: &Which) -> Outcome {
    use TransferState::{Cancelled, Failed, Paused, Queued, Running};
    let can: &[TransferState] = if which.all { &[Queued, Running, Paused] } else { &[Queued, Running, Paused, Failed, Cancelled] };
    let chosen = chosen(engine, which, can)?;
    let of = |states: &[TransferState]| {
        chosen.iter().filter(|transfer| states.contains(&transfer.state)).map(|transfer| transfer.id).collect::<Vec<_>>()
    };
    let (stopped, ended) = (of(&[Queued, Running, Paused]), of(&[Failed, Cancelled]));
    bring(session, engine, || {
        if !stopped.is_empty() {
            engine.resume_transfers(&stopped)?;
        }
        if !ended.is_empty() {
            engine.retry_transfers(&ended)?;
        }
        Ok(chosen.iter().map(|transfer| transfer.id).collect())
    })
    .await
}

/// Does something to transfers that may be run by another program.
async fn steer(
    session: &Session,
    which: &Which,
    can: &[TransferState],
    word: &str,
    act: impl FnOnce(&Engine, &[TransferId]) -> Result<(), swath_pipeline::PipelineError>,
) -> Outcome {
    let engine = session.idle_engine()?;
    let ids: Vec<TransferId> = chosen(&engine, which, can)?.iter().map(|transfer| transfer.id).collect();
    act(&engine, &ids)?;
    engine.shutdown().await;
    session.out.line(format!("{} transfers: {word}", ids.len()));
    Ok(())
}

/// Those that are meant and to which it can be done.
fn chosen(engine: &Engine, which: &Which, can: &[TransferState]) -> Outcome<Vec<Transfer>> {
    let all = engine.transfers()?;
    if let Some(unknown) = which.ids.iter().find(|id| !all.iter().any(|transfer| transfer.id.0 == **id)) {
        return Err(Failure::nothing("not-found", format!("there is no transfer {unknown}: see `swath transfers`")));
    }
    let meant = |transfer: &Transfer| {
        which.all
            || which.ids.contains(&transfer.id.0)
            || (which.failed && transfer.state == TransferState::Failed)
            || which.batch.is_some_and(|batch| transfer.batch == BatchId(batch))
    };
    let chosen: Vec<Transfer> = all.into_iter().filter(|transfer| meant(transfer) && can.contains(&transfer.state)).collect();
    if chosen.is_empty() {
        let states: Vec<_> = can.iter().map(|state| state.name()).collect();
        let message = format!("none of them is {}: see `swath transfers`", states.join(" or "));
        return Err(Failure::nothing("transfer-state", message));
    }
    Ok(chosen)
}
