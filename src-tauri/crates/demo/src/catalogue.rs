//! The static STAC 1.1 catalogue: catalog.json, the collection, and items shaped like Earth Search's `sentinel-2-c1-l2a`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use swath_domain::Band;

use crate::DemoOptions;
use crate::files::Fact;
use crate::place::{self, EPSG, SQUARE};
use crate::sun::day_of_year;
use crate::weather::Weather;

/// Id of the collection.
pub(crate) const COLLECTION: &str = "sentinel-2-c1-l2a";
const COG: &str = "image/tiff; application=geotiff; profile=cloud-optimized";
const BASELINE: &str = "05.11";

/// A band as a file.
pub(crate) struct Layer {
    pub(crate) band: Band,
    /// File name and the sensor's label.
    pub(crate) label: &'static str,
    /// Pixel size, metres.
    pub(crate) size: u32,
    title: &'static str,
    /// Centre and width at half maximum, micrometres.
    wavelength: (f64, f64),
}

/// The image bands, in the order of [`crate::land::Spectrum`].
pub(crate) const LAYERS: [Layer; 5] = [
    Layer { band: Band::Blue, label: "B02", size: 10, title: "Blue - 10m", wavelength: (0.49, 0.098) },
    Layer { band: Band::Green, label: "B03", size: 10, title: "Green - 10m", wavelength: (0.56, 0.045) },
    Layer { band: Band::Red, label: "B04", size: 10, title: "Red - 10m", wavelength: (0.665, 0.038) },
    Layer { band: Band::Nir, label: "B08", size: 10, title: "NIR 1 - 10m", wavelength: (0.842, 0.145) },
    Layer { band: Band::Swir16, label: "B11", size: 20, title: "SWIR 1.6μm - 20m", wavelength: (1.61, 0.143) },
];

/// What was measured while an item's files were made.
pub(crate) struct Measured {
    /// Share of the seen pixels truly under cloud, 0 to 1.
    pub(crate) cloud: f64,
    /// Pixels of each scene class.
    pub(crate) classes: [u64; 12],
    /// Length and digest by file name.
    pub(crate) facts: BTreeMap<String, Fact>,
}

pub(crate) fn platform(index: u32) -> char {
    ['A', 'B', 'C'][index as usize % 3]
}

fn stamp(moment: Timestamp) -> String {
    moment.strftime("%Y%m%dT%H%M%S").to_string()
}

/// As Earth Search names items of its collection 1: platform, tile, start of the datastrip, level.
pub(crate) fn item_id(weather: &Weather) -> String {
    format!("S2{}_T{SQUARE}_{}_L2A", platform(weather.index), stamp(weather.moment))
}

/// Rounded to what people read, so that no digits of arithmetic show.
fn round(value: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (value * unit).round() / unit
}

fn bbox(ring: &[[f64; 2]]) -> [f64; 4] {
    let of = |axis: usize, pick: fn(f64, f64) -> f64, start: f64| ring.iter().map(|c| c[axis]).fold(start, pick);
    [of(0, f64::min, 180.0), of(1, f64::min, 90.0), of(0, f64::max, -180.0), of(1, f64::max, -90.0)]
}

pub(crate) fn item(options: &DemoOptions, weather: &Weather, measured: &Measured) -> Value {
    let ring = place::footprint(options.pixels, weather.edge);
    json!({
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [
            "https://stac-extensions.github.io/eo/v2.0.0/schema.json",
            "https://stac-extensions.github.io/file/v2.1.0/schema.json",
            "https://stac-extensions.github.io/grid/v1.1.0/schema.json",
            "https://stac-extensions.github.io/mgrs/v1.0.0/schema.json",
            "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
            "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
            "https://stac-extensions.github.io/sentinel-2/v1.0.0/schema.json",
            "https://stac-extensions.github.io/view/v1.0.0/schema.json",
        ],
        "id": item_id(weather),
        "collection": COLLECTION,
        "bbox": bbox(&ring),
        "geometry": { "type": "Polygon", "coordinates": [ring] },
        "properties": properties(options, weather, measured),
        "links": [
            { "rel": "root", "href": "../../../catalog.json", "type": "application/json" },
            { "rel": "parent", "href": "../../collection.json", "type": "application/json" },
            { "rel": "collection", "href": "../../collection.json", "type": "application/json" },
        ],
        "assets": assets(options, measured),
    })
}

