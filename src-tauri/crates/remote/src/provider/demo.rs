//! The demo area: a catalogue of files on this computer, made by Swath itself.

use std::path::Path;

use swath_domain::Sensor;

use super::built_in::{catalogue, collection, common_names};
use super::{Collection, Kind, Provider};

pub(super) fn provider(folder: &Path) -> Provider {
    let scenes = collection("sentinel-2-c1-l2a", Sensor::Sentinel2L2a, common_names(Sensor::Sentinel2L2a));
    Provider {
        collections: vec![Collection { thumbnail: Some("thumbnail".into()), ..scenes }],
        ..catalogue("demo", "Demo area (on this computer)", Kind::Static { folder: folder.into() })
    }
}
