//! Earth Search by Element 84: cloud-optimised copies of Sentinel-2 on AWS that anyone may fetch, and the paid buckets of other sensors.
//!
//! Its server knows `query` and silently drops CQL2. Answers are limited to about 6 MB, which 250 items stay below.

use swath_domain::{Access, Sensor};

use super::built_in::{catalogue, collection, common_names, keys};
use super::{Collection, FilterDialect, Kind, OffsetRule, Provider};
use swath_domain::Band::{Hh, Hv, Vh, Vv};

pub(super) fn provider() -> Provider {
    let l2a =
        |id| Collection { thumbnail: Some("thumbnail".into()), ..collection(id, Sensor::Sentinel2L2a, common_names(Sensor::Sentinel2L2a)) };
    let paid = |id, sensor, assets| Collection { access: Access::RequesterPays, ..collection(id, sensor, assets) };
    Provider {
        collections: vec![
            // Offset not applied to the pixels, sizes and SHA-256 given.
            l2a("sentinel-2-c1-l2a"),
            // Older baselines, made by the same process.
            l2a("sentinel-2-pre-c1-l2a"),
            // The legacy collection fills gaps of Collection 1. It is asked as a collection of its own; where both have a product, merging by
            // identity makes one scene of them whose files are those of Collection 1. Its offsets are only believed where it says that it has
            // applied them.
            Collection { offset_rule: OffsetRule::AppliedFlag, ..l2a("sentinel-2-l2a") },
            paid("sentinel-2-l1c", Sensor::Sentinel2L1c, common_names(Sensor::Sentinel2L1c)),
            paid("sentinel-1-grd", Sensor::Sentinel1Grd, keys(&[(Vv, "vv"), (Vh, "vh"), (Hh, "hh"), (Hv, "hv")])),
            Collection {
                thumbnail: Some("thumbnail".into()),
                ..paid("landsat-c2-l2", Sensor::LandsatC2L2, common_names(Sensor::LandsatC2L2))
            },
        ],
        requests_per_second: 4.0,
        parallel: 8,
        page: 250,
        filter: FilterDialect::Query,
        ..catalogue(
            "earth-search",
            "Earth Search (Element 84, AWS)",
            Kind::Stac { url: "https://earth-search.aws.element84.com/v1".into() },
        )
    }
}
