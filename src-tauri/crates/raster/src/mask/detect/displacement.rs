//! Sentinel-2's near-infrared bands see the ground at slightly different moments and angles: what is high lies elsewhere in each.
//!
//! B07 and B8A are neighbours on the focal plane, B08 is far from both. Over the ground B08 and B8A, nearly of one colour, agree and B07 differs;
//! at the edges of clouds B08 and B8A differ. With R1 = B07 / B8A, R2 = B08 / B8A and their variances V in 7 x 7 pixels of 20 m the
//! displacement index (V1 - V2) / (V1 + V2) is negative for what is high and positive for the ground (Frantz et al. 2018).

use super::Parallax;
use super::cloud::Clouds;
use super::morphology::{dilate, grow_inside, objects};
use super::spectrum::Scene;

/// Surely high.
const HIGH: f32 = -0.5;
/// High when it touches what is surely high.
const RATHER_HIGH: f32 = -0.25;
/// Brighter than this, ground is what cloud is mistaken for.
const BRIGHT: (f32, f32) = (0.08, 0.15);
/// Summed variances below this are noise: nothing can be told.
const TEXTURE: f32 = 2e-5;
/// Half of the 7 x 7 window.
const HALF: usize = 3;

/// Takes from the clouds what stands on the ground.
pub(super) fn keep_displaced(scene: &Scene, parallax: &Parallax, clouds: &mut Clouds) {
    let (width, len) = (scene.given.width, scene.len());
    let near = index(scene, parallax, 0);
    let wide = index(scene, parallax, scene.pixels(120.0));
    let candidate = clouds.opaque.clone();
    let sure: Vec<bool> = (0..len).map(|i| candidate[i] && (near[i].is_some_and(|d| d <= HIGH) || clouds.cirrus[i])).collect();
    let room: Vec<bool> = (0..len).map(|i| candidate[i] && near[i].or(wide[i]).is_none_or(|d| d < RATHER_HIGH)).collect();
    let mut high = sure.clone();
    grow_inside(&mut high, &room, width, width.max(scene.given.height));
    // Windows reach beyond the edges of clouds and miss their even inside, which wider windows see.
    let wide_room: Vec<bool> = (0..len).map(|i| candidate[i] && wide[i].is_none_or(|d| d < 0.0)).collect();
    grow_inside(&mut high, &wide_room, width, width.max(scene.given.height));
    let high = dilate(&high, width, scene.pixels(60.0));
    for object in objects(&candidate, width) {
        let pixels = || object.iter().map(|i| *i as usize);
        let told = pixels().filter(|i| near[*i].is_some()).count();
        if told * 2 < object.len() {
            continue;
        }
        let is_high = pixels().any(|i| sure[i]);
        for i in pixels().filter(|i| !high[*i]) {
            let spectrum = scene.at(i);
            let like_ground = spectrum.hot() > BRIGHT.0 && spectrum.visible() > BRIGHT.1;
            clouds.opaque[i] = is_high && !like_ground;
        }
    }
}

/// The index of every pixel of the scene, its variances summed over so many pixels around; `None` where there is too little texture.
pub(super) fn index(scene: &Scene, parallax: &Parallax, around: usize) -> Vec<Option<f32>> {
    let (width, height) = (scene.given.width, scene.given.height);
    let mut sums = vec![(0.0f32, 0.0f32, 0u32); width * height];
    let mut strip = Strip::new(parallax);
    for y in 0..parallax.height {
        let row = (y * height / parallax.height.max(1)).min(height - 1) * width;
        strip.variances(y, |x, v1, v2| {
            let sum = &mut sums[row + (x * width / parallax.width).min(width - 1)];
            *sum = (sum.0 + v1, sum.1 + v2, sum.2 + 1);
        });
    }
    if around > 0 {
        sums = boxed(&sums, width, around);
    }
    let index = |(v1, v2, n): &(f32, f32, u32)| (*n > 0 && v1 + v2 > TEXTURE * *n as f32).then(|| (v1 - v2) / (v1 + v2));
    sums.iter().map(index).collect()
}

