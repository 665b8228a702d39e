//! Numbers between pixels.

use swath_domain::Window;

/// How a number is found at a place between pixel centres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampling {
    /// That of the pixel in which it lies.
    Nearest,
    /// Between the valid ones of the four pixels around it, as long as the pixel in which it lies is valid.
    Bilinear,
}

/// Calls `found` with the number of each place and its value, or `None` where there is no data.
pub(super) fn sample(
    pixels: &[u16],
    window: Window,
    places: &[(usize, f64, f64)],
    missing: Option<f64>,
    sampling: Sampling,
    mut found: impl FnMut(usize, Option<u16>),
) {
    let (width, height) = (i64::from(window.width), i64::from(window.height));
    let missing = missing.filter(|m| m.fract() == 0.0 && (0.0..65_536.0).contains(m)).map(|m| m as u16);
    let at = |x: i64, y: i64| {
        let inside = (0..width).contains(&x) && (0..height).contains(&y);
        inside.then(|| pixels[(y * width + x) as usize]).filter(|value| Some(*value) != missing)
    };
    for &(number, x, y) in places {
        // Not-a-number becomes a place outside.
        let own = if x.is_finite() && y.is_finite() { at(x.floor() as i64, y.floor() as i64) } else { None };
        let (Some(own), Sampling::Bilinear) = (own, sampling) else {
            found(number, own);
            continue;
        };
        let (left, top) = ((x - 0.5).floor(), (y - 0.5).floor());
        let (u, v) = (x - 0.5 - left, y - 0.5 - top);
        let (mut sum, mut weight) = (0.0, 0.0);
        for (dx, dy, share) in [(0, 0, (1.0 - u) * (1.0 - v)), (1, 0, u * (1.0 - v)), (0, 1, (1.0 - u) * v), (1, 1, u * v)] {
            if let Some(value) = at(left as i64 + dx, top as i64 + dy) {
                sum += share * f64::from(value);
                weight += share;
            }
        }
        found(number, Some(if weight > 0.0 { (sum / weight).round() as u16 } else { own }));
    }
}
