//! What a reader gives: features as they stand in the file, in the file's coordinate system, not yet checked or repaired.

use std::collections::BTreeSet;

use geo::{Coord, LineString, Polygon};
use swath_domain::{AoiNote, Crs, Stop};

use super::VectorError;
use super::budget::Budget;

/// A table of features.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) name: String,
    pub(crate) fields: Vec<String>,
    pub(crate) crs: LayerCrs,
    pub(crate) features: Vec<Feature>,
}

/// What a file says about its coordinate system.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum LayerCrs {
    /// Longitude and latitude, by the rules of the format.
    #[default]
    LonLat,
    /// Named in the file.
    Named(Crs),
    /// Nothing, or something that nobody knows; with the words for that.
    Unknown(String),
}

/// A row.
#[derive(Debug, Default)]
pub(crate) struct Feature {
    /// One per field of the layer; those at the end may be missing.
    pub(crate) values: Vec<String>,
    /// What the format itself calls the feature.
    pub(crate) title: Option<String>,
    pub(crate) shape: Shape,
    /// Why the shape is empty or not all of it.
    pub(crate) problem: Option<String>,
}

/// A geometry of any kind, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    pub(crate) polygons: Vec<Polygon<f64>>,
    pub(crate) lines: Vec<LineString<f64>>,
    pub(crate) points: Vec<Coord<f64>>,
    /// What was put right while reading.
    pub(crate) notes: BTreeSet<AoiNote>,
}

impl Shape {
    pub(crate) fn is_empty(&self) -> bool {
        self.polygons.is_empty() && self.lines.is_empty() && self.points.is_empty()
    }

    /// A polygon of rings, the first of which is the outline.
    pub(crate) fn polygon(&mut self, rings: impl IntoIterator<Item = Vec<Coord<f64>>>) {
        let mut rings = rings.into_iter().filter(|ring| !ring.is_empty()).map(|ring| {
            if ring.first() != ring.last() {
                self.notes.insert(AoiNote::ClosedRing);
            }
            LineString(ring)
        });
        let Some(outline) = rings.next() else { return };
        let holes = rings.collect();
        self.polygons.push(Polygon::new(outline, holes));
    }

    pub(crate) fn line(&mut self, line: Vec<Coord<f64>>) {
        match line.len() {
            0 => {}
            1 => self.points.extend(line),
            _ => self.lines.push(LineString(line)),
        }
    }

    pub(crate) fn join(&mut self, other: Shape) {
        self.polygons.extend(other.polygons);
        self.lines.extend(other.lines);
        self.points.extend(other.points);
        self.notes.extend(other.notes);
    }

    /// Every vertex.
    pub(crate) fn coords(&self) -> impl Iterator<Item = &Coord<f64>> {
        let rings = self.polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        rings.chain(&self.lines).flat_map(|line| &line.0).chain(&self.points)
    }
}

impl Layer {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The number of a field, which is added when it is new; `None` when there are too many.
    pub(crate) fn field(&mut self, name: &str, budget: &Budget) -> Result<Option<usize>, Stop<VectorError>> {
        if let Some(at) = self.fields.iter().position(|field| field == name) {
            return Ok(Some(at));
        }
        if self.fields.len() >= super::budget::FIELDS {
            return Ok(None);
        }
        self.fields.push(budget.text(name)?);
        Ok(Some(self.fields.len() - 1))
    }
}

impl Feature {
    pub(crate) fn set(&mut self, field: usize, value: String) {
        if self.values.len() <= field {
            self.values.resize(field + 1, String::new());
        }
        self.values[field] = value;
    }
}
