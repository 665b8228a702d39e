//! Sentinel-2's scene classification (SCL).

use swath_domain::{MaskStep, PixelClass};

use super::codes::DROPPED;

/// The codes of its numbers: the class each stands for, dropped for its class or for the number itself.
pub(super) fn codes(step: &MaskStep) -> [u8; 256] {
    std::array::from_fn(|number| {
        let class = PixelClass::of_scl(number as u8);
        class as u8 | if step.drops_scl(number as u8, class) { DROPPED } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use swath_domain::Dropped;

    use super::*;

    #[test]
    fn every_number_has_a_class_and_is_dropped_by_either() {
        let check = |drop: Vec<Dropped>, dropped: &[u8]| {
            let codes = codes(&MaskStep { drop, ..MaskStep::default() });
            let got: Vec<u8> = (0..=12).filter(|number| codes[usize::from(*number)] & DROPPED != 0).collect();
            assert_eq!(got, dropped);
        };
        // 12 does not exist; masks that were packed with loss hold it.
        check(MaskStep::default_drop(), &[0, 1, 3, 8, 9, 10, 12]);
        check(vec![], &[0]);
        check([1, 3, 7, 8, 9, 10].map(Dropped::Scl).to_vec(), &[0, 1, 3, 7, 8, 9, 10]);
        check(vec![Dropped::Class(PixelClass::Snow), Dropped::Scl(2)], &[0, 2, 11]);
        let classes: Vec<&str> = (0..=12).map(|number| PixelClass::of_scl(number).name()).collect();
        assert_eq!(classes.join(" "), "nodata saturated clear shadow clear clear water clear cloud cloud cirrus snow saturated");
    }
}
