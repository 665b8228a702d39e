//! The USGS, home of Landsat, by its two catalogues: LandsatLook, which speaks STAC, and M2M, which gives away whole products.

use std::collections::BTreeMap;

use swath_domain::{Access, AccountKind, Band, Sensor};

use super::built_in::{catalogue, collection, common_names};
use super::{Collection, FilterDialect, Kind, Provider};

/// The `https:` addresses of its files are login pages that answer with 200, so only the paid `s3:` ones are used; the small pictures are
/// open. Surface reflectance and surface temperature of a scene are two items, which merging makes one scene of. It is never asked to sort:
/// it then repeats pages without end.
pub(super) fn stac() -> Provider {
    let paid = |id, sensor, assets| Collection {
        access: Access::RequesterPays,
        thumbnail: Some("thumbnail".into()),
        ..collection(id, sensor, assets)
    };
    let (mut reflectance, mut temperature) = (common_names(Sensor::LandsatC2L2), common_names(Sensor::LandsatC2L2));
    reflectance.remove(&Band::Lwir11);
    temperature.retain(|band, _| matches!(band, Band::Lwir11 | Band::QaPixel));
    Provider {
        collections: vec![
            paid("landsat-c2l2-sr", Sensor::LandsatC2L2, reflectance),
            paid("landsat-c2l2-st", Sensor::LandsatC2L2, temperature),
            paid("landsat-c2l1", Sensor::LandsatC2L1, common_names(Sensor::LandsatC2L1)),
        ],
        requests_per_second: 2.0,
        parallel: 4,
        // More than 500 are not answered.
        page: 250,
        filter: FilterDialect::Query,
        ..catalogue("usgs", "LandsatLook (USGS)", Kind::Stac { url: "https://landsatlook.usgs.gov/stac-server".into() })
    }
}

/// Whole products. A collection is called by its dataset.
pub(super) fn m2m() -> Provider {
    let whole = |id, sensor| Collection { access: Access::Account(AccountKind::Usgs), ..collection(id, sensor, BTreeMap::new()) };
    Provider {
        search_account: Some(AccountKind::Usgs),
        collections: vec![whole("landsat_ot_c2_l2", Sensor::LandsatC2L2), whole("landsat_ot_c2_l1", Sensor::LandsatC2L1)],
        requests_per_second: 4.0,
        parallel: 4,
        ..catalogue("usgs-m2m", "EarthExplorer (USGS, M2M)", Kind::M2m { url: "https://m2m.cr.usgs.gov/api/api/json/stable".into() })
    }
}
