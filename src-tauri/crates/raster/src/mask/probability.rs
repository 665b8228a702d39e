//! Sen2Cor's probabilities of cloud and snow, percent. 0 is a value; numbers above 100, which masks that were packed with loss hold, count as
//! 100.

use swath_domain::{MaskStep, PixelClass};

use super::codes::code;

/// Pixels of the probability or more become cloud, whatever else was measured there.
pub(super) fn cloud(codes: &mut [u8], percent: &[u16], least: u8, step: &MaskStep) {
    let cloud = code(PixelClass::Cloud, step);
    raise(codes, percent, least, cloud, |class| class != PixelClass::NoData);
}

/// Clear pixels of the probability or more become snow.
pub(super) fn snow(codes: &mut [u8], percent: &[u16], least: u8, step: &MaskStep) {
    let snow = code(PixelClass::Snow, step);
    raise(codes, percent, least, snow, |class| matches!(class, PixelClass::Clear | PixelClass::Water));
}

fn raise(codes: &mut [u8], percent: &[u16], least: u8, to: u8, of: impl Fn(PixelClass) -> bool) {
    let applies: [bool; 256] = std::array::from_fn(|code| of(super::codes::class(code as u8)));
    for (code, percent) in codes.iter_mut().zip(percent) {
        if *percent >= u16::from(least) && applies[usize::from(*code)] {
            *code = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PixelClass::*;

    #[test]
    fn probabilities_add_cloud_and_snow_and_never_invent_data() {
        let step = MaskStep::default();
        let check = |was: PixelClass, percent: u16, as_cloud: PixelClass, as_snow: PixelClass| {
            let mut codes = [code(was, &step)];
            cloud(&mut codes, &[percent], 40, &step);
            assert_eq!(codes, [code(as_cloud, &step)], "{was} {percent}");
            let mut codes = [code(was, &step)];
            snow(&mut codes, &[percent], 40, &step);
            assert_eq!(codes, [code(as_snow, &step)], "{was} {percent}");
        };
        for percent in [0, 39] {
            PixelClass::ALL.into_iter().for_each(|class| check(class, percent, class, class));
        }
        // 106 stands in a real mask.
        for percent in [40, 100, 106, 255] {
            check(NoData, percent, NoData, NoData);
            check(Clear, percent, Cloud, Snow);
            check(Water, percent, Cloud, Snow);
            check(Cloud, percent, Cloud, Cloud);
            check(Shadow, percent, Cloud, Shadow);
            check(Saturated, percent, Cloud, Saturated);
        }
    }
}
