//! `swath holdings`

use std::path::Path;

use serde_json::json;
use swath_domain::{Content, Holding, HoldingId, HoldingState, PackageForm, Wanted};
use swath_library::{HoldingFilter, RemoveHow};
use swath_pipeline::{Order, Verified};

use crate::args::{HoldingsCommand, RuleArgs};
use crate::bring::{self, bring};
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::table::{bytes, minute, rows};

/// Lists, checks, unpacks, finds again and removes what the library holds of scenes.
pub(crate) async fn holdings(session: &Session, command: Option<HoldingsCommand>) -> Outcome {
    match command.unwrap_or(HoldingsCommand::List { text: None }) {
        HoldingsCommand::List { text } => list(session, text),
        HoldingsCommand::Path { id } => {
            let library = session.library()?;
            let holding = library.holdings().get(HoldingId(id))?;
            let path = library.holdings().path(&holding);
            session.out.event_with("holding", "holding", &holding, json!({ "path": path }));
            session.out.line(path.display().to_string());
            Ok(())
        }
        HoldingsCommand::Verify { ids } => verify(session, &ids).await,
        HoldingsCommand::Unpack { id } => unpack(session, HoldingId(id)).await,
        HoldingsCommand::Relink { folder } => relink(session, &folder),
        HoldingsCommand::Remove { id, delete, yes } => remove(session, HoldingId(id), delete, yes),
    }
}

fn list(session: &Session, text: Option<String>) -> Outcome {
    let library = session.library()?;
    let all = library.holdings().list(&HoldingFilter { text, ..HoldingFilter::default() })?;
    let row = |holding: &Holding| {
        session.out.event("holding", "holding", holding);
        vec![holding.id.to_string(), state(&holding.state), bytes(holding.bytes), minute(holding.scene.datetime), holding.path.clone()]
    };
    let cells: Vec<_> = all.iter().map(row).collect();
    rows(&["ID", "STATE", "SIZE", "ACQUIRED (UTC)", "PATH"], &[0, 2], &cells).iter().for_each(|row| session.out.line(row));
    if all.is_empty() {
        session.out.note("the library holds no scene yet: fetch some with `swath download`");
    }
    Ok(())
}

fn state(state: &HoldingState) -> String {
    match state {
        HoldingState::Verified { at } => format!("verified {}", at.strftime("%Y-%m-%d")),
        HoldingState::Missing => "missing".into(),
        HoldingState::Damaged { .. } => "damaged".into(),
    }
}

async fn verify(session: &Session, ids: &[i64]) -> Outcome {
    let engine = session.idle_engine()?;
    let ids: Vec<HoldingId> = ids.iter().map(|id| HoldingId(*id)).collect();
    let library = engine.library().clone();
    let count = if ids.is_empty() { library.holdings().list(&HoldingFilter::default())?.len() } else { ids.len() };
    let bar = session.out.bar("verify", count as u64);
    let named = (!ids.is_empty()).then_some(ids.as_slice());
    let summary = engine
        .verify(named, &session.interrupt, &mut |Verified { id, state }| {
            bar.inc(1);
            session.out.event_with("verified", "holding", &id, json!({ "state": state }));
            let why = match &state {
                HoldingState::Verified { .. } => return,
                HoldingState::Missing => "its files are missing",
                HoldingState::Damaged { why } => why.as_str(),
            };
            let path = library.holdings().get(id).map(|holding| holding.path).unwrap_or_default();
            session.out.line(format!("{id}  {path}: {why}"));
        })
        .await;
    bar.finish_and_clear();
    engine.shutdown().await;
    let summary = summary?;
    session.out.note(format!("{} whole, {} missing, {} damaged", summary.verified, summary.missing, summary.damaged));
    if summary.missing + summary.damaged == 0 {
        return Ok(());
    }
    let message = "not everything is whole: fetch it again with `swath download`, or find it with `swath holdings relink FOLDER`";
    Err(Failure::failed("holdings-damaged", message))
}

/// An order whose first source is the zip or tar in the library, so that nothing is fetched.
async fn unpack(session: &Session, id: HoldingId) -> Outcome {
    let engine = session.transfer_engine(bring::rules(&RuleArgs::default()))?;
    let holding = engine.library().holdings().get(id)?;
    let form = match holding.content {
        Content::SafeZip => PackageForm::SafeZip,
        Content::LandsatTar => PackageForm::LandsatTar,
        _ => return Err(Failure::usage("not-packed", format!("holding {id} is neither a zip nor a tar: there is nothing to unpack"))),
    };
    let wanted = Wanted::Product { form, unpack: true };
    let order = Order { name: format!("unpack {}", holding.path), scenes: vec![*holding.scene], wanted };
    let mut there = false;
    let result = bring(session, &engine, || {
        let ordered = engine.order(order)?;
        there = !ordered.held.is_empty();
        Ok(ordered.transfers.iter().map(|transfer| transfer.id).collect())
    })
    .await;
    if there {
        session.out.note("it is unpacked already: see `swath holdings`");
    }
    engine.shutdown().await;
    result
}

fn relink(session: &Session, folder: &Path) -> Outcome {
    let found = session.library()?.holdings().relink(folder)?;
    session.out.event_with("relinked", "found", &found.found, json!({ "still_missing": found.still_missing }));
    session.out.line(format!("{} found again, {} still missing", found.found, found.still_missing));
    Ok(())
}

fn remove(session: &Session, id: HoldingId, delete: bool, yes: bool) -> Outcome {
    let library = session.library()?;
    let holding = library.holdings().get(id)?;
    let path = library.holdings().path(&holding);
    let (how, word) = if delete { (RemoveHow::Delete, "deleted") } else { (RemoveHow::Bin, "put into the bin") };
    if !yes {
        let message = format!("{} ({}) would be {word}: add --yes to do it", path.display(), bytes(holding.bytes));
        return Err(Failure::usage("not-confirmed", message));
    }
    let freed = library.holdings().remove(id, how)?;
    session.out.event_with("removed", "holding", &id, json!({ "bytes": freed }));
    session.out.line(format!("{} ({}) is {word}", path.display(), bytes(freed)));
    Ok(())
}
