//! What may enter a composite at all: of the pixels that masks call clear, the cautious choice.
//!
//! Masks miss. Next to cloud the ground is brightened for a kilometre although every mask calls it clear, thin cloud and small shadows are
//! overlooked, and every scene has its own haze. So before looks are mixed,
//!
//! 1. [`balance`] brings them to one level, with a few numbers per look that are found once for the whole area, on coarse pixels;
//! 2. [`select`] takes each pixel from the looks that are farthest from cloud, by the graded distances of the recipe, and drops what differs
//!    from its own series as cloud and shadow do.
//!
//! Step 2 never looks at neighbours, so it does not matter how the output is cut into blocks. Nothing here depends on the order in which
//! looks are given, and everything is integer arithmetic, or such of floats as every CPU does alike.

pub mod balance;
mod pick;
mod screen;
#[cfg(test)]
mod tests;

use super::look::LookPixels;

/// What is compiled for each kind of CPU, see `ffi_cpu.rs`.
pub(crate) mod kernels {
    pub(crate) use super::pick::{Piece, choose, keep, levels};
    pub(crate) use super::screen::{beyond, departures, forgive};
}

/// Which of the bands of looks are which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles {
    /// Blue.
    pub blue: Option<usize>,
    /// Green.
    pub green: Option<usize>,
    /// Red.
    pub red: Option<usize>,
    /// Near infrared.
    pub nir: Option<usize>,
    /// Short-wave infrared.
    pub swir: Option<usize>,
}

/// How cautious to be. Of several grades the first takes three looks, so that one that looks through haze is not taken for the ground; any
/// other takes one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clean {
    /// Distances from unusable pixels in units of the distance byte (20 m), most cautious first; a pixel reaches a grade when it is
    /// farther away. The last is the least distance at which a pixel is used at all. Empty: every pixel is as good as any other.
    pub grades: Vec<u8>,
    /// Whether pixels that differ from their series as cloud and shadow do are dropped.
    pub screen: bool,
}

/// How each pixel came to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chosen {
    /// 0: no look has anything. From 1: the number of the grade that its looks reach, 1 being the most cautious. The number of grades + 1: no
    /// look passed the screening, and what is farthest from cloud was taken all the same. (Without grades: 1 and 2.)
    pub grade: Vec<u8>,
    /// Number of looks that screening dropped, at most 255.
    pub rejected: Vec<u8>,
}

impl Clean {
    /// Of a recipe's distances in metres. A distance byte counts 20 m, so grades are rounded down to that; beyond 5080 m nothing is known.
    pub fn new(graded_buffers_m: &[f64], screen: bool) -> Self {
        Self { grades: graded_buffers_m.iter().map(|m| (m / 20.0).floor().clamp(0.0, 254.0) as u8).collect(), screen }
    }
}

/// Pixels in work at a time: everything about a dozen looks at so many pixels stays in a core's own cache.
const PIECE: usize = 2048;

/// Sets to 0 whatever must not enter a composite, and says how each pixel came to be.
///
/// All looks hold the same bands and pixels; those that are as far from cloud as their grade asks stay as they are. A look that lacks a band
/// at a pixel counts there as the least cautious of all. Where [`Chosen::grade`] is not 0, at least one look keeps its pixel.
///
/// # Panics
/// When looks differ in their number of bands or pixels, or a role names a band that is not there.
pub fn select(looks: &mut [LookPixels], roles: &Roles, options: &Clean) -> Chosen {
    let pixels = looks.first().and_then(|l| l.bands.first()).map_or(0, Vec::len);
    let equal = |l: &LookPixels| l.bands.iter().all(|b| b.len() == pixels) && (l.distance.is_empty() || l.distance.len() == pixels);
    assert!(looks.iter().all(|l| l.bands.len() == looks[0].bands.len() && equal(l)), "equal looks");
    let mut chosen = Chosen { grade: vec![0; pixels], rejected: vec![0; pixels] };
    let mut order: Vec<usize> = (0..looks.len()).collect();
    order.sort_by_key(|i| (looks[*i].number, *i));
    let grades = if options.grades.is_empty() { &[0] } else { options.grades.as_slice() };
    let mut piece = pick::Piece::new(looks.len());
    let mut screen = (options.screen && looks.len() >= screen::LEAST).then(|| screen::Screen::new(looks.len(), roles));
    for from in (0..pixels).step_by(PIECE) {
        let here = from..(from + PIECE).min(pixels);
        piece.load(looks, &order, here.clone(), grades);
        if let Some(screen) = &mut screen {
            screen.run(looks, &order, here.clone(), &mut piece, grades);
        }
        piece.choose(grades, &mut chosen.grade[here.clone()], &mut chosen.rejected[here.clone()]);
        piece.apply(looks, &order, here);
    }
    chosen
}
