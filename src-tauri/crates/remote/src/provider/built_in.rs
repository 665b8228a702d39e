//! The catalogues that Swath knows by itself.

use std::collections::BTreeMap;
use std::path::Path;

use swath_domain::{Access, Band, Sensor};

use super::{Collection, Kind, OffsetRule, Provider};

/// Earth Search, and the demo catalogue when its folder is given.
pub fn built_in(demo_folder: Option<&Path>) -> Vec<Provider> {
    let mut all = vec![Provider {
        id: "earth-search".into(),
        title: "Earth Search (Element 84, AWS)".into(),
        kind: Kind::Stac { url: "https://earth-search.aws.element84.com/v1".into() },
        search_account: None,
        collections: vec![sentinel_2_l2a()],
        requests_per_second: 4.0,
        parallel: 8,
    }];
    all.extend(demo_folder.map(|folder| Provider {
        id: "demo".into(),
        title: "Demo area (on this computer)".into(),
        kind: Kind::Static { folder: folder.into() },
        search_account: None,
        collections: vec![sentinel_2_l2a()],
        requests_per_second: 0.0,
        parallel: 0,
    }));
    all
}

/// Collection 1: offset not applied to the pixels, sizes and SHA-256 given.
fn sentinel_2_l2a() -> Collection {
    Collection {
        id: "sentinel-2-c1-l2a".into(),
        sensor: Sensor::Sentinel2L2a,
        assets: common_names(Sensor::Sentinel2L2a),
        thumbnail: Some("thumbnail".into()),
        offset_rule: OffsetRule::Metadata,
        access: Access::Open,
    }
}

/// Earth Search calls its assets by the common names of the bands.
fn common_names(sensor: Sensor) -> BTreeMap<Band, String> {
    Band::ALL.iter().filter(|band| band.label(sensor).is_some()).map(|band| (*band, band.name().to_owned())).collect()
}
