//! Sentinel Hub in the Copernicus Data Space: pictures computed for an area instead of files.

use swath_domain::Band::{Hh, Hv, Vh, Vv};
use swath_domain::{Access, AccountKind, Sensor};

use super::built_in::{catalogue, collection, keys, labels};
use super::{Collection, Kind, Provider};

pub(super) fn provider() -> Provider {
    let computed = |id, sensor, assets| Collection { access: Access::Account(AccountKind::SentinelHub), ..collection(id, sensor, assets) };
    Provider {
        search_account: Some(AccountKind::SentinelHub),
        collections: vec![
            computed("sentinel-2-l2a", Sensor::Sentinel2L2a, labels(Sensor::Sentinel2L2a)),
            computed("sentinel-2-l1c", Sensor::Sentinel2L1c, labels(Sensor::Sentinel2L1c)),
            computed("sentinel-1-grd", Sensor::Sentinel1Grd, keys(&[(Vv, "VV"), (Vh, "VH"), (Hh, "HH"), (Hv, "HV")])),
        ],
        requests_per_second: 5.0,
        parallel: 4,
        // More than 100 are refused.
        page: 100,
        ..catalogue("sentinel-hub", "Sentinel Hub", Kind::SentinelHub { url: "https://sh.dataspace.copernicus.eu".into() })
    }
}
