//! The smooth part of the landscape: coast, rivers, hills, roads and how built-up a place is. Evaluated at the nodes of a coarse grid and
//! interpolated between them; the crisp things (parcels, houses, crowns) are laid over it by `surface`.

use crate::noise::{fractal, gradient, hash, smooth, unit};

/// Distance between nodes, metres.
pub(super) const SPACING: f64 = 20.0;

/// The layout of one landscape.
pub(super) struct Layout {
    pub(super) seed: u32,
    /// Side of the area, metres.
    pub(super) side: f64,
}

/// What is known about a place. All numbers are smooth, so that they can be interpolated.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Relief {
    /// Metres inland from the shore; negative at sea.
    pub(super) coast: f32,
    /// Metres from the middle of the river, signed by side.
    pub(super) river: f32,
    /// Half the river's width, metres.
    pub(super) half_width: f32,
    /// Metres from the middle of the brook, signed by side.
    pub(super) brook: f32,
    /// Metres from the middle of the two roads, signed by side.
    pub(super) roads: [f32; 2],
    /// 0 valley to about 1 hilltop.
    pub(super) height: f32,
    /// How the slope faces the light: about -1 to 1.
    pub(super) shade: f32,
    /// Above 0: woods.
    pub(super) woods: f32,
    /// Dry -1 to wet 1.
    pub(super) wet: f32,
    /// Patches of soil and growth within parcels, about -1 to 1.
    pub(super) patch: f32,
    /// Above 0: built up; 1 in the middle of the town.
    pub(super) built: f32,
}

/// The four nodes around a place, weighted.
pub(super) fn between(n: [&Relief; 4], tx: f32, ty: f32) -> Relief {
    let w = [(1.0 - tx) * (1.0 - ty), tx * (1.0 - ty), (1.0 - tx) * ty, tx * ty];
    let all = |field: fn(&Relief) -> f32| field(n[0]) * w[0] + field(n[1]) * w[1] + field(n[2]) * w[2] + field(n[3]) * w[3];
    Relief {
        coast: all(|r| r.coast),
        river: all(|r| r.river),
        half_width: all(|r| r.half_width),
        brook: all(|r| r.brook),
        roads: [all(|r| r.roads[0]), all(|r| r.roads[1])],
        height: all(|r| r.height),
        shade: all(|r| r.shade),
        woods: all(|r| r.woods),
        wet: all(|r| r.wet),
        patch: all(|r| r.patch),
        built: all(|r| r.built),
    }
}

impl Layout {
    fn salt(&self, n: u32) -> u32 {
        hash(self.seed, n as i32, 77)
    }

    /// `x` east and `y` north of the south-west corner, metres.
    pub(super) fn relief(&self, x: f64, y: f64) -> Relief {
        let coast = self.coast(x, y);
        let river = steady(|x, y| self.river(x, y), x, y);
        let brook = if river > 0.0 { steady(|x, y| self.brook(x, y), x, y) } else { 1e4 };
        let roads = [steady(|x, y| self.coast_road(x, y), x, y), steady(|x, y| self.valley_road(x, y), x, y)];
        let height = self.height(x, y, coast, river);
        let step = 30.0;
        let (e, n) = (self.hills(x + step, y), self.hills(x, y + step));
        let here = self.hills(x, y);
        let scale = (self.side / 10_000.0).clamp(0.3, 2.5) as f32;
        // Light comes from the north-east, as it does at this hour of the year on the equator.
        let shade = ((here - e) + (here - n)) * 26.0 * scale * smooth(0.2, 0.6, height);
        let woods = 1.7 * (height - 0.66) + 0.60 * fractal(self.salt(20), x / 900.0, y / 900.0, 6);
        let wet =
            0.9 * fractal(self.salt(21), x / (0.4 * self.side), y / (0.4 * self.side), 2) + 0.8 * (-(river / 900.0).powi(2)).exp() + 0.15
                - 0.4 * height;
        Relief {
            coast,
            river,
            half_width: self.half_width(x) as f32,
            brook,
            roads,
            height,
            shade: shade.clamp(-1.0, 1.0),
            woods,
            wet,
            patch: 1.3 * fractal(self.salt(22), x / 190.0, y / 190.0, 3),
            built: self.built(x, y, coast),
        }
    }

    /// A westerly sea with bays, spits and small islands.
    fn coast(&self, x: f64, y: f64) -> f32 {
        let (side, l) = (self.side, 0.42 * self.side);
        let octaves = ((l / 45.0).log2().ceil() as u32).clamp(3, 9);
        let bay = 0.05 * ((y / side - 0.2) * 5.0).sin();
        let trend = (x / side - 0.19 + bay + 0.09 * (y / side - 0.5)) * side;
        (trend + 0.23 * side * f64::from(fractal(self.salt(1), x / l, y / l, octaves))) as f32
    }

    fn warp(&self, salt: u32, x: f64, y: f64, length: f64, by: f64) -> (f64, f64) {
        let (px, py) = (x / length, y / length);
        (x + by * f64::from(fractal(self.salt(salt), px, py, 2)), y + by * f64::from(fractal(self.salt(salt + 1), px + 31.7, py - 8.3, 2)))
    }

