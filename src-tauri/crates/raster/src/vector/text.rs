//! Pasted text: what it is, and shapes that a few words name.

use swath_domain::{Aoi, Never, Stop};

use super::budget::Budget;
use super::raw::{Feature, Layer};
use super::{AreaFile, VectorError, csv, files, geojson, tiles, wkt};

/// Bytes of text that are taken.
const LONGEST: usize = 64 << 20;
/// What messages call it.
const NAME: &str = "the text";
/// Tiles that can be pasted at once.
const TILES: usize = 500;

pub(super) fn parse(text: &str) -> Result<AreaFile, Stop<VectorError>> {
    let budget = Budget::new(NAME, &Never);
    if text.len() > LONGEST {
        return Err(VectorError::too_large(NAME, "more than 64 MiB").into());
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    let file = |layers, junk| Ok(AreaFile::new(NAME, layers, junk)?);
    if let Some(sides) = bbox(text) {
        return file(vec![named(text, &from_sides(sides)?)], false);
    }
    if text.starts_with(['{', '[']) {
        let (layer, junk) = geojson::read(text, &budget)?;
        return file(vec![layer], junk);
    }
    if text.starts_with('<') {
        let (layers, junk) = files::markup(text, &budget)?;
        return file(layers, junk);
    }
    if wkt::is_wkt(text) {
        let (layer, junk) = wkt::read(text, &budget)?;
        return file(vec![layer], junk);
    }
    let words: Vec<&str> = text.split([',', ';', ' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).take(TILES).collect();
    if !words.is_empty() && words.iter().all(|word| tiles::is_mgrs(word)) {
        let mut layer = Layer::new("tiles");
        for tile in words {
            layer.features.extend(named(&tile.to_uppercase(), &tiles::mgrs(tile)?).features);
        }
        return file(vec![layer], false);
    }
    if let Some((path, row)) = path_row(text) {
        return file(vec![named(&format!("{path:03}/{row:03}"), &tiles::wrs2(path, row)?)], false);
    }
    if csv::is_table(text) {
        return file(vec![csv::read(text, &budget)?], false);
    }
    Err(VectorError::NotRecognised { hint: hint(text) }.into())
}

/// Four numbers with anything that people put between and around them.
fn bbox(text: &str) -> Option<[f64; 4]> {
    if text.len() > 200 {
        return None;
    }
    let between = |c: char| c.is_whitespace() || [',', ';', '[', ']', '(', ')', '，', '；'].contains(&c);
    let numbers: Result<Vec<f64>, _> = text.split(between).filter(|word| !word.is_empty()).map(str::parse).collect();
    numbers.ok()?.try_into().ok()
}

fn from_sides([west, south, east, north]: [f64; 4]) -> Result<Aoi, VectorError> {
    let wrong = |hint: &str| Err(VectorError::NotRecognised { hint: format!("four numbers are a box west south east north, {hint}") });
    let out = |x: f64| x.is_nan() || x.abs() > 360.0;
    if let Some((x, y)) = [(west, south), (east, north)].into_iter().find(|(x, y)| out(*x) || y.is_nan() || y.abs() > 90.0) {
        // A box in metres is worth a message of its own.
        return if out(x) {
            Err(VectorError::OutOfRange { x, y })
        } else {
            wrong("whose second and fourth are latitudes of at most 90 degrees")
        };
    }
    if south >= north {
        return wrong("whose south lies below its north");
    }
    Ok(Aoi::from_bbox([west, south, east, north])?)
}

/// `191/028`, `191028`, `path 191 row 28`, `p191r28`.
fn path_row(text: &str) -> Option<(u16, u16)> {
    let text = text.trim().to_ascii_lowercase();
    if text.len() > 40 {
        return None;
    }
    let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let between: String = text.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
    match (numbers.as_slice(), between.as_str()) {
        ([all], "") if all.len() == 6 => Some((all[..3].parse().ok()?, all[3..].parse().ok()?)),
        ([path, row], "/" | "pathrow" | "path,row" | "path:row:" | "path:,row:" | "path=row=" | "path/row" | "pr" | "wrs" | "wrs/") => {
            Some((path.parse().ok()?, row.parse().ok()?))
        }
        _ => None,
    }
}

/// A layer with one feature that is an area already.
fn named(name: &str, aoi: &Aoi) -> Layer {
    let mut feature = Feature { title: Some(name.to_owned()), ..Feature::default() };
    feature.shape.polygons = aoi.shape().0.clone();
    let mut layer = Layer::new(name);
    layer.features.push(feature);
    layer
}

fn hint(text: &str) -> String {
    let words: Vec<&str> = text.split([',', ';', ' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).take(1000).collect();
    match words.len() {
        0 => "it is empty".into(),
        count if count != 4 && words.iter().all(|word| word.parse::<f64>().is_ok()) => {
            format!("found {count} number{}, and a box has four", if count == 1 { "" } else { "s" })
        }
        _ => format!("it begins with “{}”", text.chars().take(30).collect::<String>().replace(['\n', '\r'], " ")),
    }
}
