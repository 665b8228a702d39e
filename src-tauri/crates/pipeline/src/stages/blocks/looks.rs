//! What is known about the looks of a run as a whole, and which of them come first.

use std::sync::Arc;

use swath_domain::{Grid, Monitor, Order, Plan, Sensor, Stop};
use swath_raster::{
    composite::{About, Method},
    mask::MaskFacts,
    rasterize,
};

use super::{Run, seen};
use crate::{
    engine::Resources,
    error::{Outcome, fail},
    method::day,
    progress::JobMonitor,
};

/// Longest side of the picture on which clear pixels are counted.
const SIDE: u32 = 512;

/// All looks of a plan.
pub(super) struct Looks(Vec<Look>);

struct Look {
    about: About,
    rank: usize,
}

impl Looks {
    /// In order of time, before anything is known of their masks.
    pub(super) fn of(plan: &Plan) -> Self {
        let look = |(rank, look): (usize, &swath_domain::Look)| Look {
            about: About {
                day: day(look.datetime),
                sensor: look.scenes.first().map_or(Sensor::Sentinel2L2a, |scene| scene.sensor),
                ..About::default()
            },
            rank,
        };
        Self(plan.looks.iter().enumerate().map(look).collect())
    }

    pub(super) fn about(&self, look: usize) -> About {
        self.0.get(look).map(|look| look.about.clone()).unwrap_or_default()
    }

    pub(super) fn day(&self, look: usize) -> i32 {
        self.0.get(look).map_or(0, |look| look.about.day)
    }

    /// Place in the order that the recipe asks for.
    pub(super) fn rank(&self, look: usize) -> usize {
        self.0.get(look).map_or(usize::MAX, |look| look.rank)
    }
}

/// Counts clear pixels where it matters, and puts the looks into the order that the recipe asks for.
pub(super) async fn ranked(res: &Resources, run: Run, monitor: &Arc<JobMonitor>) -> Outcome<Run> {
    let clearest = run.image.is_ordered() && run.image.step.order == Order::Clearest;
    let opacity = matches!(&run.image.method, Method::BestPixel(best) if best.weights.opacity > 0.0);
    let monitor = monitor.clone();
    res.cpu
        .run(move || {
            let mut run = run;
            let clear = if clearest || opacity { shares(&run, &*monitor)? } else { Vec::new() };
            for (look, (clear, cloud)) in run.about.0.iter_mut().zip(&clear) {
                look.about.cloud_share = *cloud;
                // Scaled to an integer, so that the order is one on every machine.
                look.rank = ((1.0 - clear) * 1e6).round() as usize;
            }
            let mut order: Vec<usize> = (0..run.about.0.len()).collect();
            match run.image.step.order {
                Order::Clearest => order.sort_by_key(|at| (run.about.0[*at].rank, *at)),
                Order::Latest => order.reverse(),
                Order::Earliest => {}
            }
            for (rank, at) in order.into_iter().enumerate() {
                run.about.0[at].rank = rank;
            }
            Ok(run)
        })
        .await
}

/// Shares of the area, 0 to 1, that each look shows (on a coarse picture of it) and that is cloud.
fn shares(run: &Run, monitor: &dyn Monitor) -> Outcome<Vec<(f64, f32)>> {
    let grid = coarse(&run.plan.target.grid);
    let inside = fail(rasterize(&run.plan.target.outline, &grid))?;
    let area = inside.iter().filter(|inside| **inside == 1).count().max(1) as f64;
    let mut shares = Vec::new();
    for look in &run.plan.looks {
        let (mut clear, mut cloud) = (vec![false; inside.len()], 0.0_f64);
        for scene in &look.scenes {
            if monitor.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let Some(distance) = seen::distance(&run.masks, scene, &grid)? else { continue };
            clear.iter_mut().zip(&distance).zip(&inside).for_each(|((clear, distance), inside)| *clear |= *distance > 0 && *inside == 1);
            cloud = cloud.max(run.masks.facts(&scene.scene).map_or(0.0, MaskFacts::cloud_share));
        }
        let share = clear.iter().filter(|clear| **clear).count() as f64 / area;
        shares.push((share, cloud as f32));
    }
    Ok(shares)
}

/// The output in pixels that are a whole number of times larger.
fn coarse(grid: &Grid) -> Grid {
    let times = grid.width.max(grid.height).div_ceil(SIDE).max(1);
    let mut coarse = grid.clone();
    coarse.transform.width *= f64::from(times);
    coarse.transform.height *= f64::from(times);
    (coarse.width, coarse.height) = (grid.width.div_ceil(times), grid.height.div_ceil(times));
    coarse
}
