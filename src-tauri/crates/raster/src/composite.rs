//! Many looks become one image.

mod look;
mod nearest;
mod network;
#[cfg(test)]
mod tests;

use swath_domain::CompositeMethod;

use crate::ffi;
pub use look::{About, LookPixels};
pub(crate) use nearest::{Look, nearest};
pub(crate) use network::{Network, medians};

/// Pixels composed together: all bands of a dozen looks at so many pixels stay in a core's own cache between median and comparison.
const PIECE: usize = 4096;

/// One image, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Composite {
    /// One vector per band; 0 where no look is valid.
    pub bands: Vec<Vec<u16>>,
    /// Number of looks of which all bands are valid.
    pub count: Vec<u16>,
    /// Number of the look with all bands valid whose bands lie nearest to the composite by the sum of absolute differences, the
    /// first of several that are equally near; 0 where `count` is 0.
    pub source: Vec<u16>,
}

/// Makes one image of looks. All looks hold the same bands and pixels; without looks the image is empty.
///
/// # Panics
/// When looks differ in their number of bands or pixels.
pub fn compose(looks: &[LookPixels], method: CompositeMethod) -> Composite {
    let Some(first) = looks.first() else {
        return Composite::default();
    };
    let pixels = first.bands.first().map_or(0, Vec::len);
    assert!(looks.iter().all(|l| l.bands.len() == first.bands.len() && l.bands.iter().all(|b| b.len() == pixels)), "equal looks");
    let network = network_for(looks.len());
    let mut made = Composite { bands: vec![vec![0; pixels]; first.bands.len()], count: vec![0; pixels], source: vec![0; pixels] };
    let seen: Vec<Look> = looks.iter().map(|look| Look { number: look.number, bands: &look.bands }).collect();
    for from in (0..pixels).step_by(PIECE) {
        let here = from..(from + PIECE).min(pixels);
        for (band, out) in made.bands.iter_mut().enumerate() {
            let of_band: Vec<&[u16]> = looks.iter().map(|look| &look.bands[band][here.clone()]).collect();
            match method {
                CompositeMethod::Median => median_by(network.as_ref(), &of_band, &mut out[here.clone()]),
            }
        }
        ffi::nearest(&seen, &made.bands, from, &mut made.count[here.clone()], &mut made.source[here]);
    }
    made
}

/// Median of each pixel over the looks that have it (are not 0): the middle one, or the mean of the two middle ones with halves rounded to
/// even; 0 where no look has it.
///
/// # Panics
/// When a look has not as many pixels as `out`.
pub fn median(looks: &[&[u16]], out: &mut [u16]) {
    assert!(looks.iter().all(|look| look.len() == out.len()), "looks of equal size");
    median_by(network_for(looks.len()).as_ref(), looks, out);
}

fn network_for(looks: usize) -> Option<Network> {
    (2..=network::MOST).contains(&looks).then(|| Network::new(looks))
}

fn median_by(network: Option<&Network>, looks: &[&[u16]], out: &mut [u16]) {
    match (looks, network) {
        ([], _) => out.fill(0),
        ([only], _) => out.copy_from_slice(only),
        (few, Some(network)) => ffi::medians(few, out, network),
        (many, None) => median_of_many(many, out),
    }
}

/// Without a network, which would no longer fit the fastest cache: pixel by pixel.
fn median_of_many(looks: &[&[u16]], out: &mut [u16]) {
    let mut valid = Vec::with_capacity(looks.len());
    for (at, out) in out.iter_mut().enumerate() {
        valid.clear();
        valid.extend(looks.iter().map(|look| look[at]).filter(|v| *v != 0));
        *out = match valid.len() {
            0 => 0,
            n => {
                let (below, high, _) = valid.select_nth_unstable(n / 2);
                let low = if n % 2 == 1 { *high } else { below.iter().copied().max().unwrap_or(*high) };
                network::halves_to_even(low, *high)
            }
        };
    }
}
