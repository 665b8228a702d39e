//! Where Null Island lies: just north of the equator and east of the prime meridian, in UTM zone 31.

use geo::{LineString, MultiPolygon, Polygon};
use swath_domain::{Aoi, AoiError, Crs, Grid, Transform};

use crate::weather::Edge;

/// Coordinate system of every file.
pub(crate) const EPSG: u32 = 32631;
/// South-west corner, metres: multiples of 60, as on Sentinel-2's tiles.
const WEST: f64 = 171_600.0;
const SOUTH: f64 = 5_520.0;
/// The square of the military grid it lies in.
pub(crate) const SQUARE: &str = "31NAA";

/// The grid of pixels of a size, over an area of `pixels` times 10 m.
pub(crate) fn grid(pixels: u32, size: u32) -> Grid {
    let count = pixels * 10 / size;
    let transform = Transform { west: WEST, north: SOUTH + f64::from(pixels) * 10.0, width: f64::from(size), height: f64::from(size) };
    Grid { crs: Crs::epsg(EPSG), transform, width: count, height: count }
}

/// Shares of the width and height, from the south-west, to longitude and latitude rounded to a millionth of a degree (0.1 m).
pub(crate) fn lon_lat(pixels: u32, u: f64, v: f64) -> (f64, f64) {
    let side = f64::from(pixels) * 10.0;
    let (lon, lat) = geographic(WEST + u * side, SOUTH + v * side);
    ((lon * 1e6).round() / 1e6, (lat * 1e6).round() / 1e6)
}

/// The area of interest that goes with the demo: an irregular polygon well inside, from the coast into the hills.
pub(crate) fn area(pixels: u32) -> Result<Aoi, AoiError> {
    const CORNERS: [(f64, f64); 9] =
        [(0.13, 0.42), (0.20, 0.22), (0.42, 0.14), (0.66, 0.19), (0.84, 0.33), (0.87, 0.61), (0.70, 0.81), (0.41, 0.86), (0.19, 0.71)];
    let ring: Vec<_> = CORNERS.iter().map(|&(u, v)| lon_lat(pixels, u, v)).collect();
    Aoi::new(MultiPolygon(vec![Polygon::new(LineString::from(ring), vec![])]))
}

/// Outline of the seen pixels, anticlockwise and closed.
pub(crate) fn footprint(pixels: u32, edge: Option<Edge>) -> Vec<[f64; 2]> {
    let (mut low, mut high) = ((0.0, 1.0), (0.0, 1.0));
    if let Some(edge) = edge {
        let (south, north) = (edge.at(0.0).clamp(0.0, 1.0), edge.at(1.0).clamp(0.0, 1.0));
        (low, high) = if edge.east { ((0.0, south), (0.0, north)) } else { ((south, 1.0), (north, 1.0)) };
    }
    let corners = [(low.0, 0.0), (low.1, 0.0), (high.1, 1.0), (high.0, 1.0), (low.0, 0.0)];
    corners.map(|(u, v)| lon_lat(pixels, u, v)).map(|(lon, lat)| [lon, lat]).to_vec()
}

/// UTM zone 31 north to degrees, by the series of Krüger (1912) to the third order: good to a millimetre.
fn geographic(easting: f64, northing: f64) -> (f64, f64) {
    const N: f64 = 0.001_679_220_386_383_705; // third flattening of WGS 84
    const RADIUS: f64 = 6_367_449.145_823_415; // of the rectifying sphere
    let xi = northing / (0.9996 * RADIUS);
    let eta = (easting - 500_000.0) / (0.9996 * RADIUS);
    let beta = [N / 2.0 - 2.0 / 3.0 * N * N + 37.0 / 96.0 * N * N * N, N * N / 48.0 + N * N * N / 15.0, 17.0 / 480.0 * N * N * N];
    let (mut x, mut e) = (xi, eta);
    for (j, b) in (1..).map(|j| 2.0 * f64::from(j)).zip(beta) {
        x -= b * (j * xi).sin() * (j * eta).cosh();
        e -= b * (j * xi).cos() * (j * eta).sinh();
    }
    let chi = (x.sin() / e.cosh()).asin();
    let delta = [2.0 * N - 2.0 / 3.0 * N * N - 2.0 * N * N * N, 7.0 / 3.0 * N * N - 8.0 / 5.0 * N * N * N, 56.0 / 15.0 * N * N * N];
    let latitude = chi + (1..).map(|j| 2.0 * f64::from(j)).zip(delta).map(|(j, d)| d * (j * chi).sin()).sum::<f64>();
    (3.0 + e.sinh().atan2(x.cos()).to_degrees(), latitude.to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_agree_with_proj() {
        for (easting, northing, lon, lat) in CASES {
            let (x, y) = geographic(easting, northing);
            assert!((x - lon).abs() < 1e-8 && (y - lat).abs() < 1e-8, "{easting} {northing}: {x} {y}");
        }
    }

    const CASES: [(f64, f64, f64, f64); 3] = [
        (171600.0, 5520.0, 0.0500639502, 0.0498745473),
        (226500.0, 60420.0, 0.5427721781, 0.5461325379),
        (281400.0, 115320.0, 1.0355611272, 1.0427178885),
    ];

    #[test]
    fn the_whole_of_it_lies_north_of_the_equator_and_in_zone_31() {
        for pixels in [120, 1020, 10_980] {
            let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(u, v)| lon_lat(pixels, u, v));
            assert!(corners.iter().all(|&(lon, lat)| lon > 0.0 && lat > 0.0 && lon < 6.0), "{corners:?}");
            assert_eq!(swath_domain::utm_crs(corners[0].0, corners[0].1), Crs::epsg(EPSG));
            assert!(area(pixels).unwrap().area_m2() > 0.4 * (f64::from(pixels) * 10.0).powi(2));
        }
    }

    #[test]
    fn a_footprint_ends_where_the_swath_ends() {
        let whole = footprint(1020, None);
        assert_eq!(whole.first(), whole.last());
        let west = footprint(1020, Some(Edge { middle: 0.6, east: true }));
        assert_eq!(west[0], whole[0]);
        assert!(west[1][0] < whole[1][0] && west[2][0] > west[1][0]);
    }
}
