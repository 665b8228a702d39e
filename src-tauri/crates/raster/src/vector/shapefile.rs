//! Shapefiles: outlines (.shp), attributes (.dbf, see `table.rs`), coordinate system (.prj), encoding (.cpg).
//!
//! The .shp alone is enough: its records follow one another, so the index (.shx) is not looked at at all and cannot be missing, wrong or
//! written beside somebody's file.

use std::collections::BTreeMap;

use geo::{Contains, Coord, LineString, Polygon};
use swath_domain::{AoiNote, Stop};

use super::budget::Budget;
use super::raw::{Feature, Layer, LayerCrs, Shape};
use super::{VectorError, crs, table};

/// The parts of one shapefile by their endings in lower case.
pub(crate) type Parts = BTreeMap<String, Vec<u8>>;

const ENDINGS: [&str; 4] = ["shp", "dbf", "prj", "cpg"];

/// Whether a file with this ending belongs to what is read of a shapefile.
pub(crate) fn is_part(ending: &str) -> bool {
    ENDINGS.contains(&ending)
}

pub(crate) fn read(name: &str, parts: &Parts, budget: &Budget) -> Result<Layer, Stop<VectorError>> {
    let mut layer = Layer::new(name);
    layer.features = outlines(parts.get("shp").map_or(&[], Vec::as_slice), budget)?;
    if let Some(dbf) = parts.get("dbf") {
        table::read(dbf, parts.get("cpg").map(Vec::as_slice), &mut layer, budget)?;
    }
    layer.crs = match parts.get("prj") {
        Some(prj) => crs::from_prj(prj),
        None => LayerCrs::Unknown("there is no .prj file beside it".into()),
    };
    Ok(layer)
}

fn outlines(bytes: &[u8], budget: &Budget) -> Result<Vec<Feature>, Stop<VectorError>> {
    if bytes.get(..4) != Some(&[0, 0, 0x27, 0x0a]) || bytes.len() < 100 {
        return Err(budget.damaged("the .shp does not begin as a shapefile does"));
    }
    let mut features = Vec::new();
    let mut at = 100;
    while at + 12 <= bytes.len() {
        let length = big(bytes, at + 4) as usize * 2;
        let record = &bytes[at + 8..bytes.len().min((at + 8).saturating_add(length))];
        budget.feature()?;
        let mut feature = Feature::default();
        match shape(record, budget) {
            Ok(shape) => feature.shape = shape,
            Err(Some(stop)) => return Err(stop),
            Err(None) if record.len() < length => return Err(budget.damaged(format!("the .shp ends within record {}", features.len() + 1))),
            Err(None) => feature.problem = Some("its record is broken".into()),
        }
        features.push(feature);
        at = (at + 8).saturating_add(length.max(4));
    }
    Ok(features)
}

/// `Err(None)` when the record is not what it says.
fn shape(record: &[u8], budget: &Budget) -> Result<Shape, Option<Stop<VectorError>>> {
    let mut shape = Shape::default();
    let kind = little(record, 0).ok_or(None)?;
    // 11 to 18 have heights and measures, 21 to 28 measures.
    if matches!(kind, 11 | 13 | 15 | 18 | 21 | 23 | 25 | 28 | 31) {
        shape.notes.insert(AoiNote::DroppedZ);
    }
    let points = |from: usize, count: usize| -> Result<Vec<Coord<f64>>, Option<Stop<VectorError>>> {
        let bytes = count.checked_mul(16).and_then(|length| record.get(from..from.checked_add(length)?)).ok_or(None)?;
        budget.vertices(count).map_err(Some)?;
        Ok(bytes.chunks_exact(16).map(|pair| Coord { x: double(&pair[..8]), y: double(&pair[8..]) }).collect())
    };
    match kind {
        0 => {}
        1 | 11 | 21 => shape.points = points(4, 1)?,
        8 | 18 | 28 => shape.points = points(40, little(record, 36).ok_or(None)? as usize)?,
        3 | 5 | 13 | 15 | 23 | 25 => {
            let (parts, count) = (little(record, 36).ok_or(None)? as usize, little(record, 40).ok_or(None)? as usize);
            let starts = record.get(44..44usize.checked_add(parts.checked_mul(4).ok_or(None)?).ok_or(None)?).ok_or(None)?;
            let starts: Vec<usize> = starts.chunks_exact(4).map(|n| u32::from_le_bytes([n[0], n[1], n[2], n[3]]) as usize).collect();
            let all = points(44 + parts * 4, count)?;
            let ends = starts.iter().skip(1).copied().chain([count]);
            let pieces: Option<Vec<_>> = starts.iter().zip(ends).map(|(from, to)| all.get(*from..to).map(<[_]>::to_vec)).collect();
            let pieces = pieces.ok_or(None)?;
            match kind {
                3 | 13 | 23 => pieces.into_iter().for_each(|line| shape.line(line)),
                _ => shape.join(polygons(pieces, budget).map_err(Some)?),
            }
        }
        _ => return Err(None),
    }
    Ok(shape)
}

