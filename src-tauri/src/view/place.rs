//! Places: names, coordinates, tiles.

use serde::Serialize;
use specta::Type;
use specta_typescript::Number;
use swath_library::{Place, PlaceKind};

use super::{Bbox, Coordinates};

/// A place on the map.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlaceView {
    /// What it is called.
    pub title: String,
    /// What it lies in, or what else is to be said.
    pub subtitle: Option<String>,
    /// What it is.
    pub kind: PlaceKindView,
    /// `[longitude, latitude]`
    #[specta(type = (Number, Number))]
    pub position: [f64; 2],
    /// Its box, where it has one.
    pub bbox: Option<Bbox>,
    /// Its outline, where it is known exactly: of tiles.
    pub outline: Option<Coordinates>,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename = "PlaceKind", rename_all = "kebab-case")]
pub enum PlaceKindView {
    /// A city or town.
    City,
    /// A part of a country.
    Region,
    /// A country or territory.
    Country,
    /// A point.
    Coordinates,
    /// A tile of Sentinel-2.
    Mgrs,
    /// A path and row of Landsat.
    Wrs,
}

impl PlaceView {
    /// A place with a name, in Chinese where that is wanted and known.
    pub fn of(place: Place, chinese: bool) -> Self {
        let other = if chinese { place.chinese.is_some().then(|| place.name.clone()) } else { None };
        let region = if chinese { place.region_chinese.or(place.region) } else { place.region };
        let subtitle: Vec<String> = other.into_iter().chain(region).collect();
        Self {
            title: if chinese { place.chinese.unwrap_or(place.name) } else { place.name },
            subtitle: (!subtitle.is_empty()).then(|| subtitle.join(" · ")),
            kind: match place.kind {
                PlaceKind::City => PlaceKindView::City,
                PlaceKind::Region => PlaceKindView::Region,
                PlaceKind::Country => PlaceKindView::Country,
            },
            position: [place.longitude, place.latitude],
            bbox: place.bbox.map(Bbox),
            outline: None,
        }
    }
}
