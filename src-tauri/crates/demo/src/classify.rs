//! The scene classification of one date, right mostly: it misses some thin rims and takes some bright roofs for cloud, as Sen2Cor does.

use rayon::prelude::*;

use crate::noise::{gradient, hash, unit};
use crate::observe::Look;
use crate::sky::{CELL, Sky};

/// Cloud that hides less of the ground than this is a rim, which may be missed.
pub(crate) const RIM: f32 = 0.35;
/// Cloud that hides more is of high probability (class 9), less of medium (class 8).
const THICK: f32 = 0.6;

/// Sentinel-2 scene classification at 20 m.
pub(crate) fn classify(look: &Look, missed_rims: f64, commission: f64) -> Vec<u8> {
    let half = look.sky.half;
    let mut out = vec![0; half * half];
    out.par_chunks_mut(half).enumerate().for_each(|(row, line)| {
        for (column, class) in line.iter_mut().enumerate() {
            if !look.missing(column, row, half) {
                *class = one(look, column, row, missed_rims as f32, commission as f32);
            }
        }
    });
    out
}

fn one(look: &Look, column: usize, row: usize, missed_rims: f32, commission: f32) -> u8 {
    let at = row * look.sky.half + column;
    let ground = look.land.class[at];
    let salt = look.seed ^ look.weather.index.wrapping_mul(0x9E37_79B9);
    let (cumulus, veil) = (Sky::at(&look.sky.cumulus, at), Sky::at(&look.sky.veil, at));
    if look.sky.cloudy(at) {
        let rim = is_rim(look.sky, at);
        return match () {
            () if rim && patch(salt, column, row) < missed_rims => ground,
            () if cumulus < RIM && veil > cumulus => 10,
            () if cumulus < THICK => 8,
            () => 9,
        };
    }
    if look.sky.shaded(at) {
        return 3;
    }
    // A roof is judged as a whole: one throw for every 80 m.
    if look.land.roof[at] && unit(hash(salt ^ 0x400F, column as i32 / 4, row as i32 / 4)) < commission {
        return 8;
    }
    ground
}

/// Whether a pixel is the thin rim of a cumulus.
pub(crate) fn is_rim(sky: &Sky, at: usize) -> bool {
    sky.cloudy(at) && Sky::at(&sky.cumulus, at) < RIM && Sky::at(&sky.veil, at) <= crate::sky::CLOUDY
}

/// One throw for patches of some 100 m with wavy borders: rims are missed in stretches, not pixel by pixel.
fn patch(salt: u32, column: usize, row: usize) -> f32 {
    let (x, y) = (column as f64 * CELL, row as f64 * CELL);
    let wave = |n: u32| 40.0 * f64::from(gradient(salt ^ n, x / 90.0, y / 90.0));
    let (u, v) = ((x + wave(1)) / 100.0 + 64.0, (y + wave(2)) / 100.0 + 64.0);
    unit(hash(salt ^ 0x41B, u as i32, v as i32))
}

/// What is really in the sky at 20 m: 0 clear, 1 cloud, 2 shadow, 255 not seen.
pub(crate) fn truth(look: &Look) -> Vec<u8> {
    let half = look.sky.half;
    let of = |at: usize| match () {
        () if look.missing(at % half, at / half, half) => 255,
        () if look.sky.cloudy(at) => 1,
        () if look.sky.shaded(at) => 2,
        () => 0,
    };
    (0..half * half).into_par_iter().map(of).collect()
}