    /// From the eastern hills to the sea in loops.
    fn river(&self, x: f64, y: f64) -> f64 {
        let s = self.side;
        let (wx, wy) = self.warp(2, x, y, 0.15 * s, 0.075 * s);
        wy - s
            * (0.47
                + 0.11 * f64::from(gradient(self.salt(4), wx / (0.45 * s), 0.5))
                + 0.03 * f64::from(gradient(self.salt(5), wx / (0.16 * s), 0.5)))
    }

    /// Joins the river from the north.
    fn brook(&self, x: f64, y: f64) -> f64 {
        let s = self.side;
        let (wx, wy) = self.warp(6, x, y, 0.09 * s, 0.05 * s);
        wx - s * (0.70 + 0.10 * f64::from(gradient(self.salt(8), wy / (0.3 * s), 0.5)))
    }

    fn half_width(&self, x: f64) -> f64 {
        let widest = 60.0 * (self.side / 10_000.0).sqrt().clamp(0.35, 2.5);
        widest * (0.38 + 0.62 * (1.0 - x / self.side).clamp(0.0, 1.0).powf(1.5))
    }

    fn coast_road(&self, x: f64, y: f64) -> f64 {
        let s = self.side;
        let bends = 0.06 * gradient(self.salt(9), y / (0.4 * s), 0.5) + 0.016 * fractal(self.salt(16), y / (0.09 * s), 0.5, 3);
        x - s * (0.36 + f64::from(bends) - 0.09 * (y / s - 0.5))
    }

    fn valley_road(&self, x: f64, y: f64) -> f64 {
        let s = self.side;
        let bends = 0.07 * gradient(self.salt(10), x / (0.45 * s), 0.5) + 0.014 * fractal(self.salt(17), x / (0.08 * s), 0.5, 3);
        y - s * (0.575 + f64::from(bends))
    }

    fn hills(&self, x: f64, y: f64) -> f32 {
        let l = 0.30 * self.side;
        let (u, v) = ((0.8 * x - 0.6 * y) / l * 1.7, (0.6 * x + 0.8 * y) / l * 1.7);
        let ridge = 1.0 - 2.0 * (gradient(self.salt(11), u, v).powi(2) + 0.006).sqrt();
        0.55 * fractal(self.salt(12), x / l, y / l, 6) + 0.22 * ridge
    }

    fn height(&self, x: f64, y: f64, coast: f32, river: f32) -> f32 {
        let s = self.side;
        let inland = (x / s - 0.45) as f32 * 0.45 + ((y / s - 0.5).abs() as f32) * 0.45;
        let valley = 0.55 * (-(f64::from(river) / (0.11 * s)).powi(2)).exp() as f32;
        (0.36 + inland + self.hills(x, y) - valley) * smooth(0.0, 0.05 * s as f32, coast)
    }

    /// Where the middle of the town lies: at the crossing of the two roads.
    fn town(&self) -> (f64, f64) {
        let (mut x, mut y) = (0.4 * self.side, 0.57 * self.side);
        for _ in 0..4 {
            x -= self.coast_road(x, y);
            y -= self.valley_road(x, y);
        }
        (x, y)
    }

    fn built(&self, x: f64, y: f64, coast: f32) -> f32 {
        let rough = 0.45 * fractal(self.salt(13), x / 620.0, y / 620.0, 5);
        let (tx, ty) = self.town();
        let radius = (0.12 * self.side).min(2600.0);
        let mut most = 1.0 - ((x - tx).hypot(y - ty) / radius) as f32 + rough;
        let ragged = fractal(self.salt(15), x / 210.0, y / 210.0, 3);
        // Villages: at most one in each square of 2.4 km.
        let spacing = 2400.0;
        let (cx, cy) = ((x / spacing).floor() as i32, (y / spacing).floor() as i32);
        for (dx, dy) in (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy))) {
            let id = hash(self.salt(14), cx + dx, cy + dy);
            let (jx, jy) = (f64::from(id & 0xFF) / 255.0, f64::from(id >> 8 & 0xFF) / 255.0);
            let (vx, vy) = ((f64::from(cx + dx) + 0.15 + 0.7 * jx) * spacing, (f64::from(cy + dy) + 0.15 + 0.7 * jy) * spacing);
            let radius = 130.0 + 260.0 * f64::from(unit(hash(id, 1, 1))).powi(2);
            most = most.max(1.0 - ((x - vx).hypot(y - vy) / radius) as f32 + 0.5 * rough + 0.55 * ragged);
        }
        most.min((coast - 60.0) / 100.0)
    }
}

/// A curve's implicit function divided by its slope: about the distance in metres.
fn steady(f: impl Fn(f64, f64) -> f64, x: f64, y: f64) -> f32 {
    let here = f(x, y);
    let (gx, gy) = ((f(x + 4.0, y) - here) / 4.0, (f(x, y + 4.0) - here) / 4.0);
    (here / gx.hypot(gy).max(0.35)) as f32
}
