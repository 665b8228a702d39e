//! `swath search`

use serde_json::json;
use swath_domain::{Aoi, DateRange, Query, Scene, Sensor};

use crate::args::{LimitArgs, SearchArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::find::find;
use crate::read;
use crate::session::Session;
use crate::table::minute;

/// Prints scenes as their pages arrive.
pub(crate) async fn search(session: &Session, args: SearchArgs) -> Outcome {
    let area = match (&args.place.area, args.place.bbox) {
        (Some(area), _) => read::area(session, area)?,
        (None, bbox) => read::from_bbox(bbox.unwrap_or_default())?,
    };
    let dates = DateRange::new(args.from, args.to).map_err(|error| Failure::usage("invalid-dates", error.to_string()))?;
    let sensors = if args.sensor.is_empty() { vec![Sensor::Sentinel2L2a] } else { args.sensor };
    let query = Query { area, dates, sensors, max_cloud: args.max_cloud, filters: Default::default() };
    let providers = session.chosen_providers(&args.provider)?;
    let engine = session.engine(&LimitArgs::default())?;

    session.out.line(format!("{:16}  {:14}  {:>7}  {:>6}  {:6}  ID", "ACQUIRED (UTC)", "SENSOR", "CLOUD", "COVERS", "TILE"));
    let found = find(session, &engine, &providers, &query, |page| page.iter().for_each(|scene| tell(session, &query.area, scene))).await?;
    session.out.note(format!("{} scenes", found.scenes.len()));
    match found.failures.as_slice() {
        [] if found.scenes.is_empty() => {
            Err(Failure::nothing("no-scenes", "no scene was found: widen the period or the cloud limit, or ask other catalogues"))
        }
        [] => Ok(()),
        why => Err(Failure::new(Exit::Provider, "provider-failed", format!("not every catalogue answered: {}", why.join("; ")))),
    }
}

fn tell(session: &Session, area: &Aoi, scene: &Scene) {
    let covers = area.coverage_by(&scene.footprint);
    session.out.event_with("scene", "scene", scene, json!({ "covers": covers }));
    session.out.line(format!(
        "{:16}  {:14}  {:>7}  {:>4.0} %  {:6}  {}",
        minute(scene.datetime),
        scene.sensor.name(),
        scene.cloud_cover.map_or_else(|| "?".to_owned(), |cloud| format!("{cloud:.1} %")),
        covers * 100.0,
        scene.tile.as_deref().unwrap_or("-"),
        scene.id
    ));
}
