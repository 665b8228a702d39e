//! From chosen features to one area.

use std::collections::BTreeSet;

use geo::{LineString, MultiPolygon};
use swath_domain::{AoiNote, Monitor, Stop};

use super::place::Way;
use super::raw::{Feature, Layer};
use super::{AreaFile, Choice, Import, Points, VectorError, clean, points};

pub(super) fn area(
    file: &AreaFile,
    layer: usize,
    choice: &Choice,
    kind: Points,
    monitor: &dyn Monitor,
) -> Result<Import, Stop<VectorError>> {
    let layer = file.layer(layer)?;
    let chosen = chosen(file, layer, choice)?;
    let way = Way::of(layer, &file.name)?;
    let mut notes = file.notes.clone();
    let (mut parts, mut lines, mut places) = (Vec::new(), Vec::<LineString<f64>>::new(), Vec::new());
    let (mut used, mut left_out) = (0, 0);
    for feature in chosen {
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let mut shape = way.take(&feature.shape)?;
        clean::close_lines(&mut shape);
        let mut own = std::mem::take(&mut shape.notes);
        let polygons = clean::polygons(&shape.polygons, &mut own)?;
        if polygons.0.is_empty() && shape.lines.is_empty() && shape.points.is_empty() {
            left_out += 1;
            continue;
        }
        used += 1;
        // What a problem has left of a feature is used; that there was more is said.
        left_out += i32::from(feature.problem.is_some());
        notes.extend(own);
        // The point beside a polygon is where its name goes on a map.
        let label = !polygons.0.is_empty();
        parts.extend(polygons);
        lines.extend(shape.lines);
        if !label {
            places.extend(shape.points);
        }
    }
    if used == 0 {
        return Err(VectorError::NoArea { found: nothing(layer, left_out) }.into());
    }
    if left_out > 0 {
        notes.insert(AoiNote::LeftOutFeatures);
    }
    if used > 1 {
        notes.insert(AoiNote::MergedFeatures);
    }
    if !lines.is_empty() || !places.is_empty() {
        let made = match kind {
            Points::Buffer { metres } => {
                notes.insert(AoiNote::Buffered);
                points::buffer(&lines, &places, metres)?
            }
            Points::Hull => {
                notes.insert(AoiNote::TookHull);
                vec![points::hull(&lines, &places)?]
            }
        };
        // That circles overlap is no mistake of anybody's.
        let mut own = BTreeSet::new();
        parts.extend(clean::polygons(&made, &mut own)?);
        notes.extend(own.into_iter().filter(|note| matches!(note, AoiNote::SplitAntimeridian | AoiNote::CoversPole)));
    }
    if monitor.is_cancelled() {
        return Err(Stop::Cancelled);
    }
    let (aoi, more) = clean::aoi(clean::joined(MultiPolygon(parts))?)?;
    notes.extend(more);
    Ok(Import { aoi, notes: notes.into_iter().collect() })
}

fn chosen<'a>(file: &AreaFile, layer: &'a Layer, choice: &Choice) -> Result<Vec<&'a Feature>, VectorError> {
    let gone =
        |id: u64| VectorError::NoSuchFeature { name: file.name.clone(), what: format!("feature {} in layer {}", id + 1, layer.name) };
    match choice {
        Choice::All => Ok(layer.features.iter().collect()),
        Choice::Features(ids) => {
            // Each at most once, in the order of the file.
            let ids: BTreeSet<u64> = ids.iter().copied().collect();
            ids.into_iter().map(|id| usize::try_from(id).ok().and_then(|at| layer.features.get(at)).ok_or_else(|| gone(id))).collect()
        }
    }
}

/// What a layer without any area has instead.
fn nothing(layer: &Layer, count: i32) -> String {
    let problem = layer.features.iter().find_map(|feature| feature.problem.as_deref());
    match problem {
        Some(problem) if count == 1 => problem.to_owned(),
        Some(problem) => format!("{count} features, of the first usable nothing: {problem}"),
        None => "its corners lie on one line or one point".into(),
    }
}