/// Outlines run clockwise and holes the other way; which hole is in which outline the file does not say.
fn polygons(rings: Vec<Vec<Coord<f64>>>, budget: &Budget) -> Result<Shape, Stop<VectorError>> {
    let mut shape = Shape::default();
    let (outlines, holes): (Vec<_>, Vec<_>) = rings.into_iter().filter(|r| !r.is_empty()).partition(|ring| clockwise(ring));
    if outlines.len() <= 1 {
        // With no outline at all, the rings were written the wrong way round.
        if outlines.is_empty() {
            holes.into_iter().for_each(|ring| shape.polygon([ring]));
        } else {
            shape.polygon(outlines.into_iter().chain(holes));
        }
        return Ok(shape);
    }
    let shells: Vec<_> = outlines.into_iter().map(|ring| (bounds(&ring), Polygon::new(LineString(ring.clone()), vec![]), ring)).collect();
    let mut inside: Vec<Vec<Vec<Coord<f64>>>> = vec![Vec::new(); shells.len()];
    let mut alone = Vec::new();
    for hole in holes {
        budget.go_on()?;
        let box_of = bounds(&hole);
        let around =
            shells.iter().enumerate().filter(|(_, (b, _, _))| b.0 <= box_of.0 && b.1 <= box_of.1 && b.2 >= box_of.2 && b.3 >= box_of.3);
        let mut around: Vec<usize> = around.map(|(n, _)| n).collect();
        around.sort_by(|a, b| size(shells[*a].0).total_cmp(&size(shells[*b].0)));
        let holds = |n: &&usize| hole.iter().any(|c| shells[**n].1.contains(&geo::Point(*c)));
        match around.iter().find(holds).or(around.first()) {
            Some(n) => inside[*n].push(hole),
            None => alone.push(hole),
        }
    }
    for ((_, _, ring), holes) in shells.into_iter().zip(inside) {
        shape.polygon(std::iter::once(ring).chain(holes));
    }
    // A hole in nothing is an outline that runs the wrong way round.
    alone.into_iter().for_each(|ring| shape.polygon([ring]));
    Ok(shape)
}

fn clockwise(ring: &[Coord<f64>]) -> bool {
    let Some(origin) = ring.first() else { return false };
    let twice: f64 = ring.windows(2).map(|w| (w[0].x - origin.x) * (w[1].y - origin.y) - (w[1].x - origin.x) * (w[0].y - origin.y)).sum();
    twice <= 0.0
}

fn bounds(ring: &[Coord<f64>]) -> (f64, f64, f64, f64) {
    let none = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    ring.iter().fold(none, |b, c| (b.0.min(c.x), b.1.min(c.y), b.2.max(c.x), b.3.max(c.y)))
}

fn size(b: (f64, f64, f64, f64)) -> f64 {
    (b.2 - b.0) * (b.3 - b.1)
}

fn big(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn little(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn double(bytes: &[u8]) -> f64 {
    bytes.try_into().map_or(f64::NAN, f64::from_le_bytes)
}
