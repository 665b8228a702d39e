//! The Copernicus Data Space Ecosystem, by its two catalogues: STAC, which names every file of a product, and OData, which has every product.
//!
//! Finding is free; fetching needs an account, which may have four transfers at a time over all hosts together. Files lie behind `https:` (a
//! token) and `s3:` (keys); the former is tried first.

use std::collections::BTreeMap;

use swath_domain::Band::{self, Hh, Hv, Vh, Vv};
use swath_domain::{Access, AccountKind, Sensor};

use super::built_in::{catalogue, collection, keys, labels};
use super::{Collection, FilterDialect, Kind, OffsetRule, Provider};

const PARALLEL: usize = 4;

/// Its metadata give an offset of −0.1 for every baseline, so only the baseline is believed.
pub(super) fn stac() -> Provider {
    let behind_login = |id, sensor, assets| Collection {
        access: Access::Account(AccountKind::Cdse),
        thumbnail: Some("thumbnail".into()),
        offset_rule: OffsetRule::Baseline,
        ..collection(id, sensor, assets)
    };
    Provider {
        collections: vec![
            behind_login("sentinel-2-l2a", Sensor::Sentinel2L2a, level_2a()),
            behind_login("sentinel-2-l1c", Sensor::Sentinel2L1c, labels(Sensor::Sentinel2L1c)),
            behind_login("sentinel-1-grd", Sensor::Sentinel1Grd, keys(&[(Vv, "vv"), (Vh, "vh"), (Hh, "hh"), (Hv, "hv")])),
        ],
        // More than 5 a second are refused.
        requests_per_second: 2.0,
        parallel: PARALLEL,
        page: 200,
        filter: FilterDialect::Cql2,
        ..catalogue("cdse", "Copernicus Data Space (STAC)", Kind::Stac { url: "https://stac.dataspace.copernicus.eu/v1".into() })
    }
}

/// Whole products. A collection is called by its product type.
pub(super) fn odata() -> Provider {
    let whole = |id, sensor| Collection { access: Access::Account(AccountKind::Cdse), ..collection(id, sensor, BTreeMap::new()) };
    Provider {
        collections: vec![
            whole("S2MSI2A", Sensor::Sentinel2L2a),
            whole("S2MSI1C", Sensor::Sentinel2L1c),
            whole("IW_GRDH_1S", Sensor::Sentinel1Grd),
            whole("EW_GRDM_1S", Sensor::Sentinel1Grd),
            whole("IW_GRDH_1S-COG", Sensor::Sentinel1Grd),
            whole("EW_GRDM_1S-COG", Sensor::Sentinel1Grd),
        ],
        requests_per_second: 2.0,
        parallel: PARALLEL,
        page: 200,
        ..catalogue(
            "cdse-odata",
            "Copernicus Data Space (OData)",
            Kind::OData { url: "https://catalogue.dataspace.copernicus.eu/odata/v1".into() },
        )
    }
}

/// Every band in its own resolution; coarser copies stand beside them under other keys.
fn level_2a() -> BTreeMap<Band, String> {
    let metres = |band: Band| match band {
        Band::Blue | Band::Green | Band::Red | Band::Nir => 10,
        Band::Coastal | Band::Nir09 => 60,
        _ => 20,
    };
    let resolved = |(band, label): (Band, String)| (band, format!("{label}_{}m", metres(band)));
    labels(Sensor::Sentinel2L2a).into_iter().map(resolved).collect()
}