/// Sums over squares of `2 * around + 1` pixels.
fn boxed(values: &[(f32, f32, u32)], width: usize, around: usize) -> Vec<(f32, f32, u32)> {
    let height = values.len() / width;
    let add = |a: (f32, f32, u32), b: &(f32, f32, u32)| (a.0 + b.0, a.1 + b.1, a.2 + b.2);
    let span = |at: usize, of: usize| at.saturating_sub(around)..(at + around + 1).min(of);
    let across = |i: usize| values[i / width * width..][span(i % width, width)].iter().fold((0.0, 0.0, 0), add);
    let across: Vec<_> = (0..values.len()).map(across).collect();
    let down = |i: usize| span(i / width, height).fold((0.0, 0.0, 0), |sum, y| add(sum, &across[y * width + i % width]));
    (0..values.len()).map(down).collect()
}

/// The last rows of both ratios, so that a whole scene at 20 m need not be held twice.
struct Strip<'a> {
    of: &'a Parallax<'a>,
    fine: bool,
    rows: Vec<Vec<Option<(f32, f32)>>>,
    next: usize,
}

impl<'a> Strip<'a> {
    fn new(of: &'a Parallax<'a>) -> Self {
        Self { of, fine: of.nir.len() == of.width * of.height * 4, rows: vec![Vec::new(); 2 * HALF + 1], next: 0 }
    }

    /// Both ratios of a row; `None` where a band is missing or saturated.
    fn ratios(&self, y: usize) -> Vec<Option<(f32, f32)>> {
        let width = self.of.width;
        let nir = |x: usize| -> Option<f32> {
            let whole = |v: u16| (v > 0 && v < u16::MAX).then_some(f32::from(v));
            if !self.fine {
                return whole(self.of.nir[y * width + x]);
            }
            let at = |dy: usize, dx: usize| whole(self.of.nir[(2 * y + dy) * 2 * width + 2 * x + dx]);
            Some((at(0, 0)? + at(0, 1)? + at(1, 0)? + at(1, 1)?) / 4.0)
        };
        let ratio = |x: usize| {
            let (b07, b8a) = (self.of.rededge3[y * width + x], self.of.nir08[y * width + x]);
            let both = b07 > 0 && b07 < u16::MAX && b8a > 0 && b8a < u16::MAX;
            both.then(|| nir(x).map(|nir| (f32::from(b07) / f32::from(b8a), nir / f32::from(b8a)))).flatten()
        };
        (0..width).map(ratio).collect()
    }

    /// Variances of both ratios in the windows around a row, rows taken one after the other; left out where too little is known.
    fn variances(&mut self, y: usize, mut take: impl FnMut(usize, f32, f32)) {
        let kept = self.rows.len();
        while self.next < (y + HALF + 1).min(self.of.height) {
            self.rows[self.next % kept] = self.ratios(self.next);
            self.next += 1;
        }
        let rows = y.saturating_sub(HALF)..(y + HALF + 1).min(self.of.height);
        // Sums of a column of the window; the window slides along the row.
        let column = |x: usize| {
            let mut sum = Moments::default();
            rows.clone().filter_map(|y| self.rows[y % kept][x]).for_each(|ratios| sum.add(ratios));
            sum
        };
        let columns: Vec<Moments> = (0..self.of.width).map(column).collect();
        let mut window = Moments::default();
        columns.iter().take(HALF).for_each(|c| window.join(c, 1.0));
        for x in 0..self.of.width {
            if let Some(entering) = columns.get(x + HALF) {
                window.join(entering, 1.0);
            }
            if let Some(leaving) = x.checked_sub(HALF + 1) {
                window.join(&columns[leaving], -1.0);
            }
            if self.rows[y % kept][x].is_some() && window.n > 8.0 {
                let (v1, v2) = window.variances();
                take(x, v1, v2);
            }
        }
    }
}

/// Sums of ratios and of their squares. In 64 bits, since entering and leaving again must leave nothing behind.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    n: f64,
    sums: [f64; 4],
}

impl Moments {
    fn add(&mut self, (r1, r2): (f32, f32)) {
        let (r1, r2) = (f64::from(r1), f64::from(r2));
        self.join(&Self { n: 1.0, sums: [r1, r1 * r1, r2, r2 * r2] }, 1.0);
    }

    fn join(&mut self, other: &Self, sign: f64) {
        self.n += sign * other.n;
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| *a += sign * b);
    }

    fn variances(&self) -> (f32, f32) {
        let [a, aa, b, bb] = self.sums.map(|s| s / self.n);
        ((aa - a * a).max(0.0) as f32, (bb - b * b).max(0.0) as f32)
    }
}
