//! `swath area`

use std::path::{Path, PathBuf};

use serde_json::json;
use swath_raster::vector::{AreaFeature, AreaFile, ExportFormat, export};

use crate::areas::{self, geometry};
use crate::args::{AreaCommand, AreaFormat, PlaceArgs};
use crate::failure::{Failure, Outcome};
use crate::session::Session;
use crate::table::rows;

/// Shows what a file holds, or writes an area.
pub(crate) fn area(session: &Session, command: AreaCommand) -> Outcome {
    match command {
        AreaCommand::Info { file, features } => info(session, &areas::open(session, &file)?, usize::from(features)),
        AreaCommand::Export { place, to, name, format } => write(session, &place, to, name, format),
    }
}

fn info(session: &Session, file: &AreaFile, features: usize) -> Outcome {
    for (at, layer) in file.layers().iter().enumerate() {
        let object = json!({
            "name": layer.name, "features": layer.features, "usable": layer.usable, "crs": layer.crs, "fields": layer.fields,
            "polygons": layer.geometry.polygons, "lines": layer.geometry.lines, "points": layer.geometry.points,
        });
        session.out.event("layer", "layer", &object);
        let crs = layer.crs.as_deref().unwrap_or("unknown coordinates");
        session.out.line(format!("{}: {}, {} usable, {crs}", layer.name, geometry(layer), layer.usable));
        let mut cells = Vec::new();
        for feature in file.features(at, 0, features)? {
            let object = json!({ "id": feature.id, "label": feature.label, "area_km2": feature.area_km2, "problem": feature.problem });
            session.out.event_with("feature", "feature", &object, json!({ "layer": layer.name }));
            cells.push(row(&feature));
        }
        rows(&["  N", "LABEL", "KM2", "PROBLEM"], &[0, 2], &cells).iter().for_each(|row| session.out.line(row));
        let more = layer.features.saturating_sub(cells.len() as u64);
        if more > 0 {
            session.out.line(format!("  and {more} more"));
        }
    }
    Ok(())
}

fn row(feature: &AreaFeature) -> Vec<String> {
    let km2 = feature.area_km2.map_or_else(|| "-".to_owned(), |km2| format!("{km2:.3}"));
    vec![feature.id.to_string(), feature.label.clone(), km2, feature.problem.clone().unwrap_or_default()]
}

fn write(session: &Session, place: &PlaceArgs, to: PathBuf, name: Option<String>, format: Option<AreaFormat>) -> Outcome {
    let format = format.or_else(|| by_name(&to)).ok_or_else(|| {
        Failure::usage(
            "unknown-format",
            format!("{} does not say what to write: end it in .geojson, .gpkg or .kml, or use --format", to.display()),
        )
    })?;
    let name = name.unwrap_or_else(|| to.file_stem().map_or_else(|| "area".to_owned(), |stem| stem.to_string_lossy().into_owned()));
    let area = areas::area(session, place)?;
    let format = match format {
        AreaFormat::Geojson => ExportFormat::GeoJson,
        AreaFormat::Geopackage => ExportFormat::GeoPackage,
        AreaFormat::Kml => ExportFormat::Kml,
    };
    export(&area, &name, &to, format).map_err(|error| Failure::failed("not-written", error.to_string()))?;
    session.out.event_with("area", "area", &area, json!({ "file": to, "name": name }));
    session.out.line(to.display().to_string());
    Ok(())
}

fn by_name(path: &Path) -> Option<AreaFormat> {
    match path.extension()?.to_string_lossy().to_ascii_lowercase().as_str() {
        "geojson" | "json" => Some(AreaFormat::Geojson),
        "gpkg" => Some(AreaFormat::Geopackage),
        "kml" => Some(AreaFormat::Kml),
        _ => None,
    }
}
