//! Noise from integer hashes: a pure function of seed and place, so that every pixel can be made alone, in any order, by any thread.

/// Well-mixed bits of a seed and two integers.
#[inline]
pub(crate) fn hash(seed: u32, x: i32, y: i32) -> u32 {
    let mut h = seed ^ (x as u32).wrapping_mul(0x9E37_79B1);
    h = (h ^ (h >> 15)).wrapping_mul(0x85EB_CA77);
    h = h.wrapping_add((y as u32).wrapping_mul(0xC2B2_AE3D));
    h = (h ^ (h >> 16)).wrapping_mul(0x7FEB_352D);
    h = (h ^ (h >> 15)).wrapping_mul(0x846C_A68B);
    h ^ (h >> 16)
}

/// Bits as a number from 0 to 1.
#[inline]
pub(crate) fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// `hash` as a number from 0 to 1.
#[inline]
pub(crate) fn uniform(seed: u32, x: i32, y: i32) -> f32 {
    unit(hash(seed, x, y))
}

/// Nearly normal noise, mean 0, deviation 1, never beyond 3.5: the sum of four uniform bytes.
#[inline]
pub(crate) fn normal(bits: u32) -> f32 {
    let sum = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24);
    (sum as f32 - 510.0) * (1.0 / 147.8)
}

/// `floor` without the library call that the baseline instruction set needs for it.
#[inline]
fn floor(v: f64) -> i32 {
    let i = v as i32;
    i - i32::from(v < f64::from(i))
}

/// Gradient noise with wavelength 1: about -1 to 1, mean 0.
pub(crate) fn gradient(seed: u32, x: f64, y: f64) -> f32 {
    const D: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const DIRECTIONS: [(f32, f32); 8] = [(1.0, 0.0), (D, D), (0.0, 1.0), (-D, D), (-1.0, 0.0), (-D, -D), (0.0, -1.0), (D, -D)];
    let (ix, iy) = (floor(x), floor(y));
    let (fx, fy) = ((x - f64::from(ix)) as f32, (y - f64::from(iy)) as f32);
    let corner = |dx: i32, dy: i32| {
        let (gx, gy) = DIRECTIONS[(hash(seed, ix.wrapping_add(dx), iy.wrapping_add(dy)) & 7) as usize];
        gx * (fx - dx as f32) + gy * (fy - dy as f32)
    };
    let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (u, v) = (fade(fx), fade(fy));
    let (top, bottom) = (mix(corner(0, 0), corner(1, 0), u), mix(corner(0, 1), corner(1, 1), u));
    mix(top, bottom, v) * 1.5
}

/// Fractal noise: octaves of halving wavelength and amplitude, each turned so that the lattice does not show. About -1 to 1.
pub(crate) fn fractal(seed: u32, x: f64, y: f64, octaves: u32) -> f32 {
    let (mut x, mut y, mut amplitude, mut sum) = (x, y, 0.55, 0.0);
    for octave in 0..octaves {
        sum += amplitude * gradient(seed.wrapping_add(octave.wrapping_mul(0x68E3_1DA4)), x, y);
        (x, y) = (1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y - 9.1);
        amplitude *= 0.5;
    }
    sum
}

/// A cell of a jittered lattice with spacing 1.
pub(crate) struct Cell {
    /// Bits of the cell.
    pub(crate) id: u32,
    /// From its centre.
    pub(crate) dx: f32,
    /// From its centre.
    pub(crate) dy: f32,
    /// To the nearest border.
    pub(crate) edge: f32,
    /// To its centre.
    pub(crate) distance: f32,
}

/// The Voronoi cell of a place.
pub(crate) fn cell(seed: u32, x: f64, y: f64) -> Cell {
    let (ix, iy) = (floor(x), floor(y));
    let (fx, fy) = ((x - f64::from(ix)) as f32, (y - f64::from(iy)) as f32);
    let mut best = (f32::MAX, 0, 0.0, 0.0);
    let mut second = (f32::MAX, 0.0, 0.0);
    for cy in -1..=1 {
        for cx in -1..=1 {
            let id = hash(seed, ix.wrapping_add(cx), iy.wrapping_add(cy));
            let (jx, jy) = ((id & 0xFFFF) as f32 / 65_536.0, (id >> 16) as f32 / 65_536.0);
            let (dx, dy) = (fx - cx as f32 - 0.15 - 0.7 * jx, fy - cy as f32 - 0.15 - 0.7 * jy);
            let d = dx * dx + dy * dy;
            if d < best.0 {
                second = (best.0, best.2, best.3);
                best = (d, id, dx, dy);
            } else if d < second.0 {
                second = (d, dx, dy);
            }
        }
    }
    let (_, id, dx, dy) = best;
    let apart = ((second.1 - dx).powi(2) + (second.2 - dy).powi(2)).sqrt().max(1e-6);
    Cell { id, dx, dy, edge: (second.0 - best.0) / (2.0 * apart), distance: best.0.sqrt() }
}

/// From `a` to `b`.
#[inline]
pub(crate) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// 0 below `from`, 1 above `to`, smooth between.
#[inline]
pub(crate) fn smooth(from: f32, to: f32, v: f32) -> f32 {
    let t = ((v - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
