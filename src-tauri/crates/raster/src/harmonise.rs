//! From stored numbers to reflectance times 10 000.

use swath_domain::Radiometry;

/// Turns stored numbers into reflectance times 10 000 in place. 0 and the radiometry's own nodata become 0, before any arithmetic; valid
/// numbers end between 1 and 65 535 and so never become nodata.
pub fn harmonise(pixels: &mut [u16], radiometry: &Radiometry) {
    let missing = radiometry.nodata.filter(|n| n.fract() == 0.0 && (0.0..=65_535.0).contains(n)).map_or(0, |n| n as u16);
    if let Some(shift) = radiometry.integer_shift() {
        if shift == 0 && missing == 0 {
            return;
        }
        for p in pixels {
            let valid = (*p != 0) & (*p != missing);
            let shifted = (i32::from(*p) - shift).clamp(1, 65_535) as u16;
            *p = if valid { shifted } else { 0 };
        }
        return;
    }
    // A table costs 65 536 evaluations and then one look-up per pixel.
    if pixels.len() > usize::from(u16::MAX) {
        let mut table: Vec<u16> = (0..=u16::MAX).map(|stored| radiometry.harmonised(stored)).collect();
        table[0] = 0;
        pixels.iter_mut().for_each(|p| *p = table[usize::from(*p)]);
    } else {
        pixels.iter_mut().for_each(|p| *p = if *p == 0 { 0 } else { radiometry.harmonised(*p) });
    }
}

#[cfg(test)]
mod tests {
    use swath_domain::Evidence;

    use super::*;

    #[test]
    fn the_fast_ways_agree_with_the_definition() {
        for (scale, offset, nodata) in [
            (0.0001, -0.1, Some(0.0)),
            (0.0001, 0.0, Some(0.0)),
            (0.0001, 0.1, Some(65_535.0)),
            (0.000_027_5, -0.2, Some(0.0)),
            (0.001, 0.0, None),
        ] {
            let radiometry = Radiometry { scale, offset, nodata, evidence: Evidence::Metadata };
            let expected: Vec<u16> = (0..=u16::MAX).map(|p| if p == 0 { 0 } else { radiometry.harmonised(p) }).collect();
            let mut whole: Vec<u16> = (0..=u16::MAX).collect();
            harmonise(&mut whole, &radiometry);
            assert_eq!(whole, expected, "{radiometry:?}");
            let mut few: Vec<u16> = vec![0, 1, 999, 1000, 1001, 65_534, 65_535];
            harmonise(&mut few, &radiometry);
            let wanted: Vec<u16> = [0usize, 1, 999, 1000, 1001, 65_534, 65_535].iter().map(|p| expected[*p]).collect();
            assert_eq!(few, wanted, "{radiometry:?}");
        }
    }
}
