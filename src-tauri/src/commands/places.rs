//! Places: by name, by coordinates, by tile.

mod coordinates;

use geo::{Centroid, Contains, InteriorPoint};
use swath_domain::Aoi;
use swath_raster::vector::tiles;

use super::{Answer, App, vectors};
use crate::{
    settings,
    view::{Bbox, Coordinates, Language, PlaceKindView, PlaceView},
};

/// Names that are told; nobody reads further.
const MOST: usize = 12;

/// What a text may mean: coordinates, a tile, a path and row, or names of places, the likeliest first. Empty when it means nothing.
#[tauri::command]
#[specta::specta]
pub async fn places(state: App<'_>, text: String) -> Answer<Vec<PlaceView>> {
    let chinese = text.chars().any(is_han) || settings::load(state.library()).language == Language::Zh;
    vectors(&state, move || Ok(found(text.trim(), chinese))).await
}

fn found(text: &str, chinese: bool) -> Vec<PlaceView> {
    let points = coordinates::read(text);
    if !points.is_empty() {
        return points.into_iter().map(point).collect();
    }
    let named = swath_library::places(text, MOST).into_iter().map(|place| PlaceView::of(place, chinese));
    mgrs(text).into_iter().chain(wrs(text)).chain(named).collect()
}

fn point([longitude, latitude]: [f64; 2]) -> PlaceView {
    PlaceView {
        title: coordinates::write([longitude, latitude]),
        subtitle: None,
        kind: PlaceKindView::Coordinates,
        position: [longitude, latitude],
        bbox: None,
        outline: None,
    }
}

/// `33TWL`, `T33TWL`
fn mgrs(text: &str) -> Option<PlaceView> {
    if !(4..=6).contains(&text.len()) || !text.is_ascii() {
        return None;
    }
    let area = tiles::mgrs(text).ok()?;
    let plain = text.to_ascii_uppercase();
    let title = plain.strip_prefix('T').unwrap_or(&plain).to_owned();
    Some(tile(title, "MGRS", PlaceKindView::Mgrs, &area))
}

/// `191/028`, `191028`, `191 28`
fn wrs(text: &str) -> Option<PlaceView> {
    let (path, row) = match text.split_once(['/', ' ', '-']) {
        Some(parts) => parts,
        None if text.len() == 6 && text.is_ascii() => text.split_at(3),
        None => return None,
    };
    let number = |part: &str| part.trim().parse::<u16>().ok().filter(|_| part.trim().len() <= 3);
    let (path, row) = (number(path)?, number(row)?);
    let area = tiles::wrs2(path, row).ok()?;
    Some(tile(format!("{path:03}/{row:03}"), "WRS-2", PlaceKindView::Wrs, &area))
}

fn tile(title: String, system: &str, kind: PlaceKindView, area: &Aoi) -> PlaceView {
    let shape = area.shape();
    // The middle of a tile that was split at the antimeridian lies in neither half.
    let middle = shape.centroid().filter(|middle| shape.contains(middle)).or_else(|| shape.interior_point());
    PlaceView {
        title,
        subtitle: Some(system.to_owned()),
        kind,
        position: middle.map_or([0.0, 0.0], |middle| [middle.x(), middle.y()]),
        bbox: Some(Bbox(area.bbox())),
        outline: Some(Coordinates::of(shape)),
    }
}

/// Chinese characters, the common ones and the rare.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_what_it_looks_like() {
        let check = |text: &str, kind: PlaceKindView, title: &str, near: [f64; 2]| {
            let found = found(text, text.chars().any(is_han));
            let first = found.first().unwrap_or_else(|| panic!("{text} is nowhere"));
            assert_eq!((first.kind, first.title.as_str()), (kind, title), "{text}");
            let off = (first.position[0] - near[0]).hypot(first.position[1] - near[1]);
            assert!(off < 1.5, "{text}: {:?}", first.position);
        };
        check("Zürich", PlaceKindView::City, "Zürich", [8.55, 47.37]);
        check("北京", PlaceKindView::City, "北京", [116.4, 39.9]);
        check("8.55 47.37", PlaceKindView::Coordinates, "47.37° N, 8.55° E", [8.55, 47.37]);
        check("33TWL", PlaceKindView::Mgrs, "33TWL", [15.6, 45.5]);
        check("t33twl", PlaceKindView::Mgrs, "33TWL", [15.6, 45.5]);
        check("1WCR", PlaceKindView::Mgrs, "1WCR", [179.1, 68.0]);
        check("191/28", PlaceKindView::Wrs, "191/028", [14.4, 46.0]);
        check("191028", PlaceKindView::Wrs, "191/028", [14.4, 46.0]);
        let tile = &found("33TWL", false)[0];
        assert!(tile.outline.is_some() && tile.bbox.is_some() && tile.subtitle.as_deref() == Some("MGRS"));
        for nothing in ["", "  ", "33IWL", "qqqqxxzz", "999/999"] {
            assert_eq!(found(nothing, false), [], "{nothing}");
        }
        assert!(found("san", false).len() <= MOST);
    }
}
