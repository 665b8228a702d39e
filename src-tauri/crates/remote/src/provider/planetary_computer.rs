//! Microsoft's Planetary Computer: cloud-optimised copies on Azure, each fetched with a signature that anyone gets.
//!
//! Its search is often overloaded: no more than one page at a time, at most 1000 items a page (more is refused), 250 by default. Its
//! Sentinel-2 items say nothing about the offset, so the baseline decides. Its `landsat-c2-l1` holds scenes of before 2013 only and is left
//! out. Pictures come from its rendering service, which wants no signature.

use swath_domain::Band::{Hh, Hv, Vh, Vv};
use swath_domain::{Access, Sensor};

use super::built_in::{catalogue, collection, common_names, keys, labels};
use super::{Collection, FilterDialect, Kind, OffsetRule, Provider};

pub(super) fn provider() -> Provider {
    let signed = |id, sensor, assets| Collection {
        access: Access::Signed,
        thumbnail: Some("rendered_preview".into()),
        ..collection(id, sensor, assets)
    };
    // It has neither cloud nor snow probabilities.
    let mut sentinel_2 = labels(Sensor::Sentinel2L2a);
    sentinel_2.retain(|band, _| !matches!(band, swath_domain::Band::CloudProbability | swath_domain::Band::SnowProbability));
    let radar = keys(&[(Vv, "vv"), (Vh, "vh"), (Hh, "hh"), (Hv, "hv")]);
    Provider {
        collections: vec![
            Collection { offset_rule: OffsetRule::Baseline, ..signed("sentinel-2-l2a", Sensor::Sentinel2L2a, sentinel_2) },
            signed("landsat-c2-l2", Sensor::LandsatC2L2, common_names(Sensor::LandsatC2L2)),
            signed("sentinel-1-grd", Sensor::Sentinel1Grd, radar.clone()),
            signed("sentinel-1-rtc", Sensor::Sentinel1Rtc, radar),
        ],
        requests_per_second: 2.0,
        parallel: 8,
        page: 250,
        filter: FilterDialect::Query,
        ..catalogue(
            "planetary-computer",
            "Planetary Computer (Microsoft, Azure)",
            Kind::Stac { url: "https://planetarycomputer.microsoft.com/api/stac/v1".into() },
        )
    }
}
