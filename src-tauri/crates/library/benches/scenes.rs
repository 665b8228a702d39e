//! How long a search among 100,000 scenes takes: one degree by one degree, six months, less than 40 % cloud.
//!
//! `cargo bench -p swath-library`
#![allow(clippy::print_stdout, reason = "a bench tells its figures")]

use std::collections::BTreeMap;
use std::time::Instant;

use swath_domain::{Aoi, Asset, Band, Crs, DateRange, Evidence, Grid, Radiometry, Scene, SceneId, Sensor};
use swath_library::{Library, SceneFilter};

const SCENES: u32 = 100_000;
const QUERIES: u32 = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let library = Library::open(dir.path())?;
    let mut dice = Dice(1);
    let scenes = (0..SCENES).map(|n| scene(n, &mut dice)).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    scenes.chunks(100).try_for_each(|page| library.scenes().upsert(page))?;
    println!("insert {SCENES} scenes, 100 at a time: {:.1} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    scenes[..1000].chunks(100).try_for_each(|page| library.scenes().upsert(page))?;
    println!("see 1000 again: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);

    let (mut took, mut found) = (Vec::new(), 0);
    for _ in 0..QUERIES {
        let (west, south) = (100.0 + dice.roll(19.0), 20.0 + dice.roll(19.0));
        let filter = SceneFilter {
            bbox: Some([west, south, west + 1.0, south + 1.0]),
            dates: Some(DateRange::new("2024-04-01".parse()?, "2024-09-30".parse()?)?),
            max_cloud: Some(40.0),
            ..SceneFilter::default()
        };
        let start = Instant::now();
        found += library.scenes().search(&filter)?.len();
        took.push(start.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!(
        "search: {:.0} scenes a query; p50 {:.2} ms, p95 {:.2} ms, most {:.2} ms",
        found as f64 / f64::from(QUERIES),
        at(0.5),
        at(0.95),
        at(1.0)
    );
    Ok(())
}

/// Tiles of 1.1 degrees over a region of 20 by 20 degrees and five years, with as many layers as Sentinel-2 has.
fn scene(n: u32, dice: &mut Dice) -> Result<Scene, Box<dyn std::error::Error>> {
    let (west, south) = (100.0 + dice.roll(19.0), 20.0 + dice.roll(19.0));
    let mut assets = BTreeMap::new();
    for band in &Band::ALL[..13] {
        let grid = Grid::from_affine(Crs::epsg(32650), [10.0, 0.0, 499_980.0, 0.0, -10.0, 4_000_020.0], 10_980, 10_980)?;
        let href = format!("https://example.com/sentinel-s2-l2a-cogs/50/R/MU/2024/6/S2A_{n}/{band}.tif");
        let radiometry = Radiometry { scale: 0.0001, offset: -0.1, nodata: Some(0.0), evidence: Evidence::Baseline("05.10".into()) };
        assets.insert(*band, Asset { grid: Some(grid), size: Some(200_000_000), ..Asset::new(href, radiometry) });
    }
    let id = SceneId::new("earth-search", "sentinel-2-l2a", &format!("S2A_50RMU_{n}_0_L2A"));
    let datetime = jiff::Timestamp::from_second(1_577_836_800 + dice.roll(5.0 * 365.25 * 86_400.0) as i64)?;
    let footprint = Aoi::from_bbox([west, south, west + 1.1, south + 1.0])?.shape().clone();
    Ok(Scene {
        platform: "sentinel-2a".into(),
        cloud_cover: Some(dice.roll(100.0)),
        tile: Some("50RMU".into()),
        baseline: Some("05.10".into()),
        datatake: Some(format!("GS2A_{n}")),
        assets,
        ..Scene::new(id, Sensor::Sentinel2L2a, datetime, footprint)
    })
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64 * below
    }
}
