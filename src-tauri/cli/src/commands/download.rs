//! `swath download`

use std::collections::BTreeSet;

use serde_json::json;
use swath_domain::{Aoi, Band, DateRange, Holding, PackageForm, Query, Scene, SceneId, Sensor, Wanted};
use swath_library::HoldingFilter;
use swath_pipeline::{Choice, Engine, Order, Preflight};

use crate::args::{DownloadArgs, Form};
use crate::bring::{self, bring};
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::{areas, find, read, table};

/// Orders what is wanted of the scenes and brings it into the library; without `--as`, says what there is to choose from.
pub(crate) async fn download(session: &Session, args: DownloadArgs) -> Outcome {
    let area = (args.place.area.is_some() || args.place.bbox.is_some()).then(|| areas::area(session, &args.place)).transpose()?;
    let engine = session.transfer_engine(bring::rules(&args.rules))?;
    let result = with(session, &engine, &args, area).await;
    engine.shutdown().await;
    result
}

async fn with(session: &Session, engine: &Engine, args: &DownloadArgs, area: Option<Aoi>) -> Outcome {
    let scenes = match &args.scenes {
        Some(file) => listed(engine, &read::text(file, "list of scenes")?)?,
        None => searched(session, engine, args, area.clone()).await?,
    };
    if scenes.is_empty() {
        return Err(Failure::nothing("no-scenes", "no scene was found: widen the period or the filters, or ask other catalogues"));
    }
    let bands = bands(&args.bands, &scenes)?;
    let Some(form) = args.form else {
        let choices = engine.choices(&scenes, &bands, area.as_ref(), &session.interrupt).await?;
        tell_choices(session, scenes.len(), &choices);
        return Ok(());
    };
    let wanted = wanted(form, bands, area, args.unpack)?;
    let name = args.batch.clone().unwrap_or_else(|| format!("{} scenes as {}", scenes.len(), words(&wanted)));
    let order = Order { name, scenes, wanted };
    let preflight = engine.preflight(&order)?;
    if args.dry_run {
        tell_preflight(session, &preflight);
        return if preflight.refuses() { Err(Failure::failed("refused", "this would be refused for the reasons above")) } else { Ok(()) };
    }
    for finding in preflight.findings.iter().filter(|finding| !finding.refuses()) {
        session.out.note(format!("warning: {finding}"));
    }
    let ordered = engine.order(order.clone())?;
    tell_held(session, engine, &order, &ordered.held)?;
    let ids: Vec<_> = ordered.transfers.iter().map(|transfer| transfer.id).chain(ordered.queued_as).collect();
    if ids.is_empty() { Ok(()) } else { bring(session, engine, || Ok(ids)).await }
}

/// What was there already is an answer like what comes, so that a command can be given twice.
fn tell_held(session: &Session, engine: &Engine, order: &Order, held: &[SceneId]) -> Outcome {
    if held.is_empty() {
        return Ok(());
    }
    let scenes: Vec<&Scene> = order.scenes.iter().filter(|scene| held.contains(&scene.id)).collect();
    let (holdings, contents) = (engine.library().holdings(), order.wanted.contents());
    let is_meant =
        |holding: &Holding| contents.contains(&holding.content) && scenes.iter().any(|scene| holding.scene.is_same_product(scene));
    for holding in holdings.list(&HoldingFilter::default())?.iter().filter(|holding| is_meant(holding)) {
        bring::tell_holding(session, engine, holding, json!({}));
    }
    session.out.note(format!("{} scenes were in the library already and are not fetched again", held.len()));
    Ok(())
}

async fn searched(session: &Session, engine: &Engine, args: &DownloadArgs, area: Option<Aoi>) -> Outcome<Vec<Scene>> {
    let (Some(area), Some(from), Some(to)) = (area, args.from, args.to) else {
        return Err(Failure::usage("invalid-area", "say where and when: --area or --bbox, --from and --to; or name scenes with --scenes"));
    };
    let dates = DateRange::new(from, to).map_err(|error| Failure::usage("invalid-dates", error.to_string()))?;
    let sensors = if args.sensor.is_empty() { vec![Sensor::Sentinel2L2a] } else { args.sensor.clone() };
    let query = Query { area, dates, sensors, max_cloud: args.filters.max_cloud, filters: args.filters.filters() };
    session.chosen_providers(&args.provider)?;
    let found = find::find(session, engine, &args.provider, &query).await?;
    found.failures.iter().for_each(|why| session.out.note(format!("warning: a catalogue failed and is left out: {why}")));
    let newest = found.searched.changes.into_iter().filter(|change| change.superseded_by.is_none());
    let mut scenes: Vec<Scene> = newest.map(|change| change.scene).collect();
    scenes.sort_by(|a, b| (a.datetime, &a.id).cmp(&(b.datetime, &b.id)));
    Ok(scenes)
}

