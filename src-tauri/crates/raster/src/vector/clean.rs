//! Repair of outlines in longitude and latitude.

use std::collections::BTreeSet;

use gdal::errors::GdalError;
use geo::{Area, BooleanOps, Coord, LineString, MultiPolygon, Polygon};
use swath_domain::{Aoi, AoiError, AoiNote};

use super::raw::Shape;
use super::{VectorError, geometry};
use crate::error::words;

/// Closed lines become polygons; what is left in `shape` are open lines and points.
pub(super) fn close_lines(shape: &mut Shape) {
    let closed = |line: &LineString<f64>| line.0.len() > 3 && line.0.first() == line.0.last();
    let lines = std::mem::take(&mut shape.lines);
    for line in lines {
        if closed(&line) {
            shape.notes.insert(AoiNote::ClosedLine);
            shape.polygons.push(Polygon::new(line, Vec::new()));
        } else {
            shape.lines.push(line);
        }
    }
}

/// Valid polygons within ±180 that together are what the given ones were meant to be; none when they bound nothing.
pub(super) fn polygons(given: &[Polygon<f64>], notes: &mut BTreeSet<AoiNote>) -> Result<MultiPolygon<f64>, VectorError> {
    let mut parts = Vec::new();
    for polygon in given {
        parts.extend(one(polygon, notes)?);
    }
    let before = parts.len();
    let all = joined(MultiPolygon(parts))?;
    if given.len() > 1 && all.0.len() < before {
        // Parts of one feature that overlap or lie in each other.
        notes.insert(AoiNote::RepairedOutline);
    }
    Ok(all)
}

/// Valid polygons as one area: unchanged where they do not touch.
pub(super) fn joined(parts: MultiPolygon<f64>) -> Result<MultiPolygon<f64>, VectorError> {
    if parts.0.len() < 2 || geometry::is_valid(&parts).map_err(broken)? {
        return Ok(parts);
    }
    geometry::union(&parts).map_err(broken)
}

/// The area of checked parts. Two libraries do not agree on every touching ring, so what the one calls invalid the other joins once more.
pub(super) fn aoi(parts: MultiPolygon<f64>) -> Result<(Aoi, Vec<AoiNote>), VectorError> {
    match Aoi::with_notes(parts.clone()) {
        Err(AoiError::Invalid(_)) => {
            let again = parts.iter().fold(MultiPolygon(Vec::new()), |all, part| all.union(part));
            Ok(Aoi::with_notes(again)?)
        }
        other => Ok(other?),
    }
}

fn one(polygon: &Polygon<f64>, notes: &mut BTreeSet<AoiNote>) -> Result<MultiPolygon<f64>, VectorError> {
    let nothing = MultiPolygon(Vec::new());
    let Some(outline) = ring(polygon.exterior(), notes) else { return Ok(nothing) };
    let holes = polygon.interiors().iter().filter_map(|hole| ring(hole, notes)).collect();
    let (whole, pole) = Aoi::unwrapped(&Polygon::new(outline, holes))?;
    notes.extend(pole);
    let whole = if geometry::is_valid(&whole).map_err(broken)? {
        whole
    } else {
        let repaired = geometry::make_valid(&whole).map_err(broken)?;
        if repaired.unsigned_area() > 0.0 {
            notes.insert(AoiNote::RepairedOutline);
        }
        repaired
    };
    let beyond = |p: &Polygon<f64>| p.exterior().coords().any(|c| c.x.abs() > 180.0);
    let mut parts = Vec::new();
    for part in whole.into_iter().filter(|p| p.unsigned_area() > 0.0) {
        if beyond(&part) {
            let (cut, more) = aoi(MultiPolygon(vec![part]))?;
            notes.extend(more);
            parts.extend(cut.shape().0.iter().cloned());
        } else {
            parts.push(part);
        }
    }
    Ok(MultiPolygon(parts))
}

/// The ring without points that repeat the one before; `None` when it bounds nothing.
fn ring(line: &LineString<f64>, notes: &mut BTreeSet<AoiNote>) -> Option<LineString<f64>> {
    let mut kept: Vec<Coord<f64>> = Vec::with_capacity(line.0.len());
    for c in &line.0 {
        if kept.last() != Some(c) {
            kept.push(*c);
        }
    }
    if kept.len() < line.0.len() {
        notes.insert(AoiNote::DroppedDuplicates);
    }
    (kept.len() > 3).then_some(LineString(kept))
}

fn broken(error: GdalError) -> VectorError {
    VectorError::Invalid { words: words(&error) }
}
