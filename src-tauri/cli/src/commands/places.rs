//! `swath places`

use serde_json::json;
use swath_library::{Place, PlaceKind};

use crate::args::PlacesArgs;
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::table::rows;

/// Finds places by name.
pub(crate) fn places(session: &Session, args: &PlacesArgs) -> Outcome {
    let text = args.text.join(" ");
    let found = swath_library::places(&text, usize::from(args.limit));
    if found.is_empty() {
        return Err(Failure::nothing("not-found", format!("no country, region or larger city is called `{text}`: try another spelling")));
    }
    let mut cells = Vec::new();
    for place in &found {
        let object = json!({
            "name": place.name, "chinese": place.chinese, "kind": kind(place), "region": place.region,
            "longitude": place.longitude, "latitude": place.latitude, "bbox": place.bbox, "population": place.population,
        });
        session.out.event("place", "place", &object);
        let bbox = place.bbox.map(|[w, s, e, n]| format!("{w:.3},{s:.3},{e:.3},{n:.3}"));
        cells.push(vec![
            place.name.clone(),
            place.chinese.clone().unwrap_or_default(),
            kind(place).to_owned(),
            place.region.clone().unwrap_or_default(),
            format!("{:.4},{:.4}", place.longitude, place.latitude),
            bbox.unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    rows(&["NAME", "中文", "KIND", "REGION", "LON,LAT", "BOX"], &[], &cells).iter().for_each(|row| session.out.line(row));
    Ok(())
}

fn kind(place: &Place) -> &'static str {
    match place.kind {
        PlaceKind::Country => "country",
        PlaceKind::Region => "region",
        PlaceKind::City => "city",
    }
}
