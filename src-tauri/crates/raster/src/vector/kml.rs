//! KML: placemarks in folders, each with geometries in longitude and latitude. Links to other files are not followed.

use std::collections::BTreeMap;

use geo::Coord;
use swath_domain::{AoiNote, Stop};

use super::VectorError;
use super::budget::Budget;
use super::raw::{Feature, Layer, Shape};
use super::xml::{self, Piece};

/// Reads a document into one layer per folder with placemarks.
pub(super) fn read(text: &str, budget: &Budget) -> Result<(Vec<Layer>, bool), Stop<VectorError>> {
    let mut kml = Kml { budget, layers: Vec::new(), folders: vec![Folder::default()], open: None, path: Vec::new() };
    let junk = xml::walk(text, budget, |piece| match piece {
        Piece::Open(name, start) => {
            kml.path.push(name.to_owned());
            kml.begin(name, xml::attribute(start, "name"))
        }
        Piece::Close(name, text) => {
            let done = kml.end(name, text);
            kml.path.pop();
            done
        }
    })?;
    Ok((kml.layers, junk))
}

#[derive(Default)]
struct Folder {
    name: String,
    layer: Option<usize>,
}

/// The placemark that is being read.
#[derive(Default)]
struct Open {
    feature: Feature,
    /// Rings of the polygon that is being read; the outline first.
    rings: Option<Vec<Vec<Coord<f64>>>>,
    inner: bool,
    track: Vec<Coord<f64>>,
    /// Sides of a ground overlay: north, south, east, west, rotation.
    sides: BTreeMap<String, f64>,
    data: Option<String>,
    values: Vec<(String, String)>,
}

struct Kml<'a> {
    budget: &'a Budget<'a>,
    layers: Vec<Layer>,
    folders: Vec<Folder>,
    open: Option<Open>,
    path: Vec<String>,
}

