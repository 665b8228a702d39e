//! What lies on the ground at a place: the crisp part of the landscape, laid over the relief.

use super::relief::{Layout, Relief};
use super::spectra::*;
use super::{parcels, town};
use crate::noise::{fractal, gradient, hash, smooth, uniform};

/// One place of the land.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    /// Reflectance times 10 000 in the middle of the period.
    pub(super) spectrum: Spectrum,
    /// How it changes over the period: -100 ripens, 100 grows.
    pub(super) season: i8,
    /// Sea, river or pond.
    pub(super) water: bool,
    /// A roof as bright as a cloud.
    pub(super) bright_roof: bool,
}

impl Ground {
    pub(super) fn still(spectrum: Spectrum) -> Self {
        Self { spectrum, season: 0, water: false, bright_roof: false }
    }

    fn water(spectrum: Spectrum) -> Self {
        Self { water: true, ..Self::still(spectrum) }
    }
}

impl Layout {
    pub(super) fn ground(&self, x: f64, y: f64, r: &Relief) -> Ground {
        let seed = self.seed ^ 0x51F1_5EED;
        if r.coast < 0.0 {
            return Ground::water(self.sea(x, y, r));
        }
        let from_river = r.river.abs() - r.half_width;
        let from_brook = r.brook.abs() - 8.0;
        if from_river < 0.0 || from_brook < 0.0 {
            let banks = smooth(-25.0, 0.0, from_river);
            let ripple = 1.0 + 0.05 * gradient(seed ^ 1, x / 45.0, y / 45.0);
            return bridge(r).unwrap_or_else(|| Ground::water(scale(&blend(&RIVER, &TURBID, 0.75 * banks + 0.2), ripple)));
        }
        let beach = 35.0 + 45.0 * (0.5 + 0.5 * r.patch).clamp(0.0, 1.2);
        if r.coast < beach {
            let dry = smooth(6.0, 22.0, r.coast);
            let grain = 1.0 + 0.07 * (uniform(seed ^ 2, (x / 5.0) as i32, (y / 5.0) as i32) - 0.5) + 0.05 * r.patch;
            return Ground::still(scale(&blend(&WET_SAND, &SAND, dry), grain));
        }
        let bar = gradient(seed ^ 3, x / 260.0, y / 260.0);
        if from_river < 26.0 * bar {
            return Ground::still(scale(&blend(&WET_SAND, &SAND, 0.45), 1.0 + 0.1 * r.patch));
        }
        if let Some(road) = road(r) {
            return road;
        }
        if r.built > 0.0
            && let Some(ground) = town::ground(self.seed, x, y, r)
        {
            return ground;
        }
        let bank = from_river.min(from_brook);
        let shore_wood = bank < 18.0 + 30.0 * (r.patch + 0.4 * bar).max(-0.4) && gradient(seed ^ 4, x / 90.0, y / 90.0) > -0.35;
        let copse = fractal(seed ^ 5, x / 420.0, y / 420.0, 3) + 0.1 * r.patch;
        if r.coast < beach + 60.0 + 50.0 * r.patch {
            let mottle = 1.0 + 0.25 * gradient(seed ^ 6, x / 24.0, y / 24.0);
            return Ground::still(scale(&blend(&DUNE_GRASS, &SCRUB, smooth(-0.2, 0.7, r.patch)), mottle));
        }
        if r.woods > 0.0 || shore_wood || copse > 0.52 {
            return self.wood(x, y, r);
        }
        if r.woods > -0.16 {
            return self.heath(x, y, r);
        }
        if copse < -0.62 {
            return Ground::water(scale(&POND, 1.0 + 0.1 * r.patch));
        }
        parcels::ground(self.seed, x, y, r)
    }

