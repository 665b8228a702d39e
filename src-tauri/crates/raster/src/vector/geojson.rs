//! GeoJSON as people have it: documents one after another, features without geometry, positions with four numbers, a `crs` member.
//!
//! It is read in one pass into vertices of 16 bytes, so a large file costs about its own size; what a feature says wrongly is a problem of
//! that feature alone, and only broken JSON is an error of the file.

mod node;

use std::cell::{Cell, RefCell};

use geo::Coord;
use serde::de::{DeserializeSeed, IgnoredAny};
use swath_domain::{AoiNote, Stop};

use super::budget::Budget;
use super::raw::{Feature, Layer, Shape};
use super::{VectorError, crs};
use node::{Coords, Node, NodeSeed};

/// What is known while a text is read.
struct Reading<'a> {
    budget: &'a Budget<'a>,
    layer: RefCell<Layer>,
    /// A limit that was passed or a wish to stop; serde only carries words.
    stop: RefCell<Option<Stop<VectorError>>>,
    /// Whether a position with more than two numbers has been seen.
    heights: Cell<bool>,
}

impl Reading<'_> {
    /// The value, or words for serde while the reason is kept.
    fn keep<T, E: serde::de::Error>(&self, result: Result<T, Stop<VectorError>>) -> Result<T, E> {
        result.map_err(|stop| {
            *self.stop.borrow_mut() = Some(stop);
            E::custom("stopped")
        })
    }
}

/// Reads a text that begins like JSON. The flag tells that something follows after the document and was left out.
pub(super) fn read(text: &str, budget: &Budget) -> Result<(Layer, bool), Stop<VectorError>> {
    let reading = Reading { budget, layer: RefCell::new(Layer::default()), stop: RefCell::new(None), heights: Cell::new(false) };
    let (mut rest, mut documents, mut junk) = (text, 0, false);
    loop {
        // A record separator stands before each document of a GeoJSON text sequence.
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{1e}' || c == '\0');
        if rest.is_empty() {
            break;
        }
        let mut json = serde_json::Deserializer::from_str(rest);
        let node = NodeSeed(&reading).deserialize(&mut json);
        if let Some(stop) = reading.stop.borrow_mut().take() {
            return Err(stop);
        }
        match node {
            Ok(node) => accept(node, &reading, documents)?,
            Err(_) if documents > 0 => {
                junk = true;
                break;
            }
            Err(error) => return Err(budget.damaged(format!("it is not JSON: {error}"))),
        }
        documents += 1;
        rest = &rest[json.into_iter::<IgnoredAny>().byte_offset()..];
    }
    Ok((reading.layer.into_inner(), junk))
}

/// Takes a whole document in.
fn accept(node: Node, reading: &Reading, documents: usize) -> Result<(), Stop<VectorError>> {
    let unknown = |what: &str| VectorError::UnknownFormat { name: reading.budget.name.into(), what: what.into() };
    if let Some(name) = &node.crs
        && documents == 0
    {
        reading.layer.borrow_mut().crs = crs::from_name(name);
    }
    match node.kind.as_deref() {
        Some("Topology") => Err(unknown("TopoJSON").into()),
        _ if node.collection && node.coords.is_none() && node.geometry.is_none() => Ok(()),
        Some("FeatureCollection") => Err(reading.budget.damaged("a FeatureCollection without features")),
        Some("Feature") => feature(node, reading),
        Some("Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" | "GeometryCollection") => {
            feature(Node { geometry: Some(Box::new(node)), ..Node::default() }, reading)
        }
        Some(_) | None if node.geometry.is_some() => feature(node, reading),
        _ => Err(unknown("JSON, but not GeoJSON").into()),
    }
}

/// Takes a feature in.
fn feature(node: Node, reading: &Reading) -> Result<(), Stop<VectorError>> {
    reading.budget.feature()?;
    let mut feature = Feature::default();
    for (field, value) in node.properties {
        feature.set(field, value);
    }
    match node.geometry {
        Some(geometry) => {
            if let Err(problem) = shape(*geometry, &mut feature.shape) {
                feature.problem = Some(problem);
            }
        }
        None => feature.problem = Some("it has no geometry".into()),
    }
    reading.layer.borrow_mut().features.push(feature);
    Ok(())
}