impl Kml<'_> {
    fn begin(&mut self, name: &str, attribute: Option<String>) -> Result<(), Stop<VectorError>> {
        match name {
            "Document" | "Folder" => self.folders.push(Folder::default()),
            "Placemark" | "GroundOverlay" => self.open = Some(Open::default()),
            _ => {}
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        match name {
            "Polygon" => open.rings = Some(Vec::new()),
            "innerBoundaryIs" => open.inner = true,
            "Track" => open.track.clear(),
            "Data" | "SimpleData" => open.data = attribute,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str, text: &str) -> Result<(), Stop<VectorError>> {
        let parent = self.path.len().checked_sub(2).and_then(|at| self.path.get(at)).cloned().unwrap_or_default();
        match name {
            "Document" | "Folder" => {
                self.folders.pop();
                return Ok(());
            }
            "name" if parent == "Document" || parent == "Folder" => {
                if let Some(folder) = self.folders.last_mut() {
                    folder.name = super::budget::short(text);
                    if let Some(layer) = folder.layer {
                        self.layers[layer].name.clone_from(&folder.name);
                    }
                }
                return Ok(());
            }
            "Placemark" | "GroundOverlay" => return self.placemark(name == "GroundOverlay"),
            _ => {}
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        match name {
            "name" if parent == "Placemark" || parent == "GroundOverlay" => open.feature.title = Some(self.budget.text(text)?),
            "description" if parent == "Placemark" => open.values.push(("description".into(), text.to_owned())),
            "SimpleData" => open.values.extend(open.data.take().map(|key| (key, text.to_owned()))),
            "value" if parent == "Data" => open.values.extend(open.data.take().map(|key| (key, text.to_owned()))),
            "coordinates" => {
                let Some(line) = coordinates(text, &mut open.feature.shape, self.budget)? else {
                    open.feature.problem = Some("its coordinates are not numbers".into());
                    return Ok(());
                };
                match (parent.as_str(), &mut open.rings) {
                    ("LinearRing", Some(rings)) if open.inner => rings.push(line),
                    ("LinearRing", Some(rings)) => rings.insert(0, line),
                    ("Point", _) => open.feature.shape.points.extend(line.first()),
                    _ => open.feature.shape.line(line),
                }
            }
            "coord" => open.track.extend(
                coordinates(&text.split_whitespace().collect::<Vec<_>>().join(","), &mut open.feature.shape, self.budget)?
                    .unwrap_or_default(),
            ),
            "Track" => open.feature.shape.line(std::mem::take(&mut open.track)),
            "Polygon" => open.feature.shape.polygon(open.rings.take().unwrap_or_default()),
            "innerBoundaryIs" => open.inner = false,
            "north" | "south" | "east" | "west" | "rotation" => {
                open.sides.extend(text.trim().parse().ok().map(|side| (name.to_owned(), side)));
            }
            _ => {}
        }
        Ok(())
    }

    fn placemark(&mut self, overlay: bool) -> Result<(), Stop<VectorError>> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        if overlay {
            sides(&open.sides, &mut open.feature.shape);
        }
        self.budget.feature()?;
        let Some(folder) = self.folders.last_mut() else { return Ok(()) };
        let number = *folder.layer.get_or_insert_with(|| {
            self.layers.push(Layer::new(folder.name.clone()));
            self.layers.len() - 1
        });
        let layer = &mut self.layers[number];
        for (key, value) in open.values {
            if let Some(field) = layer.field(&key, self.budget)? {
                open.feature.set(field, self.budget.text(&value)?);
            }
        }
        if open.feature.shape.is_empty() && open.feature.problem.is_none() {
            open.feature.problem = Some("it has no geometry".into());
        }
        layer.features.push(open.feature);
        Ok(())
    }
}

/// `lon,lat[,height]` separated by white space. Some programs put spaces after the commas as well.
fn coordinates(text: &str, shape: &mut Shape, budget: &Budget) -> Result<Option<Vec<Coord<f64>>>, Stop<VectorError>> {
    let mut line = Vec::new();
    let mut numbers: Vec<Option<f64>> = Vec::new();
    // A comma joins what stands on both sides of it, whatever white space lies between.
    let mut joined = false;
    for word in text.split_inclusive([',', ' ', '\t', '\n', '\r']) {
        let (number, comma) = (word.trim_matches([',', ' ', '\t', '\n', '\r']), word.ends_with(','));
        if !number.is_empty() {
            if !joined && !numbers.is_empty() {
                finish(&mut numbers, &mut line, shape);
                budget.vertices(1)?;
            }
            numbers.push(number.parse().ok().filter(|n: &f64| n.is_finite()));
        }
        joined = comma || (number.is_empty() && joined);
    }
    if !numbers.is_empty() {
        budget.vertices(1)?;
        finish(&mut numbers, &mut line, shape);
    }
    Ok((!line.iter().any(|c: &Coord<f64>| c.x.is_nan())).then_some(line))
}

fn finish(numbers: &mut Vec<Option<f64>>, line: &mut Vec<Coord<f64>>, shape: &mut Shape) {
    match numbers.as_slice() {
        [Some(x), Some(y), rest @ ..] => {
            if rest.iter().flatten().any(|height| *height != 0.0) {
                shape.notes.insert(AoiNote::DroppedZ);
            }
            line.push(Coord { x: *x, y: *y });
        }
        _ => line.push(Coord { x: f64::NAN, y: f64::NAN }),
    }
    numbers.clear();
}

/// The ground under a picture.
fn sides(sides: &BTreeMap<String, f64>, shape: &mut Shape) {
    let side = |name: &str| sides.get(name).copied();
    let (Some(north), Some(south), Some(east), Some(west)) = (side("north"), side("south"), side("east"), side("west")) else { return };
    let middle = Coord { x: (east + west) / 2.0, y: (north + south) / 2.0 };
    let (sin, cos) = side("rotation").unwrap_or(0.0).to_radians().sin_cos();
    let turned = |x: f64, y: f64| {
        let d = Coord { x, y } - middle;
        middle + Coord { x: d.x * cos - d.y * sin, y: d.x * sin + d.y * cos }
    };
    let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    shape.polygon([ring.into_iter().map(|(x, y)| turned(x, y)).collect()]);
}
