//! What users hand over: recipes, from a file or from standard input, and boxes.

use std::io::Read;

use swath_domain::Recipe;

use crate::failure::{Failure, Outcome};

/// A recipe file; `-` is standard input.
pub(crate) fn recipe(path: &str) -> Outcome<Recipe> {
    Ok(Recipe::from_json(&text(path, "recipe")?)?)
}

/// `west,south,east,north` in degrees; west may be larger than east (over the antimeridian).
pub(crate) fn parse_bbox(text: &str) -> Result<[f64; 4], String> {
    let numbers: Vec<f64> = text.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>().map_err(|_| expected(text))?;
    let [west, south, east, north]: [f64; 4] = numbers.try_into().map_err(|_| expected(text))?;
    if west.abs() > 180.0 || east.abs() > 180.0 || south < -90.0 || north > 90.0 || south >= north || !(west + east).is_finite() {
        return Err(expected(text));
    }
    Ok([west, south, east, north])
}

fn expected(found: &str) -> String {
    format!("expected west,south,east,north in degrees with south < north (such as 15.0,45.0,15.5,45.4), found `{found}`")
}

pub(crate) fn text(path: &str, what: &str) -> Outcome<String> {
    let read = if path == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|error| {
        Failure::usage("unreadable", format!("the {what} {path} cannot be read ({error}): check the path and that it is a text file"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_and_wrong_ones_told() {
        for (text, expected) in [
            ("15.0,45,15.5,45.4", Some([15.0, 45.0, 15.5, 45.4])),
            (" -0.1, -0.1, 0.1, 0.1", Some([-0.1, -0.1, 0.1, 0.1])),
            ("179,-17,-179,-16", Some([179.0, -17.0, -179.0, -16.0])),
            ("15,45,16", None),
            ("15,46,16,45", None),
            ("15,45,16,north", None),
            ("500000,45,16,46", None),
            ("NaN,45,16,46", None),
            ("area.geojson", None),
        ] {
            assert_eq!(parse_bbox(text).ok(), expected, "{text}");
        }
    }
}
