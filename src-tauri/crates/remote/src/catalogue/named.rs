//! What the name of a product tells where its catalogue is silent.

use swath_domain::{OrbitDirection, ProductName, Scene, Sensor};

/// The scene with everything filled in that its name says, or why it cannot be used.
pub(super) fn completed(mut scene: Scene) -> Result<Scene, &'static str> {
    match scene.name.as_deref().and_then(ProductName::read) {
        Some(ProductName::Sentinel2(name)) => {
            or(&mut scene.platform, name.platform);
            scene.tile.get_or_insert(name.tile);
            scene.baseline.get_or_insert(name.baseline);
            scene.relative_orbit.get_or_insert(name.relative_orbit);
        }
        Some(ProductName::Sentinel2Multi { .. }) => return Err("it is a product of before December 2016 with several tiles in it"),
        Some(ProductName::Sentinel1(name)) => {
            or(&mut scene.platform, name.platform.clone());
            scene.relative_orbit.get_or_insert(name.relative_orbit());
            scene.datatake = Some(name.datatake.clone());
            if scene.polarisations.is_empty() {
                scene.polarisations = name.polarisations;
            }
        }
        Some(ProductName::Landsat(name)) => {
            or(&mut scene.platform, name.platform);
            scene.tile.get_or_insert(name.tile);
            scene.tier.get_or_insert(name.tier);
            let midnight = name.processed.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|day| day.timestamp());
            scene.processed = scene.processed.or(midnight);
        }
        None => {}
    }
    if landsat(scene.sensor) && !matches!(scene.platform.as_str(), "" | "landsat-8" | "landsat-9") {
        return Err("it is of a satellite that is not supported");
    }
    scene.orbit_direction = scene.orbit_direction.or_else(|| direction(&scene));
    Ok(scene)
}

/// Catalogues of optical scenes often do not say it. Landsat's rows are counted along the orbit: up to 122 it flies south. Sentinel-2 takes
/// pictures by day when it flies south.
fn direction(scene: &Scene) -> Option<OrbitDirection> {
    let south = match scene.sensor {
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => scene.tile.as_ref()?.get(3..)?.parse::<u16>().ok()? <= 122,
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => scene.sun.filter(|sun| sun.elevation > 0.0).map(|_| true)?,
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => return None,
    };
    Some(if south { OrbitDirection::Descending } else { OrbitDirection::Ascending })
}

fn landsat(sensor: Sensor) -> bool {
    matches!(sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2)
}

fn or(own: &mut String, other: String) {
    if own.is_empty() {
        *own = other;
    }
}

#[cfg(test)]
mod tests {
    use geo::MultiPolygon;
    use swath_domain::{Band, SceneId, Tier};

    use super::*;

    fn scene(sensor: Sensor, name: &str) -> Scene {
        let at = "2024-06-07T00:06:53Z".parse().unwrap();
        Scene { name: Some(name.into()), ..Scene::new(SceneId("p/c/i".into()), sensor, at, MultiPolygon(Vec::new())) }
    }

    #[test]
    fn names_tell_what_catalogues_leave_out() {
        let s2 = completed(scene(Sensor::Sentinel2L2a, "S2B_MSIL2A_20230815T100559_N0509_R022_T33TWL_20230815T131559")).unwrap();
        assert_eq!((s2.platform.as_str(), s2.tile.as_deref(), s2.baseline.as_deref()), ("sentinel-2b", Some("33TWL"), Some("05.09")));
        assert_eq!(s2.relative_orbit, Some(22));
        let s1 = completed(scene(Sensor::Sentinel1Grd, "S1A_IW_GRDH_1SDV_20240607T000653_20240607T000718_054210_0697DA_6EE4")).unwrap();
        assert_eq!((s1.polarisations.as_slice(), s1.relative_orbit), ([Band::Vv, Band::Vh].as_slice(), Some(63)));
        let l8 = completed(scene(Sensor::LandsatC2L2, "LC08_L2SP_123032_20240512_20240520_02_T1")).unwrap();
        assert_eq!(l8.processed.unwrap().to_string(), "2024-05-20T00:00:00Z");
        assert_eq!((l8.tier, l8.orbit_direction, l8.platform.as_str()), (Some(Tier::One), Some(OrbitDirection::Descending), "landsat-8"));
    }

    #[test]
    fn products_that_cannot_be_used_are_refused() {
        let old = "S2A_OPER_PRD_MSIL1C_PDMC_20160318T145513_R022_V20160317T100012_20160317T100756";
        assert!(completed(scene(Sensor::Sentinel2L1c, old)).unwrap_err().contains("several tiles"));
        let seven = Scene { platform: "landsat-7".into(), ..scene(Sensor::LandsatC2L2, "LE07_L2SP_021030_20100109_20200911_02_T1") };
        assert!(completed(seven).unwrap_err().contains("satellite"));
    }
}
