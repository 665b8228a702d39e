//! GPX: waypoints, routes and tracks.

use geo::Coord;
use quick_xml::events::BytesStart;
use swath_domain::Stop;

use super::VectorError;
use super::budget::Budget;
use super::raw::{Feature, Layer};
use super::xml::{self, Piece};

const LAYERS: [&str; 3] = ["waypoints", "routes", "tracks"];

/// Reads a document into a layer each of waypoints, routes and tracks, as far as there are any.
pub(super) fn read(text: &str, budget: &Budget) -> Result<(Vec<Layer>, bool), Stop<VectorError>> {
    let mut layers = LAYERS.map(Layer::new);
    let mut open = Feature::default();
    let mut line: Vec<Coord<f64>> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let junk = xml::walk(text, budget, |piece| {
        match piece {
            Piece::Open(name, start) => {
                match name {
                    "wpt" | "rte" | "trk" => open = Feature::default(),
                    _ => {}
                }
                if matches!(name, "wpt" | "rtept" | "trkpt") {
                    budget.vertices(1)?;
                    match place(start) {
                        Some(place) => line.push(place),
                        None => open.problem = Some("a point of it has no longitude and latitude".into()),
                    }
                }
                path.push(name.to_owned());
            }
            Piece::Close(name, text) => {
                path.pop();
                let number = match name {
                    "name" if matches!(path.last().map(String::as_str), Some("wpt" | "rte" | "trk")) => {
                        open.title = Some(budget.text(text)?);
                        return Ok(());
                    }
                    "trkseg" => {
                        open.shape.line(std::mem::take(&mut line));
                        return Ok(());
                    }
                    "wpt" => 0,
                    "rte" => 1,
                    "trk" => 2,
                    _ => return Ok(()),
                };
                budget.feature()?;
                open.shape.line(std::mem::take(&mut line));
                if open.shape.is_empty() && open.problem.is_none() {
                    open.problem = Some("it has no points".into());
                }
                layers[number].features.push(std::mem::take(&mut open));
            }
        }
        Ok(())
    })?;
    Ok((layers.into_iter().filter(|layer| !layer.features.is_empty()).collect(), junk))
}

fn place(start: &BytesStart) -> Option<Coord<f64>> {
    let number = |name| xml::attribute(start, name)?.parse().ok().filter(|n: &f64| n.is_finite());
    Some(Coord { x: number("lon")?, y: number("lat")? })
}
