//! Whether outlines cross.

use geo::{Area, BooleanOps, CoordsIter, MultiPolygon, Validation};

use super::AoiError;

/// Up to so many vertices every rule for polygons is checked one by one, which takes the square of their number.
const FEW: usize = 300;
/// Share of the area that rounding may make out.
const ROUNDING: f64 = 1e-6;

/// `Err` when edges cross, parts overlap or holes lie outside.
///
/// Of large shapes only their area is looked at: laid over nothing by the rule that every ring parts inside from outside, a valid shape keeps its area and any
/// other does not. What this misses (a ring that touches itself, two parts with a common edge) does no harm to anybody.
pub(super) fn check(shape: &MultiPolygon<f64>) -> Result<(), AoiError> {
    if shape.coords_count() <= FEW {
        return shape.check_validation().map_err(|invalid| AoiError::Invalid(invalid.to_string()));
    }
    let said: f64 = shape.iter().map(Area::unsigned_area).sum();
    let found = shape.union(&MultiPolygon(Vec::new())).unsigned_area();
    if (said - found).abs() <= ROUNDING * found.max(said) {
        Ok(())
    } else {
        Err(AoiError::Invalid("its edges cross, or its parts overlap".into()))
    }
}

#[cfg(test)]
mod tests {
    use geo::{LineString, Polygon};

    use super::*;

    #[test]
    fn large_shapes_are_held_to_the_same_rules() {
        let ring = |x: f64, y: f64, radius: f64, turns: f64| -> LineString<f64> {
            let at = |n: i32| std::f64::consts::TAU * turns * f64::from(n) / 400.0;
            (0..400).map(|n| (x + radius * at(n).cos(), y + radius * at(n).sin())).collect()
        };
        let disc = |x: f64, radius: f64, holes: Vec<LineString<f64>>| Polygon::new(ring(x, 0.0, radius, 1.0), holes);
        let eight: LineString<f64> =
            (0..400).map(|n| f64::from(n) * std::f64::consts::TAU / 400.0).map(|t| (t.sin(), (2.0 * t).sin())).collect();
        for (parts, valid) in [
            (vec![disc(0.0, 5.0, vec![])], true),
            (vec![disc(0.0, 5.0, vec![ring(1.0, 1.0, 2.0, 1.0)]), disc(20.0, 5.0, vec![])], true),
            (vec![disc(0.0, 5.0, vec![ring(4.0, 0.0, 2.0, 1.0)])], false),
            (vec![disc(0.0, 5.0, vec![ring(9.0, 0.0, 2.0, 1.0)])], false),
            (vec![disc(0.0, 5.0, vec![]), disc(1.0, 2.0, vec![])], false),
            (vec![disc(0.0, 5.0, vec![]), disc(9.0, 5.0, vec![])], false),
            (vec![Polygon::new(eight, vec![])], false),
            (vec![Polygon::new(ring(0.0, 0.0, 5.0, 2.0), vec![])], false),
        ] {
            assert_eq!(check(&MultiPolygon(parts.clone())).is_ok(), valid, "{parts:?}");
        }
    }
}
