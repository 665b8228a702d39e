//! Where coordinates lie: from whatever a file says, or does not say, to longitude and latitude.

use std::collections::BTreeSet;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use swath_domain::{AoiNote, Crs};

use super::raw::{Layer, LayerCrs, Shape};
use super::{VectorError, crs};
use crate::project::{Projection, project, reference};

/// Edges longer than this, in metres, get points in between when they are taken over, so that they keep to their course.
const LONG_EDGE: f64 = 2000.0;
/// Longitudes are written up to one and a half turns from Greenwich.
const FARTHEST: f64 = 540.0;

/// How the coordinates of a layer become longitude and latitude.
pub(super) struct Way {
    kind: Kind,
    /// What taking it means.
    notes: BTreeSet<AoiNote>,
}

enum Kind {
    AsTheyAre,
    /// Latitude stands first.
    Swapped,
    Projected {
        from: Crs,
        projection: Box<Projection>,
        metres: Option<f64>,
    },
}

impl Way {
    /// Looks at all coordinates of the layer, since one outlier tells more than its name.
    pub(super) fn of(layer: &Layer, file: &str) -> Result<Self, VectorError> {
        let coords = || layer.features.iter().flat_map(|f| f.shape.coords());
        let degrees = || coords().all(|c| c.x.abs() <= FARTHEST && c.y.abs() <= 90.0);
        // No longitude stands second, and no latitude first.
        let swapped = || coords().all(|c| c.x.abs() <= 90.0 && c.y.abs() <= 180.0) && coords().any(|c| c.y.abs() > 90.0);
        let mut notes = BTreeSet::new();
        let kind = match &layer.crs {
            LayerCrs::Named(from) => {
                let failed = |words: String| VectorError::Projection { from: crs::name(from), words };
                let projection = Projection::new(from, &Crs::epsg(4326)).map_err(|e| failed(e.to_string()))?;
                let reference = reference(from).map_err(|e| failed(e.to_string()))?;
                let metres = reference.is_projected().then(|| reference.linear_units());
                Kind::Projected { from: from.clone(), projection: Box::new(projection), metres }
            }
            LayerCrs::LonLat | LayerCrs::Unknown(_) if swapped() => {
                notes.insert(AoiNote::SwappedLatLon);
                Kind::Swapped
            }
            // What is out of range is told for the features that are chosen.
            LayerCrs::LonLat => Kind::AsTheyAre,
            LayerCrs::Unknown(words) => {
                if !degrees() {
                    let far = coords().find(|c| !(c.x.abs() <= FARTHEST && c.y.abs() <= 90.0)).copied().unwrap_or_default();
                    return Err(VectorError::UnknownCrs { name: file.into(), words: words.clone(), x: far.x, y: far.y });
                }
                Kind::AsTheyAre
            }
        };
        if matches!(layer.crs, LayerCrs::Unknown(_)) {
            notes.insert(AoiNote::AssumedLonLat);
        }
        Ok(Self { kind, notes })
    }

    /// The shape in longitude and latitude, with notes of what that took.
    pub(super) fn take(&self, shape: &Shape) -> Result<Shape, VectorError> {
        let mut notes: BTreeSet<AoiNote> = shape.notes.union(&self.notes).copied().collect();
        let mut out = match &self.kind {
            Kind::AsTheyAre => shape_with(shape, |line| Ok(line.clone()))?,
            Kind::Swapped => shape_with(shape, |line| Ok(line.coords().map(|c| Coord { x: c.y, y: c.x }).collect()))?,
            Kind::Projected { from, projection, metres } => {
                let moved = shape_with(shape, |line| projected(line, projection, from))?;
                if moved.coords().zip(shape.coords()).any(|(a, b)| (a.x - b.x).abs() > 1e-9 || (a.y - b.y).abs() > 1e-9) {
                    notes.insert(AoiNote::Reprojected);
                }
                match metres {
                    Some(metres) => follow_edges(shape, moved, from, *metres)?,
                    None => moved,
                }
            }
        };
        out.notes = notes;
        let far = out.coords().find(|c| !(c.x.abs() <= FARTHEST && c.y.abs() <= 90.0)).copied();
        match far {
            Some(c) => Err(VectorError::OutOfRange { x: c.x, y: c.y }),
            None => Ok(out),
        }
    }
}

/// Polygons with long edges again, with points in between.
fn follow_edges(given: &Shape, mut moved: Shape, from: &Crs, metres: f64) -> Result<Shape, VectorError> {
    let long = |line: &LineString<f64>| line.lines().any(|l| l.delta().x.hypot(l.delta().y) * metres > LONG_EDGE);
    for (given, moved) in given.polygons.iter().zip(&mut moved.polygons) {
        if long(given.exterior()) || given.interiors().iter().any(long) {
            let done = project(&MultiPolygon(vec![given.clone()]), from, &Crs::epsg(4326));
            let done = done.map_err(|e| VectorError::Projection { from: crs::name(from), words: e.to_string() })?;
            *moved = done.0.into_iter().next().unwrap_or_else(|| moved.clone());
        }
    }
    Ok(moved)
}

fn projected(line: &LineString<f64>, projection: &Projection, from: &Crs) -> Result<LineString<f64>, VectorError> {
    let failed = |words: String| VectorError::Projection { from: crs::name(from), words };
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = line.coords().map(|c| (c.x, c.y)).unzip();
    if x.is_empty() {
        return Ok(line.clone());
    }
    projection.points(&mut x, &mut y).map_err(|e| failed(e.to_string()))?;
    let all: LineString<f64> = x.into_iter().zip(y).map(|(x, y)| Coord { x, y }).collect();
    let lost = all.coords().zip(line.coords()).find(|(new, _)| !(new.x.is_finite() && new.y.is_finite()));
    match lost.map(|(_, old)| *old) {
        Some(old) => Err(failed(format!("{}, {} lies outside of it", old.x, old.y))),
        None => Ok(all),
    }
}

fn shape_with(shape: &Shape, ring: impl Fn(&LineString<f64>) -> Result<LineString<f64>, VectorError>) -> Result<Shape, VectorError> {
    let polygon = |p: &Polygon<f64>| Ok(Polygon::new(ring(p.exterior())?, p.interiors().iter().map(&ring).collect::<Result<_, _>>()?));
    Ok(Shape {
        polygons: shape.polygons.iter().map(polygon).collect::<Result<_, VectorError>>()?,
        lines: shape.lines.iter().map(&ring).collect::<Result<_, _>>()?,
        points: ring(&LineString(shape.points.clone()))?.0,
        notes: BTreeSet::new(),
    })
}
