//! MSK_CLOUDS: the cloud mask of Sentinel-2 before baseline 04.00, polygons as GML.
//!
//! A feature (`MaskFeature`) has a type (`OPAQUE`, `CIRRUS`) and polygons whose rings are `posList`s of eastings and northings in the tile's own
//! zone. A mask without any feature is a clear scene.

use std::path::Path;

use geo::{LineString, MultiPolygon, Polygon};
use quick_xml::Reader;
use quick_xml::events::Event;
use swath_domain::{Crs, Grid, PixelClass};

use crate::{RasterError, rasterize};

/// Longer masks are none.
const LONGEST: usize = 64 << 20;

/// Clouds as they stand in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Clouds {
    /// The coordinate system, when the file names one; files without a feature name none.
    pub crs: Option<Crs>,
    /// Opaque clouds.
    pub opaque: MultiPolygon<f64>,
    /// Cirrus.
    pub cirrus: MultiPolygon<f64>,
}

impl Clouds {
    /// Classes of the pixels of a grid in the tile's zone, by their centres, as codes of [`PixelClass`].
    ///
    /// # Errors
    /// [`RasterError::Unsupported`] when the polygons lie in another coordinate system; else as [`rasterize`].
    pub fn classes(&self, path: &Path, grid: &Grid) -> Result<Vec<u8>, RasterError> {
        if let Some(crs) = self.crs.as_ref().filter(|crs| **crs != grid.crs) {
            return Err(RasterError::unsupported(path, format!("its clouds are given in {crs}, and its tile lies in {}", grid.crs)));
        }
        let mut classes = vec![PixelClass::Clear as u8; grid.pixels() as usize];
        for (polygons, class) in [(&self.cirrus, PixelClass::Cirrus), (&self.opaque, PixelClass::Cloud)] {
            let inside = rasterize(polygons, grid)?;
            classes.iter_mut().zip(inside).filter(|(_, inside)| *inside == 1).for_each(|(code, _)| *code = class as u8);
        }
        Ok(classes)
    }
}

/// Reads a mask.
///
/// # Errors
/// [`RasterError::Read`] when it is no such mask, or is cut off.
pub fn gml(path: &Path, text: &[u8]) -> Result<Clouds, RasterError> {
    let failed = |words: String| RasterError::Read { path: path.into(), words };
    if text.len() > LONGEST {
        return Err(failed("it is too long for a mask of clouds".into()));
    }
    let text = std::str::from_utf8(text).map_err(|e| failed(e.to_string()))?;
    let mut reader = Reader::from_str(text);
    let mut clouds = Clouds { crs: None, opaque: MultiPolygon(Vec::new()), cirrus: MultiPolygon(Vec::new()) };
    let (mut is_mask, mut open) = (false, 0usize);
    let mut feature = Feature::default();
    let mut wanted = Wanted::Nothing;
    loop {
        match reader.read_event().map_err(|e| failed(e.to_string()))? {
            Event::Start(start) => {
                open += 1;
                match start.local_name().as_ref() {
                    "Mask" => is_mask = true,
                    "MaskFeature" => feature = Feature::default(),
                    "maskType" => wanted = Wanted::Kind,
                    "interior" => feature.inner = true,
                    "exterior" => feature.inner = false,
                    "posList" => {
                        let dimension = start.attributes().flatten().find(|a| a.key.local_name().as_ref() == "srsDimension");
                        let dimension = dimension.and_then(|a| a.value.parse().ok()).unwrap_or(2);
                        wanted = Wanted::Ring(dimension);
                    }
                    _ => {}
                }
                let name = start.attributes().flatten().find(|a| a.key.local_name().as_ref() == "srsName");
                if let Some(code) = name.and_then(|a| a.value.rsplit(':').next()?.parse().ok()) {
                    clouds.crs = Some(Crs::epsg(code));
                }
            }
            Event::Text(words) => match std::mem::replace(&mut wanted, Wanted::Nothing) {
                Wanted::Nothing => {}
                Wanted::Kind => feature.kind = words.trim().to_owned(),
                Wanted::Ring(dimension) => {
                    let ring = ring(&words, dimension).ok_or_else(|| failed("a ring of it is no list of coordinates".into()))?;
                    feature.add(ring);
                }
            },
            Event::End(end) => {
                open = open.saturating_sub(1);
                if end.local_name().as_ref() == "MaskFeature" {
                    let of = std::mem::take(&mut feature);
                    match of.kind.as_str() {
                        "OPAQUE" => clouds.opaque.0.extend(of.polygons()),
                        "CIRRUS" => clouds.cirrus.0.extend(of.polygons()),
                        other => return Err(failed(format!("it marks `{other}`, which is no kind of cloud"))),
                    }
                }
            }
            Event::Eof if is_mask && open == 0 => return Ok(clouds),
            Event::Eof => return Err(failed("it is no mask of clouds, or is cut off".into())),
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
enum Wanted {
    Nothing,
    Kind,
    /// Numbers of a corner.
    Ring(usize),
}

#[derive(Default)]
struct Feature {
    kind: String,
    inner: bool,
    rings: Vec<(LineString<f64>, Vec<LineString<f64>>)>,
}

impl Feature {
    fn add(&mut self, ring: LineString<f64>) {
        match self.rings.last_mut().filter(|_| self.inner) {
            Some((_, holes)) => holes.push(ring),
            None => self.rings.push((ring, Vec::new())),
        }
    }

    fn polygons(self) -> impl Iterator<Item = Polygon<f64>> {
        self.rings.into_iter().map(|(outer, holes)| Polygon::new(outer, holes))
    }
}

fn ring(text: &str, dimension: usize) -> Option<LineString<f64>> {
    let numbers: Vec<f64> = text.split_whitespace().map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let whole = (2..=3).contains(&dimension) && numbers.len().is_multiple_of(dimension) && numbers.len() >= 3 * dimension;
    let finite = numbers.iter().all(|number| number.is_finite());
    (whole && finite).then(|| numbers.chunks_exact(dimension).map(|corner| (corner[0], corner[1])).collect())
}
