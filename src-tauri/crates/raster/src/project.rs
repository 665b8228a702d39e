//! Coordinates from one system to another.

use gdal::errors::GdalError;
use gdal::spatial_ref::{AxisMappingStrategy, CoordTransform, SpatialRef};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use swath_domain::{Bounds, Crs};

use crate::error::words;
use crate::{RasterError, ffi};

/// How far, in metres, an edge drawn straight in the new system may lie from where the old edge runs. A centimetre costs a vertex every 700 m
/// and decides almost no pixel wrongly; at a metre, one pixel in some thousand along the edge falls on the wrong side.
const SAG_METRES: f64 = 0.01;
/// An edge is halved at most so many times; an edge round a quarter of the Earth needs about 11.
const DEEPEST: u32 = 14;
const METRES_PER_DEGREE: f64 = 111_320.0;

/// Takes an area into another coordinate system. Coordinates are always x, y (longitude, latitude), whatever the authority says.
///
/// Corners stay exactly what they are; long edges get further points between them so that they keep to the straight edge of the old
/// system within a metre.
///
/// # Errors
/// [`RasterError::Projection`] when a system is unknown or does not hold in this area.
pub fn project(shape: &MultiPolygon<f64>, from: &Crs, to: &Crs) -> Result<MultiPolygon<f64>, RasterError> {
    if from == to {
        return Ok(shape.clone());
    }
    let projection = Projection::new(from, to)?;
    let polygon = |p: &Polygon<f64>| {
        let holes = p.interiors().iter().map(|ring| projection.ring(ring)).collect::<Result<_, _>>()?;
        Ok(Polygon::new(projection.ring(p.exterior())?, holes))
    };
    shape.iter().map(polygon).collect::<Result<_, _>>().map(MultiPolygon)
}

/// GDAL's object for a coordinate system, with x before y.
pub(crate) fn reference(crs: &Crs) -> Result<SpatialRef, GdalError> {
    ffi::ready();
    let mut reference = match crs.epsg_code() {
        Some(code) => SpatialRef::from_epsg(code)?,
        None => SpatialRef::from_wkt(&crs.0)?,
    };
    reference.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    Ok(reference)
}

/// Metres per unit of a coordinate system along x and y; for degrees, at the given latitude.
pub(crate) fn metres_per_unit(crs: &Crs, y: f64) -> Result<(f64, f64), RasterError> {
    let reference = reference(crs).map_err(|e| RasterError::Projection { from: crs.to_string(), to: crs.to_string(), words: words(&e) })?;
    Ok(if reference.is_geographic() {
        (METRES_PER_DEGREE * y.to_radians().cos().max(0.01), METRES_PER_DEGREE)
    } else {
        (reference.linear_units(), reference.linear_units())
    })
}

/// A way from one coordinate system to another.
pub(crate) struct Projection {
    transform: CoordTransform,
    names: (String, String),
    /// [`SAG_METRES`] in units of the new system.
    sag: f64,
}

impl Projection {
    pub(crate) fn new(from: &Crs, to: &Crs) -> Result<Self, RasterError> {
        let names = (from.to_string(), to.to_string());
        let failed = |e: GdalError| RasterError::Projection { from: from.to_string(), to: to.to_string(), words: words(&e) };
        let (source, target) = (reference(from).map_err(failed)?, reference(to).map_err(failed)?);
        let transform = CoordTransform::new(&source, &target).map_err(failed)?;
        let sag = if target.is_geographic() { SAG_METRES / METRES_PER_DEGREE } else { SAG_METRES / target.linear_units() };
        Ok(Self { transform, names, sag })
    }

    /// Takes points over in place. Where the new system does not hold, the result is not finite (or an error, when it holds nowhere).
    pub(crate) fn points(&self, x: &mut [f64], y: &mut [f64]) -> Result<(), RasterError> {
        match self.transform.transform_coords(x, y, &mut []) {
            Ok(()) => Ok(()),
            // GDAL reports failure when any point fails and marks those as infinite; the others are good.
            Err(_) if x.iter().zip(&*y).any(|(x, y)| x.is_finite() && y.is_finite()) => Ok(()),
            Err(e) => Err(self.failed(words(&e))),
        }
    }

    fn failed(&self, words: String) -> RasterError {
        RasterError::Projection { from: self.names.0.clone(), to: self.names.1.clone(), words }
    }

    fn point(&self, c: Coord<f64>) -> Result<Coord<f64>, RasterError> {
        let (mut x, mut y) = ([c.x], [c.y]);
        self.points(&mut x, &mut y)?;
        if x[0].is_finite() && y[0].is_finite() {
            Ok(Coord { x: x[0], y: y[0] })
        } else {
            Err(self.failed(format!("{}, {} lies outside", c.x, c.y)))
        }
    }

    fn ring(&self, ring: &LineString<f64>) -> Result<LineString<f64>, RasterError> {
        let mut line = Vec::with_capacity(ring.0.len());
        let corners = ring.0.iter().map(|c| self.point(*c)).collect::<Result<Vec<_>, _>>()?;
        for (old, new) in ring.0.windows(2).zip(corners.windows(2)) {
            line.push(new[0]);
            self.edge((old[0], new[0]), (old[1], new[1]), DEEPEST, &mut line)?;
        }
        line.extend(corners.last());
        Ok(LineString(line))
    }

    /// Puts points between two ends until the straight pieces keep to the edge. Looks at the quarters as well as the middle, since a curve
    /// may cross its chord there.
    fn edge(
        &self,
        a: (Coord<f64>, Coord<f64>),
        b: (Coord<f64>, Coord<f64>),
        depth: u32,
        line: &mut Vec<Coord<f64>>,
    ) -> Result<(), RasterError> {
        let between = |p: Coord<f64>, q: Coord<f64>, t: f64| p + (q - p) * t;
        let mut worst = 0.0f64;
        let mut middle = (a.0, a.1);
        for t in [0.25, 0.5, 0.75] {
            let old = between(a.0, b.0, t);
            let new = self.point(old)?;
            let off = new - between(a.1, b.1, t);
            worst = worst.max(off.x.hypot(off.y));
            if t == 0.5 {
                middle = (old, new);
            }
        }
        if worst <= self.sag || depth == 0 {
            return Ok(());
        }
        self.edge(a, middle, depth - 1, line)?;
        line.push(middle.1);
        self.edge(middle, b, depth - 1, line)
    }

    /// The box around a box. Looks inside as well, because a pole or a central meridian may lie there.
    pub(crate) fn bounds(&self, b: Bounds) -> Result<Bounds, RasterError> {
        const STEPS: u32 = 20;
        let at = |from: f64, to: f64, step: u32| from + (to - from) * f64::from(step) / f64::from(STEPS);
        let (mut x, mut y): (Vec<_>, Vec<_>) =
            (0..=STEPS).flat_map(|j| (0..=STEPS).map(move |i| (at(b.west, b.east, i), at(b.south, b.north, j)))).unzip();
        self.points(&mut x, &mut y)?;
        let mut found: Option<Bounds> = None;
        for (x, y) in x.into_iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite()) {
            let f = found.unwrap_or(Bounds { west: x, east: x, south: y, north: y });
            found = Some(Bounds { west: f.west.min(x), east: f.east.max(x), south: f.south.min(y), north: f.north.max(y) });
        }
        found.ok_or_else(|| self.failed("the box lies outside".into()))
    }
}

#[cfg(test)]
mod tests;