fn shape(node: Node, into: &mut Shape) -> Result<(), String> {
    let kind = node.kind.unwrap_or_default();
    if node.heights {
        into.notes.insert(AoiNote::DroppedZ);
    }
    if kind == "GeometryCollection" {
        // The others are taken even when one is wrong.
        let mut all = Ok(());
        for part in node.geometries {
            all = all.and(shape(part, into));
        }
        return all;
    }
    let wrong = || format!("its coordinates are not those of a {}", if kind.is_empty() { "geometry" } else { &kind });
    let coords = node.coords.ok_or_else(|| "it has no coordinates".to_owned())?;
    match kind.as_str() {
        "Point" => into.points.push(coords.position().ok_or_else(wrong)?),
        "MultiPoint" => into.points.extend(coords.line().ok_or_else(wrong)?),
        "LineString" => into.line(coords.line().ok_or_else(wrong)?),
        "MultiLineString" => coords.lines().ok_or_else(wrong)?.into_iter().for_each(|line| into.line(line)),
        "Polygon" => polygon(coords.lines().ok_or_else(wrong)?, into),
        "MultiPolygon" => {
            let polygons: Option<Vec<_>> = coords.list().ok_or_else(wrong)?.into_iter().map(Coords::lines).collect();
            polygons.ok_or_else(wrong)?.into_iter().for_each(|rings| polygon(rings, into));
        }
        other => return Err(format!("“{}” is no geometry", super::budget::short(other))),
    }
    Ok(())
}

/// GeoJSON alone says which way round rings run.
fn polygon(rings: Vec<Vec<Coord<f64>>>, into: &mut Shape) {
    let wrong = |(n, ring): (usize, &Vec<Coord<f64>>)| {
        // Across the antimeridian the sign of the sum means nothing.
        let jumps = ring.windows(2).any(|w| (w[1].x - w[0].x).abs() > 180.0);
        let twice: f64 = ring.windows(2).map(|w| w[0].x * w[1].y - w[1].x * w[0].y).sum();
        !jumps && ring.len() > 3 && ring.first() == ring.last() && (if n == 0 { twice < 0.0 } else { twice > 0.0 })
    };
    if rings.iter().enumerate().any(wrong) {
        into.notes.insert(AoiNote::Rewound);
    }
    into.polygon(rings);
}

#[cfg(test)]
mod tests {
    use swath_domain::Never;

    use crate::vector::raw::LayerCrs;

    use super::*;

    #[test]
    fn documents_are_read_leniently_and_broken_ones_named() {
        let check = |text: &str, expected: &str| {
            let name = "a.geojson";
            let got = match read(text, &Budget::new(name, &Never)) {
                Ok((layer, junk)) => {
                    let of = |f: &Feature| {
                        format!(
                            "{}p{}l{}o{}",
                            f.shape.polygons.len(),
                            f.shape.lines.len(),
                            f.shape.points.len(),
                            i32::from(f.problem.is_some())
                        )
                    };
                    let all: Vec<_> = layer.features.iter().map(of).collect();
                    format!(
                        "{}{}{}",
                        all.join(" "),
                        if junk { " junk" } else { "" },
                        if layer.crs == LayerCrs::LonLat { "" } else { " crs" }
                    )
                }
                Err(Stop::Failed(error)) => error.code().to_owned(),
                Err(Stop::Cancelled) => "cancelled".to_owned(),
            };
            assert_eq!(got, expected, "{text}");
        };
        check(r#"{"type":"Point","coordinates":[1,2,3]}"#, "0p0l1o0");
        check(r#"{"coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"type":"Polygon"}"#, "1p0l0o0");
        check(r#"{"type":"Feature","geometry":null,"properties":{}}"#, "0p0l0o1");
        check(r#"{"type":"Feature","geometry":{"type":"LineString","coordinates":[[0,0],[1,"x"]]}}"#, "0p0l0o1");
        check("{\"type\":\"Point\",\"coordinates\":[1,2]}\n\u{1e}{\"type\":\"Point\",\"coordinates\":[1,2]}\n", "0p0l1o0 0p0l1o0");
        check(r#"{"type":"Point","coordinates":[1,2]} and so on"#, "0p0l1o0 junk");
        check(r#"{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:32633"}}}"#, "0p0l1o0 crs");
        check(r#"{"type":"GeometryCollection","geometries":[false,{"type":"Point","coordinates":[1,2]}]}"#, "0p0l1o1");
        check(r#"{"type":"Topology","objects":{}}"#, "unknown-format");
        check(r#"{"name":"swath"}"#, "unknown-format");
        check("{\"type\":\"Polygon\"", "damaged");
        check(&format!("{{\"type\":\"Polygon\",\"coordinates\":{}", "[".repeat(100_000)), "damaged");
    }
}