    fn sea(&self, x: f64, y: f64, r: &Relief) -> Spectrum {
        let out = -r.coast;
        let scale_m = (0.045 * self.side).clamp(120.0, 900.0) as f32;
        let shelf = fractal(self.seed ^ 0x5EA, x / (3.1 * f64::from(scale_m)), y / (3.1 * f64::from(scale_m)), 5);
        let shallow = (-(out / (scale_m * (1.0 + 0.7 * shelf)))).exp();
        let mut water = blend(&DEEP_SEA, &SHALLOW_SEA, shallow);
        let reef = smooth(0.15, 0.5, fractal(self.seed ^ 0x0BEE, x / 330.0, y / 330.0, 4)) * smooth(0.12, 0.4, shallow) * 0.75;
        water = blend(&water, &REEF, reef);
        let mouth = (-(r.river / (1.1 * scale_m * (1.0 + out / (3.0 * scale_m)))).powi(2)).exp() * (-(out / (2.6 * scale_m))).exp();
        let swirl = 1.0 + 0.8 * fractal(self.seed ^ 0x51A7, x / 700.0, y / 700.0, 4);
        water = blend(&water, &TURBID, (mouth * swirl).clamp(0.0, 0.95));
        // Swell comes from the south-west; its crests bend little at this scale.
        let swell = gradient(self.seed ^ 0x3E11, (x + y) / 85.0, (x - y) / 420.0);
        water = scale(&water, 1.0 + 0.035 * swell);
        let breakers = smooth(16.0, 2.0, out + 9.0 * gradient(self.seed ^ 0xB4EA, x / 60.0, y / 60.0));
        let lines =
            smooth(0.35, 0.8, gradient(self.seed ^ 0xB4EB, x / 120.0, y / 120.0)) * smooth(60.0, 30.0, out) * smooth(22.0, 34.0, out);
        blend(&water, &SURF, (0.75 * breakers + 0.4 * lines).clamp(0.0, 0.9))
    }

    /// Crowns of 10 to 25 m, lit from the north-east, in stands of different trees.
    fn wood(&self, x: f64, y: f64, r: &Relief) -> Ground {
        let crown =
            |x: f64, y: f64| gradient(self.seed ^ 0x7EE, x / 23.0, y / 23.0) + 0.6 * gradient(self.seed ^ 0x7EF, x / 61.0, y / 61.0);
        let light = crown(x + 7.0, y + 7.0) - crown(x - 7.0, y - 7.0);
        let kind = smooth(-0.15, 0.15, fractal(self.seed ^ 0x57A, x / 520.0, y / 520.0, 4) + 0.5 * r.height - 0.3);
        let base = blend(&BROADLEAF, &CONIFER, kind);
        let lit = (1.0 - 0.16 * light + 0.55 * r.shade + 0.10 * r.patch).clamp(0.45, 1.7);
        // Clearings of one age: straight-edged, paler.
        let stand = hash(
            self.seed ^ 0xC1EA,
            ((x + 0.4 * y) / 290.0 + 9e3).floor() as i32 - 9000,
            ((y - 0.4 * x) / 210.0 + 9e3).floor() as i32 - 9000,
        ) % 41;
        let ground = match stand {
            0 => blend(&base, &SCRUB, 0.75),
            1..=3 => blend(&base, &PASTURE, 0.16),
            _ => base,
        };
        Ground { season: 25, ..Ground::still(scale(&ground, lit)) }
    }

    /// Rough pasture, scrub and bare rock between the woods and the fields.
    fn heath(&self, x: f64, y: f64, r: &Relief) -> Ground {
        let bushes = smooth(0.1, 0.5, gradient(self.seed ^ 0xB05, x / 26.0, y / 26.0) + 0.4 * r.patch);
        let stones = smooth(0.35, 0.8, fractal(self.seed ^ 0x570E, x / 170.0, y / 170.0, 4) + 0.6 * (r.height - 0.6) - 0.2 * r.wet);
        let grass = blend(&PASTURE, &DUNE_GRASS, smooth(0.4, -0.5, r.wet));
        let ground = blend(&blend(&grass, &ROCK, stones), &BROADLEAF, 0.7 * bushes);
        Ground { season: -20, ..Ground::still(scale(&ground, (1.0 + 0.40 * r.shade + 0.07 * r.patch).clamp(0.5, 1.6))) }
    }
}

fn road(r: &Relief) -> Option<Ground> {
    let widths = [7.5, 6.0];
    let on = |i: usize| r.roads[i].abs() < widths[i];
    (r.coast > 30.0 && (on(0) || on(1))).then(|| Ground::still(ASPHALT))
}

/// Roads go on over water.
fn bridge(r: &Relief) -> Option<Ground> {
    road(r).map(|_| Ground::still(blend(&ASPHALT, &CONCRETE, 0.6)))
}
