//! A request in the words of the service.

use serde_json::{Value, json};
use swath_domain::Sensor;

use super::evalscript::evalscript;
use super::{Order, ProcessRequest};
use crate::RemoteError;

pub(super) fn body(request: &ProcessRequest) -> Result<Value, RemoteError> {
    let code = request.grid.crs.epsg_code();
    let code =
        code.ok_or_else(|| RemoteError::Unsupported { what: format!("the coordinate system {} at Sentinel Hub", request.grid.crs) })?;
    let bounds = request.grid.bounds();
    let mut place = json!({
        "bbox": [bounds.west, bounds.south, bounds.east, bounds.north],
        "properties": {"crs": format!("http://www.opengis.net/def/crs/EPSG/0/{code}")},
    });
    if let Some(clip) = &request.clip {
        let geometry = serde_json::to_value(geojson::Geometry::new(geojson::GeometryValue::from(clip)));
        place["geometry"] = geometry.map_err(|error| RemoteError::Unsupported { what: format!("this outline ({error})") })?;
    }
    let (from, to) = request.times;
    let mut filter = json!({"timeRange": {"from": from.to_string(), "to": to.to_string()}, "mosaickingOrder": order(request)});
    if let Some(cloud) = request.max_cloud.filter(|_| !radar(request.sensor)) {
        filter["maxCloudCoverage"] = cloud.into();
    }
    Ok(json!({
        "input": {"bounds": place, "data": [{"type": kind(request.sensor), "dataFilter": filter, "processing": processing(request.sensor)}]},
        "output": {
            "width": request.grid.width,
            "height": request.grid.height,
            "responses": [{"identifier": "default", "format": {"type": request.format()}}],
        },
        "evalscript": evalscript(request.sensor, &request.picture)?,
    }))
}

fn radar(sensor: Sensor) -> bool {
    matches!(sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc)
}

/// Radar has no clouds to go by.
fn order(request: &ProcessRequest) -> &'static str {
    match request.order {
        Order::LeastCloud if !radar(request.sensor) => "leastCC",
        Order::LeastRecent => "leastRecent",
        _ => "mostRecent",
    }
}

fn kind(sensor: Sensor) -> &'static str {
    match sensor {
        Sensor::Sentinel2L2a => "sentinel-2-l2a",
        Sensor::Sentinel2L1c => "sentinel-2-l1c",
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => "sentinel-1-grd",
        Sensor::LandsatC2L1 => "landsat-ot-l1",
        Sensor::LandsatC2L2 => "landsat-ot-l2",
    }
}

fn processing(sensor: Sensor) -> Value {
    match sensor {
        // Takes away the step that the processing baseline 04.00 brought.
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => json!({"harmonizeValues": true}),
        Sensor::Sentinel1Grd => json!({"backCoeff": "SIGMA0_ELLIPSOID", "orthorectify": true}),
        Sensor::Sentinel1Rtc => json!({"backCoeff": "GAMMA0_TERRAIN", "orthorectify": true, "demInstance": "COPERNICUS"}),
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => json!({}),
    }
}