fn properties(options: &DemoOptions, weather: &Weather, measured: &Measured) -> Value {
    let (letter, start) = (platform(weather.index), stamp(weather.moment));
    let generated = weather.moment + jiff::SignedDuration::from_hours(4);
    let made = stamp(generated);
    let orbit = 60_000 + 100 * weather.index;
    let all: u64 = measured.classes.iter().sum();
    let seen = (all - measured.classes[0]).max(1);
    let percent = |class: usize| round(100.0 * measured.classes[class] as f64 / if class == 0 { all.max(1) } else { seen } as f64, 4);
    let (lon, lat) = place::lon_lat(options.pixels, 0.5, 0.5);
    json!({
        "datetime": weather.moment.to_string(),
        "created": generated.to_string(),
        "updated": generated.to_string(),
        "platform": format!("sentinel-2{}", letter.to_ascii_lowercase()),
        "constellation": "sentinel-2",
        "instruments": ["msi"],
        "gsd": 10,
        "eo:cloud_cover": round(100.0 * measured.cloud, 4),
        "proj:code": format!("EPSG:{EPSG}"),
        "proj:centroid": { "lat": lat, "lon": lon },
        "mgrs:utm_zone": 31,
        "mgrs:latitude_band": "N",
        "mgrs:grid_square": "AA",
        "grid:code": format!("MGRS-{SQUARE}"),
        "view:azimuth": 104.0,
        "view:incidence_angle": 2.6,
        "view:sun_azimuth": round(weather.sun.azimuth, 4),
        "view:sun_elevation": round(weather.sun.elevation, 4),
        "s2:tile_id": format!("S2{letter}_OPER_MSI_L2A_TL_DEMO_{made}_A{orbit:06}_T{SQUARE}_N{BASELINE}"),
        "s2:degraded_msi_data_percentage": 0,
        "s2:nodata_pixel_percentage": percent(0),
        "s2:saturated_defective_pixel_percentage": percent(1),
        "s2:dark_features_percentage": percent(2),
        "s2:cloud_shadow_percentage": percent(3),
        "s2:vegetation_percentage": percent(4),
        "s2:not_vegetated_percentage": percent(5),
        "s2:water_percentage": percent(6),
        "s2:unclassified_percentage": percent(7),
        "s2:medium_proba_clouds_percentage": percent(8),
        "s2:high_proba_clouds_percentage": percent(9),
        "s2:thin_cirrus_percentage": percent(10),
        "s2:snow_ice_percentage": percent(11),
        "s2:product_type": "S2MSI2A",
        "s2:processing_baseline": BASELINE,
        "s2:product_uri": format!("S2{letter}_MSIL2A_{start}_N0511_R051_T{SQUARE}_{made}.SAFE"),
        "s2:generation_time": generated.to_string(),
        "s2:datatake_id": format!("GS2{letter}_{start}_{orbit:06}_N{BASELINE}"),
        "s2:datatake_type": "INS-NOBS",
        "s2:datastrip_id": format!("S2{letter}_OPER_MSI_L2A_DS_DEMO_{made}_S{start}_N{BASELINE}"),
        "s2:reflectance_conversion_factor": round(conversion(weather.moment), 6),
        "earthsearch:boa_offset_applied": false,
    })
}

/// Inverse square of the distance to the sun, astronomical units.
fn conversion(moment: Timestamp) -> f64 {
    let distance = 1.0 - 0.016_72 * (std::f64::consts::TAU * f64::from(day_of_year(moment) - 4) / 365.256_4).cos();
    distance.powi(-2)
}

