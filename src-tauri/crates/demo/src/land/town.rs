//! Towns and villages: streets, blocks, houses with gardens, parks, and large bright halls at the edge.

use super::relief::Relief;
use super::spectra::*;
use super::surface::Ground;
use crate::noise::{gradient, hash, mix, smooth, unit};

/// Streets run this far apart, metres.
const BLOCK: (f64, f64) = (112.0, 84.0);
const TURN: (f64, f64) = (0.9285, 0.3714);

/// `None` where the countryside reaches into the town.
pub(super) fn ground(seed: u32, x: f64, y: f64, r: &Relief) -> Option<Ground> {
    let seed = seed ^ 0x70_3713;
    let bend = |salt: u32| 26.0 * f64::from(gradient(seed ^ salt, x / 520.0, y / 520.0));
    let (u, v) = (x * TURN.0 + y * TURN.1 + bend(1), y * TURN.0 - x * TURN.1 + bend(2));
    let (bu, bv) = ((u / BLOCK.0).floor(), (v / BLOCK.1).floor());
    let (column, row) = (bu as i32, bv as i32);
    let block = hash(seed, column, row);
    // Single blocks at the edge stay fields.
    if unit(hash(block, 1, 0)) > 0.35 + 4.0 * r.built {
        return None;
    }
    let (iu, iv) = (u - bu * BLOCK.0, v - bv * BLOCK.1);
    let half = |line: i32| if line.rem_euclid(4) == 0 { 8.0 } else { 4.5 };
    let street = iu < half(column) || iu > BLOCK.0 - half(column + 1) || iv < half(row) || iv > BLOCK.1 - half(row + 1);
    if street {
        let trees = column.rem_euclid(4) == 0 && gradient(seed ^ 3, x / 14.0, y / 14.0) > 0.25;
        return Some(Ground::still(if trees { blend(&ASPHALT, &BROADLEAF, 0.6) } else { scale(&ASPHALT, 1.0 + 0.06 * r.patch) }));
    }
    let kind = unit(hash(block, 2, 0));
    if kind < 0.07 {
        return Some(park(seed, x, y));
    }
    if kind < 0.17 && r.built < 0.45 {
        return Some(hall(block, iu, iv));
    }
    Some(house(seed, block, (iu, iv), r))
}

fn park(seed: u32, x: f64, y: f64) -> Ground {
    let trees = smooth(-0.1, 0.3, gradient(seed ^ 4, x / 31.0, y / 31.0));
    Ground { season: 25, ..Ground::still(blend(&PASTURE, &BROADLEAF, 0.9 * trees)) }
}

/// A hall of some 80 by 50 m on a paved yard; most roofs are white.
fn hall(block: u32, u: f64, v: f64) -> Ground {
    let inside = (14.0..98.0).contains(&u) && (14.0..66.0).contains(&v);
    if !inside {
        return Ground::still(blend(&CONCRETE, &ASPHALT, unit(hash(block, 3, 0))));
    }
    let bright = unit(hash(block, 4, 0)) < 0.7;
    let ridge = if (u / 14.0) as i32 % 2 == 0 { 1.04 } else { 0.95 };
    let roof = if bright { scale(&ROOF_WHITE, 0.92 + 0.4 * unit(hash(block, 5, 0))) } else { ROOF_GREY };
    Ground { bright_roof: bright, ..Ground::still(scale(&roof, ridge)) }
}

fn house(seed: u32, block: u32, (u, v): (f64, f64), r: &Relief) -> Ground {
    const LOT: f64 = 24.0;
    let (column, row) = ((u / LOT) as i32, (v / LOT) as i32);
    let lot = hash(block, column, row);
    let (iu, iv) = (u - f64::from(column) * LOT, v - f64::from(row) * LOT);
    let dense = smooth(0.15, 0.7, r.built);
    let margin = f64::from(mix(6.5, 2.0, dense)) + 2.0 * f64::from(unit(hash(lot, 1, 0)));
    let stands = unit(hash(lot, 2, 0)) < mix(0.62, 0.93, dense);
    if !stands || iu < margin || iv < margin || iu > LOT - margin || iv > LOT - margin {
        let trees = smooth(0.0, 0.4, gradient(seed ^ 5, u / 15.0 + f64::from(block & 1023), v / 15.0));
        let yard = blend(&GARDEN, &CONCRETE, dense * 0.75);
        return Ground { season: 15, ..Ground::still(blend(&yard, &BROADLEAF, 0.8 * trees)) };
    }
    let roof = match unit(hash(lot, 3, 0)) {
        v if v < 0.52 => ROOF_TILE,
        v if v < 0.78 => ROOF_GREY,
        v if v < 0.95 => ROOF_DARK,
        _ => ROOF_WHITE,
    };
    let bright_roof = roof == ROOF_WHITE;
    // The side of the roof towards the light is brighter.
    let side = if iu + iv > LOT { 1.10 } else { 0.90 };
    Ground { bright_roof, ..Ground::still(scale(&roof, side * (0.9 + 0.2 * unit(hash(lot, 4, 0))))) }
}
