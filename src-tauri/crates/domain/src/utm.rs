//! Which UTM zone a place belongs to.

use crate::Crs;

/// The UTM zone (WGS 84) of a point, with the exceptions of Norway and Svalbard; the polar stereographic systems beyond 84° N and 80° S.
pub fn utm_crs(lon: f64, lat: f64) -> Crs {
    if lat >= 84.0 {
        return Crs::epsg(5041);
    }
    if lat < -80.0 {
        return Crs::epsg(5042);
    }
    let plain = ((((lon + 180.0) / 6.0).floor() as i64).rem_euclid(60) + 1) as u32;
    let zone = match (lat, lon) {
        (56.0..64.0, 3.0..6.0) => 32,
        (72.0..84.0, 0.0..9.0) => 31,
        (72.0..84.0, 9.0..21.0) => 33,
        (72.0..84.0, 21.0..33.0) => 35,
        (72.0..84.0, 33.0..42.0) => 37,
        _ => plain,
    };
    Crs::epsg(if lat >= 0.0 { 32600 } else { 32700 } + zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_known_places() {
        for (lon, lat, epsg) in [
            (0.05, 0.05, 32631),
            (15.4, 45.4, 32633),
            (116.4, 39.9, 32650),
            (-179.9, -17.0, 32701),
            (180.0, -17.0, 32701),
            (5.3, 60.4, 32632),
            (15.6, 78.2, 32633),
            (0.0, -0.001, 32731),
            (10.0, 85.0, 5041),
            (10.0, -81.0, 5042),
        ] {
            assert_eq!(utm_crs(lon, lat), Crs::epsg(epsg), "{lon} {lat}");
        }
    }
}
