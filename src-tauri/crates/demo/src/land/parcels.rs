//! Farmland: blocks of parcels, each block turned its own way, each parcel with its own crop.

use super::relief::Relief;
use super::spectra::*;
use super::surface::Ground;
use crate::noise::{cell, gradient, hash, mix, smooth, uniform, unit};

/// Blocks of parcels are about this far apart, metres.
const BLOCK: f64 = 760.0;

pub(super) fn ground(seed: u32, x: f64, y: f64, r: &Relief) -> Ground {
    let block = cell(seed ^ 0xF1E1D, x / BLOCK, y / BLOCK);
    let (px, py) = (f64::from(block.dx) * BLOCK, f64::from(block.dy) * BLOCK);
    let edge = block.edge * BLOCK as f32;
    let (kind, turn) = (unit(hash(block.id, 1, 0)), f64::from(unit(hash(block.id, 2, 0))) * std::f64::consts::PI);
    if edge < 4.5 {
        return track(block.id, r);
    }
    if edge < 13.0 && block.id.is_multiple_of(3) {
        return hedge(seed, x, y);
    }
    let (u, v) = (px * turn.cos() + py * turn.sin(), py * turn.cos() - px * turn.sin());
    if kind < 0.16 && r.wet < 0.15 {
        return pivot(block.id, px, py, block.distance * BLOCK as f32, r);
    }
    strips(seed, block.id, u, v, r)
}

/// Long parcels side by side, cut across at different lengths.
fn strips(seed: u32, block: u32, u: f64, v: f64, r: &Relief) -> Ground {
    let width = 48.0 + 95.0 * f64::from(unit(hash(block, 3, 0)));
    let length = 170.0 + 280.0 * f64::from(unit(hash(block, 4, 0)));
    let column = (u / width).floor();
    let shift = f64::from(uniform(block, column as i32, 5)) * length;
    let row = ((v + shift) / length).floor();
    let parcel = hash(block, column as i32, row as i32);
    let (across, along) = (u - column * width, v + shift - row * length);
    let border = across.min(width - across).min(along.min(length - along) * 1.5);
    if border < 1.6 {
        return if parcel & 12 == 0 { hedge(seed, u, v) } else { Ground::still(blend(&PASTURE, &TRACK, 0.45)) };
    }
    let crop = choose(parcel, r);
    // Every tenth parcel or so is half worked: one side already another crop.
    let other = if parcel.is_multiple_of(11) && across > width * 0.5 { choose(hash(parcel, 9, 9), r) } else { crop };
    grow(other, parcel, u, v, r)
}

/// A circle under an irrigation arm, with its track and sectors.
fn pivot(block: u32, px: f64, py: f64, distance: f32, r: &Relief) -> Ground {
    let radius = 215.0 + 60.0 * unit(hash(block, 6, 0));
    if distance > radius {
        return grow(&CROPS[11], hash(block, 7, 0), px, py, r);
    }
    if distance > radius - 5.0 || distance < 5.0 {
        return Ground::still(TRACK);
    }
    let sectors = 1 + (block >> 5) % 3;
    let angle = (py.atan2(px) / std::f64::consts::TAU + 1.0 + f64::from(unit(block))) * f64::from(sectors);
    let parcel = hash(block, 8, angle as i32 % sectors as i32);
    let rings = 1.0 + 0.03 * (distance * std::f32::consts::TAU / 42.0).sin();
    let mut ground = grow(&CROPS[1 + (parcel % 5) as usize], parcel, px, py, r);
    ground.spectrum = scale(&ground.spectrum, rings);

    ground
}

/// Wet ground takes from the beginning of the list of crops, dry ground from its end.
fn choose(parcel: u32, r: &Relief) -> &'static Crop {
    let middle = mix(9.0, 2.5, smooth(-0.7, 0.9, r.wet));
    let spread = (unit(hash(parcel, 1, 1)) + unit(hash(parcel, 2, 2)) - 1.0) * 6.5;
    &CROPS[((middle + spread).round().clamp(0.0, 11.0)) as usize]
}

fn grow(crop: &Crop, parcel: u32, u: f64, v: f64, r: &Relief) -> Ground {
    let vigour = 1.0 + 0.20 * (unit(hash(parcel, 3, 3)) - 0.5);
    let rows = crop.rows * ((u * std::f64::consts::TAU / 33.0).sin() as f32);
    let soil = 0.06 * r.patch + 0.025 * gradient(parcel, u / 31.0, v / 31.0);
    let light = (vigour + rows + soil) * (1.0 + 0.22 * r.shade);
    // Greener where the soil is better: nir up, red down.
    let green = 0.07 * r.patch * f32::from(crop.season.abs().max(10)) / 100.0;
    let mut spectrum = scale(&crop.spectrum, light);
    spectrum[3] *= 1.0 + green;
    spectrum[2] *= 1.0 - green;
    Ground { season: crop.season, ..Ground::still(spectrum) }
}

fn track(block: u32, r: &Relief) -> Ground {
    Ground::still(scale(&TRACK, 0.85 + 0.25 * unit(hash(block, 11, 0)) + 0.06 * r.patch))
}

fn hedge(seed: u32, x: f64, y: f64) -> Ground {
    let gaps = smooth(-0.5, 0.1, gradient(seed ^ 0x4ED6E, x / 28.0, y / 28.0));
    Ground { season: 25, ..Ground::still(blend(&PASTURE, &BROADLEAF, gaps)) }
}
