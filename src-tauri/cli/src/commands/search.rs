//! `swath search`

use futures::{StreamExt, stream};
use serde_json::json;
use swath_domain::{Aoi, Change, DateRange, Lack, Query, Scene, Sensor, Stop};
use swath_pipeline::Engine;

use crate::areas;
use crate::args::{LimitArgs, SearchArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::find::{Found, find};
use crate::session::Session;
use crate::table::{minute, rows};

/// Masks read at a time.
const MASKS_AT_ONCE: usize = 8;

/// A scene that answers, with the share of the area that is clear in it when that was asked for and can be told.
type Listed = (Change, Option<f64>);

/// Prints the scenes of all catalogues as one list.
pub(crate) async fn search(session: &Session, args: SearchArgs) -> Outcome {
    let area = areas::area(session, &args.place)?;
    let dates = DateRange::new(args.from, args.to).map_err(|error| Failure::usage("invalid-dates", error.to_string()))?;
    let sensors = if args.sensor.is_empty() { vec![Sensor::Sentinel2L2a] } else { args.sensor };
    let query = Query { area, dates, sensors, max_cloud: args.filters.max_cloud, filters: args.filters.filters() };
    session.chosen_providers(&args.provider)?;
    let engine = session.engine(&LimitArgs::default())?;
    let Found { searched, failures } = find(session, &engine, &args.provider, &query).await?;
    let hidden = |change: &Change| change.superseded_by.is_some() && !args.all;
    let old = searched.changes.iter().filter(|change| hidden(change)).count();
    let shown: Vec<Change> = searched.changes.into_iter().filter(|change| !hidden(change)).collect();
    let mut listed = match query.filters.min_clear {
        Some(least) => clear_enough(session, &engine, shown, &query.area, least).await?,
        None => shown.into_iter().map(|change| (change, None)).collect(),
    };
    listed.sort_by(|(a, _), (b, _)| (a.scene.datetime, &a.scene.id).cmp(&(b.scene.datetime, &b.scene.id)));
    tell(session, &query, &listed);
    if args.completeness {
        tell_completeness(session, &searched.completeness);
    }
    let more = if old > 0 { format!(", {old} older versions are not listed (--all lists them)") } else { String::new() };
    session.out.note(format!("{} scenes{more}", listed.len()));
    engine.shutdown().await;
    match failures.as_slice() {
        [] if listed.is_empty() => Err(Failure::nothing(
            "no-scenes",
            "no scene was found: widen the period, the cloud limit or the other filters, or ask other catalogues",
        )),
        [] => Ok(()),
        why => Err(Failure::new(Exit::Partly, "provider-failed", format!("not every catalogue answered: {}", why.join("; ")))),
    }
}

/// Reads the masks and keeps the scenes with enough clear ground, and those that carry no mask.
async fn clear_enough(session: &Session, engine: &Engine, scenes: Vec<Change>, area: &Aoi, least: f64) -> Outcome<Vec<Listed>> {
    let bar = session.out.bar("masks", scenes.len() as u64);
    let reading = stream::iter(scenes.into_iter().map(|change| one_share(session, engine, change, area))).buffered(MASKS_AT_ONCE);
    let mut reading = std::pin::pin!(reading);
    let mut kept = Vec::new();
    while let Some(outcome) = reading.next().await {
        bar.inc(1);
        let (change, share) = outcome?;
        if share.is_none_or(|share| share >= least) {
            kept.push((change, share));
        }
    }
    bar.finish_and_clear();
    Ok(kept)
}

async fn one_share(session: &Session, engine: &Engine, change: Change, area: &Aoi) -> Outcome<Listed> {
    match engine.clear_share(&change.scene, area, &session.interrupt).await {
        Ok(share) => Ok((change, share.map(|share| share.clear))),
        Err(Stop::Cancelled) => Err(Failure::cancelled("the search was cancelled; nothing was changed")),
        // Listed all the same: that its mask cannot be read says nothing about its clouds.
        Err(Stop::Failed(error)) => {
            session.out.note(format!("warning: {error}"));
            Ok((change, None))
        }
    }
}

fn tell(session: &Session, query: &Query, listed: &[Listed]) {
    let clear = query.filters.min_clear.is_some();
    let mut cells = Vec::new();
    for (change, share) in listed {
        let scene = &change.scene;
        let covers = query.area.coverage_by(&scene.footprint);
        let sources: Vec<_> = scene.providers().collect();
        let more = json!({ "covers": covers, "clear": share, "sources": sources, "superseded_by": change.superseded_by });
        session.out.event_with("scene", "scene", scene, more);
        cells.push(row(change, covers, clear.then_some(*share), &sources));
    }
    if listed.is_empty() {
        return;
    }
    let mut head = vec!["ACQUIRED (UTC)", "SENSOR", "CLOUD", "COVERS", "TILE", "SOURCES", "ID"];
    let mut right = vec![2, 3];
    if clear {
        head.insert(4, "CLEAR");
        right.push(4);
    }
    rows(&head, &right, &cells).iter().for_each(|row| session.out.line(row));
}

fn row(change: &Change, covers: f64, clear: Option<Option<f64>>, sources: &[&str]) -> Vec<String> {
    let scene: &Scene = &change.scene;
    let unknown = || "?".to_owned();
    let id = match &change.superseded_by {
        Some(newer) => format!("{} (superseded by {newer})", scene.id),
        None => scene.id.to_string(),
    };
    let mut cells = vec![
        minute(scene.datetime),
        scene.sensor.name().to_owned(),
        scene.cloud_cover.map_or_else(unknown, |cloud| format!("{cloud:.1} %")),
        format!("{:.0} %", covers * 100.0),
        scene.tile.clone().unwrap_or_else(|| "-".to_owned()),
        sources.join(","),
        id,
    ];
    if let Some(clear) = clear {
        cells.insert(4, clear.map_or_else(unknown, |clear| format!("{:.0} %", clear * 100.0)));
    }
    cells
}

/// What each catalogue has and lacks.
fn tell_completeness(session: &Session, all: &[Lack]) {
    session.out.line("");
    let cells: Vec<_> = all
        .iter()
        .map(|lack| vec![lack.provider.clone(), lack.sensor.name().to_owned(), lack.found.to_string(), lack.lacking.len().to_string()])
        .collect();
    rows(&["CATALOGUE", "SENSOR", "HAS", "LACKS"], &[2, 3], &cells).iter().for_each(|row| session.out.line(row));
    for lack in all {
        let more = json!({ "sensor": lack.sensor, "found": lack.found, "lacking": lack.lacking });
        session.out.event_with("completeness", "provider", &lack.provider, more);
        lack.lacking.iter().for_each(|id| session.out.line(format!("{} lacks {id}", lack.provider)));
    }
}