fn assets(options: &DemoOptions, measured: &Measured) -> Value {
    let mut assets = Map::new();
    let mut add = |key: &str, file: &str, mut asset: Value| {
        asset["href"] = json!(format!("./{file}"));
        if let Some(fact) = measured.facts.get(file) {
            asset["file:size"] = json!(fact.size);
            asset["file:checksum"] = json!(fact.checksum);
        }
        assets.insert(key.into(), asset);
    };
    let placed = |size: u32| {
        let grid = place::grid(options.pixels, size);
        (json!([grid.height, grid.width]), json!(grid.affine()))
    };
    for layer in &LAYERS {
        let (shape, transform) = placed(layer.size);
        let (centre, width) = layer.wavelength;
        let name = layer.band.name();
        let asset = json!({
            "href": "", "type": COG, "title": layer.title, "gsd": layer.size, "proj:shape": shape, "proj:transform": transform,
            "bands": [{ "name": layer.label, "eo:common_name": name, "eo:center_wavelength": centre, "eo:full_width_half_max": width,
                "data_type": "uint16", "nodata": 0 }],
            "raster:bands": [{ "nodata": 0, "data_type": "uint16", "spatial_resolution": layer.size, "scale": 0.0001, "offset": -0.1 }],
            "roles": ["data", "reflectance"],
        });
        add(name, &format!("{}.tif", layer.label), asset);
    }
    let (shape, transform) = placed(20);
    let scl = json!({
        "href": "", "type": COG, "title": "Scene classification map (SCL)", "gsd": 20, "proj:shape": shape, "proj:transform": transform,
        "bands": [{ "name": "SCL", "data_type": "uint8", "nodata": 0 }],
        "raster:bands": [{ "nodata": 0, "data_type": "uint8", "spatial_resolution": 20 }],
        "roles": ["data"],
    });
    add("scl", "SCL.tif", scl);
    add(
        "thumbnail",
        "thumbnail.jpg",
        json!({ "href": "", "type": "image/jpeg", "title": "Thumbnail of true colours", "roles": ["thumbnail"] }),
    );
    Value::Object(assets)
}

pub(crate) fn catalog() -> Value {
    json!({
        "type": "Catalog",
        "stac_version": "1.1.0",
        "id": "null-island",
        "title": "Null Island",
        "description": "A synthetic landscape under drifting clouds, made on this machine. No satellite has seen it.",
        "links": [
            { "rel": "root", "href": "./catalog.json", "type": "application/json" },
            { "rel": "child", "href": format!("./{COLLECTION}/collection.json"), "type": "application/json", "title": "Sentinel-2 Level-2A" },
        ],
    })
}

pub(crate) fn collection(options: &DemoOptions, series: &[Weather]) -> Value {
    let moments: Vec<_> = series.iter().map(|w| w.moment.to_string()).collect();
    let mut links = vec![
        json!({ "rel": "root", "href": "../catalog.json", "type": "application/json" }),
        json!({ "rel": "parent", "href": "../catalog.json", "type": "application/json" }),
    ];
    links.extend(
        series
            .iter()
            .map(item_id)
            .map(|id| json!({ "rel": "item", "href": format!("./items/{id}/item.json"), "type": "application/geo+json" })),
    );
    json!({
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": COLLECTION,
        "title": "Sentinel-2 Level-2A (synthetic)",
        "description": "Surface reflectance and scene classification of Null Island, in the form of Sentinel-2 Collection 1 Level-2A.",
        "license": "CC0-1.0",
        "keywords": ["sentinel", "synthetic", "demo"],
        "providers": [{ "name": "Swath", "roles": ["producer", "host"] }],
        "extent": {
            "spatial": { "bbox": [bbox(&place::footprint(options.pixels, None))] },
            "temporal": { "interval": [[moments.first(), moments.last()]] },
        },
        "summaries": { "platform": ["sentinel-2a", "sentinel-2b", "sentinel-2c"], "constellation": ["sentinel-2"], "instruments": ["msi"] },
        "links": links,
    })
}
