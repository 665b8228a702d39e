//! The catalogues that Swath knows by itself, and what their tables have in common.

use std::collections::BTreeMap;
use std::path::Path;

use swath_domain::{Access, Band, Sensor};

use super::{Collection, Kind, OffsetRule, Provider, asf, cdse, demo, earth_search, planetary_computer, sentinel_hub, usgs};

/// All of them, the best first: files that anyone may fetch in pieces come before those that need an account or come whole. The demo
/// catalogue is the last, and only there when its folder is given.
pub fn built_in(demo_folder: Option<&Path>) -> Vec<Provider> {
    let mut all = vec![
        earth_search::provider(),
        planetary_computer::provider(),
        cdse::stac(),
        cdse::odata(),
        usgs::stac(),
        asf::provider(),
        usgs::m2m(),
        sentinel_hub::provider(),
    ];
    all.extend(demo_folder.map(demo::provider));
    all
}

/// A catalogue without collections and limits, to be completed.
pub(super) fn catalogue(id: &str, title: &str, kind: Kind) -> Provider {
    Provider {
        id: id.into(),
        title: title.into(),
        kind,
        search_account: None,
        collections: Vec::new(),
        requests_per_second: 0.0,
        parallel: 0,
        page: 0,
        filter: super::FilterDialect::None,
    }
}

/// A collection whose files anyone may fetch, with the bands under the keys given.
pub(super) fn collection(id: &str, sensor: Sensor, assets: BTreeMap<Band, String>) -> Collection {
    Collection { id: id.into(), sensor, assets, thumbnail: None, offset_rule: OffsetRule::Metadata, access: Access::Open }
}

/// Keys as written: `[(Band::Red, "B04")]`.
pub(super) fn keys(keys: &[(Band, &str)]) -> BTreeMap<Band, String> {
    keys.iter().map(|(band, key)| (*band, (*key).to_owned())).collect()
}

/// The common names of a sensor's bands, as Earth Search and the catalogues of Landsat use them.
pub(super) fn common_names(sensor: Sensor) -> BTreeMap<Band, String> {
    let key = |band: Band| match band {
        Band::QaPixel => "qa_pixel",
        Band::QaRadsat => "qa_radsat",
        Band::QaAerosol => "qa_aerosol",
        Band::CloudProbability => "cloud",
        Band::SnowProbability => "snow",
        other => other.name(),
    };
    Band::ALL.iter().filter(|band| band.label(sensor).is_some()).map(|band| (*band, key(*band).to_owned())).collect()
}

/// The sensor's own labels (`B04`).
pub(super) fn labels(sensor: Sensor) -> BTreeMap<Band, String> {
    Band::ALL.iter().filter_map(|band| Some((*band, band.label(sensor)?.to_owned()))).collect()
}