/// Scenes of lines that `swath search --json` printed, or of ids that an earlier search has left in the library.
fn listed(engine: &Engine, text: &str) -> Outcome<Vec<Scene>> {
    let mut scenes = Vec::new();
    for (line, number) in text.lines().map(str::trim).zip(1..).filter(|(line, _)| !line.is_empty()) {
        let wrong = |why: String| Failure::usage("invalid-scenes", format!("line {number} of the list of scenes is wrong: {why}"));
        if line.starts_with('{') {
            let value: serde_json::Value = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            if value.get("event").is_some_and(|event| event != "scene") {
                continue;
            }
            let scene = value.get("scene").cloned().unwrap_or(value);
            scenes.push(serde_json::from_value(scene).map_err(|error| wrong(error.to_string()))?);
        } else {
            let known = engine.library().scenes().get(&SceneId(line.to_owned()));
            scenes.push(known.map_err(|_| wrong(format!("no search has found a scene `{line}` yet: search for it first")))?);
        }
    }
    Ok(scenes)
}

/// The bands that are named, or all that every scene has.
fn bands(named: &[Band], scenes: &[Scene]) -> Outcome<Vec<Band>> {
    let of = |scene: &Scene| scene.assets.keys().copied().collect::<BTreeSet<_>>();
    let with_files = || scenes.iter().filter(|scene| !scene.assets.is_empty());
    if let Some(unknown) = named.iter().find(|band| with_files().next().is_some() && with_files().all(|scene| !of(scene).contains(band))) {
        let all: BTreeSet<_> = with_files().flat_map(of).collect();
        let message = format!("no scene has a file of the band `{}`; there are {}", unknown.name(), table::bands(all));
        return Err(Failure::usage("no-band", message));
    }
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    Ok(with_files().map(of).reduce(|all, one| &all & &one).unwrap_or_default().into_iter().collect())
}

fn wanted(form: Form, bands: Vec<Band>, area: Option<Aoi>, unpack: bool) -> Outcome<Wanted> {
    let product = |form| Wanted::Product { form, unpack };
    Ok(match form {
        Form::SafeZip => product(PackageForm::SafeZip),
        Form::SafeNodes => product(PackageForm::SafeNodes),
        Form::SafeS3 => product(PackageForm::SafeS3),
        Form::LandsatTar => product(PackageForm::LandsatTar),
        Form::PartialSafe => Wanted::PartialSafe { bands },
        Form::Bands => Wanted::Bands { bands },
        Form::Window => {
            let area = area.ok_or_else(|| Failure::usage("invalid-area", "a window needs an area: give --area or --bbox"))?;
            Wanted::Window { bands, area: Box::new(area) }
        }
    })
}

/// `--as` of what is wanted.
fn words(wanted: &Wanted) -> &'static str {
    match wanted {
        Wanted::Product { form: PackageForm::SafeZip, .. } => "safe-zip",
        Wanted::Product { form: PackageForm::SafeNodes, .. } => "safe-nodes",
        Wanted::Product { form: PackageForm::SafeS3, .. } => "safe-s3",
        Wanted::Product { form: PackageForm::LandsatTar, .. } => "landsat-tar",
        Wanted::PartialSafe { .. } => "partial-safe",
        Wanted::Bands { .. } => "bands",
        Wanted::Window { .. } => "window",
    }
}

fn size(bytes: Option<u64>, exact: bool) -> String {
    bytes.map_or_else(|| "?".into(), |bytes| format!("{}{}", if exact { "" } else { "~" }, table::bytes(bytes)))
}

fn tell_choices(session: &Session, scenes: usize, choices: &[Choice]) {
    let mut cells = Vec::new();
    for choice in choices {
        let account = choice.account.map_or_else(String::new, |account| account.to_string());
        let more = json!({
            "scenes": choice.scenes, "bytes": choice.bytes, "exact": choice.exact, "account": choice.account, "held": choice.held,
            "lacking": choice.lacking,
        });
        session.out.event_with("choice", "wanted", &choice.wanted, more);
        cells.push(vec![
            words(&choice.wanted).to_owned(),
            size(choice.bytes, choice.exact),
            format!("{}/{scenes}", choice.scenes),
            choice.held.to_string(),
            account,
            table::bands(choice.wanted.bands().iter().copied()),
        ]);
    }
    table::rows(&["--as", "SIZE", "SCENES", "HELD", "ACCOUNT", "BANDS"], &[1, 2, 3], &cells).iter().for_each(|row| session.out.line(row));
    session.out.note(format!("{scenes} scenes; choose with --as what to fetch of them"));
}

fn tell_preflight(session: &Session, preflight: &Preflight) {
    for finding in &preflight.findings {
        session.out.event_with("finding", "message", &finding.to_string(), json!({ "refuses": finding.refuses() }));
        session.out.note(format!("{}: {finding}", if finding.refuses() { "refused" } else { "warning" }));
    }
    let (bytes, free) = (size(preflight.bytes, true), table::bytes(preflight.disk_free));
    let more = json!({ "bytes": preflight.bytes, "disk_free": preflight.disk_free, "held": preflight.held });
    session.out.event_with("preflight", "transfers", &preflight.transfers, more);
    let held = if preflight.held > 0 { format!(", {} held already", preflight.held) } else { String::new() };
    session.out.line(format!("{} scenes to fetch{held}: {bytes}; {free} free on the disk", preflight.transfers));
}
