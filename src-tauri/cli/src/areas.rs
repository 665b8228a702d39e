//! Areas as users have them: any file with outlines, pasted text, a box, a tile.

use std::io::Read;
use std::path::Path;

use swath_domain::Aoi;
use swath_raster::vector::{AreaFile, AreaLayer, Choice, Import, Points, VectorError};

use crate::args::PlaceArgs;
use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// The area that the arguments name; what was put right is told.
pub(crate) fn area(session: &Session, place: &PlaceArgs) -> Outcome<Aoi> {
    let given = match (&place.area, place.bbox) {
        (Some(given), _) => given.clone(),
        (None, Some([west, south, east, north])) => format!("{west},{south},{east},{north}"),
        (None, None) => return Err(Failure::usage("invalid-area", "no area is given: use --area or --bbox")),
    };
    let file = open(session, &given)?;
    chosen(session, &file, place)
}

/// A file where there is one of that name, `-` for standard input, else the text itself.
pub(crate) fn open(session: &Session, given: &str) -> Outcome<AreaFile> {
    if given == "-" {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|error| Failure::usage("unreadable", format!("standard input cannot be read as text ({error})")))?;
        return Ok(AreaFile::parse(&text)?);
    }
    let path = Path::new(given);
    if path.exists() {
        return Ok(AreaFile::open(path, &session.interrupt)?);
    }
    AreaFile::parse(given).map_err(|stop| {
        let failure = Failure::from(stop);
        // What looks like a path was most likely meant as one.
        let like_path = given.contains(['/', '\\', '.']) && !given.contains(['(', '{', '<', ',', ' ']);
        if like_path {
            Failure::usage("unreadable", format!("the area {given} is not there: check the path ({})", failure.message))
        } else {
            failure
        }
    })
}

/// The area of the chosen layer and features.
fn chosen(session: &Session, file: &AreaFile, place: &PlaceArgs) -> Outcome<Aoi> {
    let layer = layer(file, place.layer.as_deref())?;
    let choice = if place.feature.is_empty() { Choice::All } else { Choice::Features(place.feature.clone()) };
    let Import { aoi, notes } = file.area(layer, &choice, place.points.unwrap_or_default(), &session.interrupt)?;
    for note in notes {
        session.out.note(format!("note: {}", note.sentence()));
    }
    Ok(aoi)
}

/// The layer of that name, or the only one of which an area can be made.
fn layer(file: &AreaFile, name: Option<&str>) -> Outcome<usize> {
    let layers = file.layers();
    let names = || layers.iter().map(|layer| format!("`{}`", layer.name)).collect::<Vec<_>>().join(", ");
    if let Some(name) = name {
        let found = layers.iter().position(|layer| layer.name == name);
        return found.ok_or_else(|| Failure::usage("no-such-layer", format!("{} has no layer `{name}`; it has {}", file.name(), names())));
    }
    let usable: Vec<usize> = (0..layers.len()).filter(|at| layers[*at].usable > 0).collect();
    match usable.as_slice() {
        [] => Ok(0),
        [only] => Ok(*only),
        _ => Err(Failure::usage("choose-layer", format!("{} has several layers: choose one of {} with --layer", file.name(), names()))),
    }
}

/// What the features of a layer are made of.
pub(crate) fn geometry(layer: &AreaLayer) -> String {
    let made = layer.geometry;
    let kinds = [(made.polygons, "polygons"), (made.lines, "lines"), (made.points, "points"), (made.none, "without geometry")];
    kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
}

/// `buffer:METRES` or `hull`.
pub(crate) fn parse_points(text: &str) -> Result<Points, String> {
    let metres = text.strip_prefix("buffer:").map(|metres| metres.trim_end_matches('m').parse::<f64>());
    match (text, metres) {
        ("hull", _) => Ok(Points::Hull),
        (_, Some(Ok(metres))) if (1.0..=200_000.0).contains(&metres) => Ok(Points::Buffer { metres }),
        _ => Err(format!("expected `hull` or `buffer:METRES` with 1 to 200000 metres, found `{text}`")),
    }
}

impl From<VectorError> for Failure {
    fn from(error: VectorError) -> Self {
        Self::usage("invalid-area", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_points_is_read() {
        for (text, good) in [("hull", true), ("buffer:500", true), ("buffer:0", false), ("buffer", false), ("500", false)] {
            assert_eq!(parse_points(text).is_ok(), good, "{text}");
        }
    }
}
