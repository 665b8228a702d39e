//! Features for a list and for the map.

use std::collections::BTreeSet;

use geo::{Area, BoundingRect, CoordsIter, MultiPolygon, Polygon, Simplify};
use swath_domain::Aoi;

use super::place::Way;
use super::raw::{Feature, Layer};
use super::{AreaFeature, AreaFile, VectorError, clean};

/// Features that are given at once.
const MOST: usize = 1000;
/// Vertices of an outline for drawing.
const VERTICES: usize = 200;
/// Fields that are taken for a name, the best first.
const NAMES: [&str; 16] =
    ["name", "名称", "name_zh", "name_en", "name:zh", "title", "label", "nom", "nombre", "naam", "标题", "名字", "地名", "省", "市", "id"];

pub(super) fn list(file: &AreaFile, layer: usize, from: u64, count: usize) -> Result<Vec<AreaFeature>, VectorError> {
    let layer = file.layer(layer)?;
    let way = Way::of(layer, &file.name);
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let some = layer.features.iter().enumerate().skip(from).take(count.min(MOST));
    Ok(some.map(|(number, feature)| shown(number, feature, layer, &way)).collect())
}

fn shown(number: usize, feature: &Feature, layer: &Layer, way: &Result<Way, VectorError>) -> AreaFeature {
    let mut values = feature.values.clone();
    values.resize(layer.fields.len(), String::new());
    let (shape, problem) = match outline(feature, way) {
        Ok(shape) => (shape, feature.problem.clone()),
        Err(error) => (None, Some(error.to_string())),
    };
    AreaFeature {
        id: number as u64,
        label: label(feature, layer).unwrap_or_else(|| format!("{} {}", layer.name, number + 1)),
        values,
        area_km2: shape.as_ref().map(|shape| Aoi::ground_m2(shape) / 1e6),
        outline: shape.map(simple),
        problem,
    }
}

fn outline(feature: &Feature, way: &Result<Way, VectorError>) -> Result<Option<MultiPolygon<f64>>, VectorError> {
    let mut shape = way.as_ref().map_err(Clone::clone)?.take(&feature.shape)?;
    clean::close_lines(&mut shape);
    if shape.polygons.is_empty() {
        return Ok(None);
    }
    let polygons = clean::polygons(&shape.polygons, &mut BTreeSet::new())?;
    if polygons.0.is_empty() {
        return Err(VectorError::NoArea { found: "its corners lie on one line or one point".into() });
    }
    Ok(Some(polygons))
}

/// What the format calls the feature, else an attribute that is called a name, else the first that is a word.
fn label(feature: &Feature, layer: &Layer) -> Option<String> {
    let value = |at: usize| feature.values.get(at).filter(|value| !value.is_empty());
    let named = || {
        let field = |word: &str| layer.fields.iter().position(|field| field.to_lowercase() == word).and_then(value);
        NAMES.iter().find_map(|word| field(word))
    };
    let word = || feature.values.iter().find(|value| !value.is_empty() && value.parse::<f64>().is_err());
    feature.title.clone().filter(|title| !title.is_empty()).or_else(|| named().or_else(word).cloned())
}

/// Fewer vertices, by leaving out ever larger bends and then the smallest parts.
fn simple(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let Some(bounds) = shape.bounding_rect() else { return shape };
    let mut fewer = shape;
    let mut bend = bounds.width().max(bounds.height()) / 2000.0;
    for _ in 0..12 {
        if fewer.coords_count() <= VERTICES {
            return fewer;
        }
        let simple = |p: &Polygon<f64>| p.simplify(bend);
        let mut parts: Vec<Polygon<f64>> = fewer.iter().map(simple).filter(|p| p.exterior().0.len() > 3).collect();
        if parts.is_empty() {
            break;
        }
        parts.sort_by(|a, b| b.unsigned_area().total_cmp(&a.unsigned_area()));
        parts.truncate(VERTICES / 4);
        fewer = MultiPolygon(parts);
        bend *= 2.0;
    }
    while fewer.coords_count() > VERTICES && fewer.0.len() > 1 {
        fewer.0.pop();
    }
    if fewer.coords_count() > VERTICES { MultiPolygon(vec![bounds.to_polygon()]) } else { fewer }
}
