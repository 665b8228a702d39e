//! The Alaska Satellite Facility: Sentinel-1 as whole products, found through NASA's Common Metadata Repository.

use std::collections::BTreeMap;

use swath_domain::{Access, AccountKind, Sensor};

use super::built_in::{catalogue, collection};
use super::{Collection, Kind, Provider};

/// A collection is called by its short name: one for each satellite, single or double polarisation, and resolution.
pub(super) fn provider() -> Provider {
    let whole = |id: String| Collection {
        access: Access::Account(AccountKind::Earthdata),
        ..collection(&id, Sensor::Sentinel1Grd, BTreeMap::new())
    };
    let kinds = ["DP_GRD_HIGH", "SP_GRD_HIGH", "DP_GRD_MEDIUM", "SP_GRD_MEDIUM"];
    let names = ['A', 'B', 'C', 'D'].into_iter().flat_map(|satellite| kinds.map(|kind| format!("SENTINEL-1{satellite}_{kind}")));
    Provider {
        collections: names.map(whole).collect(),
        requests_per_second: 4.0,
        parallel: 4,
        page: 250,
        ..catalogue("asf", "Alaska Satellite Facility (NASA)", Kind::Cmr { url: "https://cmr.earthdata.nasa.gov".into() })
    }
}
