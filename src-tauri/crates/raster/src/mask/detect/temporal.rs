//! What a clear picture of the same ground adds: what became hazier is cloud, what looks the same is none, what became darker may be shadow.
//!
//! After Hagolle et al. 2010. Ground that changed (ploughed, harvested, dried) brightens most in red or in the near infrared, cloud in blue.

use swath_domain::{Band, PixelClass};

use super::cloud::Clouds;
use super::darkness::Darkness;
use super::morphology::majority;
use super::spectrum::{Scene, first};
use super::statistics::{quantile, sample};

/// Rise of haze (HOT) that is cloud.
const RISE: f32 = 0.016;
/// Less change of haze than this is none.
const SAME: f32 = 0.004;
/// From this correlation of 7 x 7 pixels on the ground is seen.
const ALIKE: f32 = 0.9;
/// Differences of the whole picture (another sun, another haze) up to this are evened out.
const EVENED: f32 = 0.02;

/// The scene beside its clear reference.
pub(super) struct Past<'a> {
    blue: &'a [u16],
    red: &'a [u16],
    nir: &'a [u16],
    /// By how much the scene is hazier as a whole.
    hazier: f32,
    /// By how much it is bluer as a whole.
    bluer: f32,
    /// Water and snow, which change by themselves.
    fickle: Vec<bool>,
}

impl<'a> Past<'a> {
    /// `None` without a reference that holds blue, red and a near infrared.
    pub(super) fn new(scene: &Scene<'a>, ground: &[u8], clouds: &Clouds) -> Option<Self> {
        let bands = scene.given.reference?;
        let fickle = ground.iter().map(|class| *class != PixelClass::Clear as u8).collect();
        let (blue, red) = (first(bands, &[Band::Blue])?, first(bands, &[Band::Red])?);
        let nir = first(bands, &[Band::Nir08, Band::Nir])?;
        let mut past = Self { blue, red, nir, hazier: 0.0, bluer: 0.0, fickle };
        let clear = |i: usize| past.known(scene, i) && !clouds.any(i);
        let middle = |value: &dyn Fn(usize) -> f32| quantile(&sample(scene.len(), |i| clear(i).then(|| value(i))), 0.5).unwrap_or(0.0);
        let hazier = middle(&|i| past.rise(scene, i)).clamp(-EVENED, EVENED);
        let bluer = middle(&|i| scene.at(i).blue - past.value(past.blue, i)).clamp(-EVENED, EVENED);
        (past.hazier, past.bluer) = (hazier, bluer);
        Some(past)
    }

    fn known(&self, scene: &Scene, i: usize) -> bool {
        scene.seen[i] && !self.fickle[i] && [self.blue, self.red, self.nir].iter().all(|band| band[i] > 0)
    }

    fn value(&self, band: &[u16], i: usize) -> f32 {
        f32::from(band[i]) * 1e-4
    }

    /// Rise of haze against the reference.
    fn rise(&self, scene: &Scene, i: usize) -> f32 {
        scene.at(i).hot() - (self.value(self.blue, i) - 0.5 * self.value(self.red, i)) - self.hazier
    }

    /// Adds cloud that the scene alone does not show and takes away what the reference shows just so.
    pub(super) fn revise(&self, scene: &Scene, clouds: &mut Clouds) {
        let cloud = |i: usize| {
            if !self.known(scene, i) {
                return clouds.opaque[i];
            }
            let rise = self.rise(scene, i);
            if clouds.opaque[i] {
                return rise.abs() >= SAME || self.correlation(scene, i) <= ALIKE;
            }
            rise > RISE && !self.ground_changed(scene, i)
        };
        let revised: Vec<bool> = (0..scene.len()).map(cloud).collect();
        clouds.opaque = majority(&revised, scene.given.width);
    }

    fn ground_changed(&self, scene: &Scene, i: usize) -> bool {
        let now = scene.at(i);
        let (blue, red, nir) = (self.value(self.blue, i), self.value(self.red, i), self.value(self.nir, i));
        now.red - red > 1.5 * (now.blue - self.bluer - blue) || now.nir / nir > now.blue / blue
    }

    /// Of blue with the reference, over 7 x 7 pixels.
    fn correlation(&self, scene: &Scene, i: usize) -> f32 {
        let (width, height) = (scene.given.width, scene.given.height);
        let (x, y) = (i % width, i / width);
        let (mut n, mut a, mut b, mut aa, mut bb, mut ab) = (0.0f32, 0.0, 0.0, 0.0, 0.0, 0.0);
        // Relative to the middle, so that small differences of large numbers keep their digits.
        let (a0, b0) = (scene.at(i).blue, self.value(self.blue, i));
        for y in y.saturating_sub(3)..(y + 4).min(height) {
            for i in (y * width + x.saturating_sub(3)..y * width + (x + 4).min(width)).filter(|i| self.known(scene, *i)) {
                let (now, then) = (scene.at(i).blue - a0, self.value(self.blue, i) - b0);
                (n, a, b) = (n + 1.0, a + now, b + then);
                (aa, bb, ab) = (aa + now * now, bb + then * then, ab + now * then);
            }
        }
        let spread = ((aa - a * a / n) * (bb - b * b / n)).max(0.0).sqrt();
        if spread > 1e-9 { (ab - a * b / n) / spread } else { 0.0 }
    }

    /// Where the reference is known, what became darker may be shadow, and what is as bright as it was is none.
    pub(super) fn darkened(&self, scene: &Scene, clouds: &Clouds, dark: &mut Darkness) {
        for i in (0..scene.len()).filter(|i| self.known(scene, *i)) {
            let (now, nir) = (scene.at(i), self.value(self.nir, i));
            let bluer = now.blue - self.bluer - self.value(self.blue, i);
            let darkened = now.nir < 0.8 * nir && nir > 0.08 && bluer <= 0.006 && !clouds.any(i);
            let as_bright = now.nir > 0.9 * nir;
            dark.possible[i] = darkened || (dark.possible[i] && !as_bright);
            dark.sure[i] = darkened || (dark.sure[i] && !as_bright);
        }
    }
}
