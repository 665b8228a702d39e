//! How long the queue takes with 10,000 transfers, half of them done and in the library.
//!
//! `cargo bench -p swath-library --bench transfers`
#![allow(clippy::print_stdout, reason = "a bench tells its figures")]

use std::collections::BTreeMap;
use std::time::Instant;

use swath_domain::{
    Aoi, Asset, Band, Content, Crs, Evidence, Grid, HeldFile, HoldingState, Radiometry, Scene, SceneId, Sensor, TransferId,
    TransferProgress, TransferStage, TransferState, Wanted,
};
use swath_library::{HoldingFilter, Library, Piece, TransferRequest};

const TRANSFERS: u32 = 10_000;

type Any = Box<dyn std::error::Error>;

fn main() -> Result<(), Any> {
    let dir = tempfile::tempdir()?;
    let library = Library::open(dir.path())?;
    let transfers = library.transfers();
    let now = jiff::Timestamp::now();
    let area = Box::new(county()?);
    let requests = (0..TRANSFERS)
        .map(|n| {
            let scene = scene(n)?;
            let wanted = Wanted::Window { bands: vec![Band::Red, Band::Nir], area: area.clone() };
            Ok::<_, Any>(TransferRequest { name: scene.id.item().to_owned(), scene, wanted })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<TransferId> = timed(&format!("order {TRANSFERS}"), 1, || Ok(transfers.order("b", &requests, now)?.1))?
        .iter()
        .map(|transfer| transfer.id)
        .collect();
    timed("order one more", 1, || Ok(transfers.order("b", &requests[..1], now)?))?;
    timed(&format!("list {}", TRANSFERS + 1), 5, || Ok(transfers.list()?.len()))?;
    timed("queued()", 5, || Ok(transfers.queued()?.len()))?;
    timed("next(3)", 200, || Ok(transfers.next(3)?.len()))?;
    timed("get", 1000, || Ok(transfers.get(ids[5000])?))?;
    timed("ordered(scene, wanted)", 500, || Ok(transfers.ordered(&requests[5000].scene, &requests[5000].wanted)?))?;
    let progress = TransferProgress {
        stage: Some(TransferStage::Fetch),
        done_bytes: 1 << 30,
        total_bytes: Some(1 << 31),
        source: Some("earth-search · sentinel-cogs.s3.us-west-2.amazonaws.com".into()),
        ..TransferProgress::default()
    };
    let mut n = 0;
    timed("save_progress", 5000, || {
        n += 1;
        Ok(transfers.save_progress(ids[n * 7 % ids.len()], &progress)?)
    })?;
    timed("move_before", 200, || {
        n += 1;
        Ok(transfers.move_before(ids[n * 7 % ids.len()], Some(ids[0]))?)
    })?;
    timed("pause all", 1, || Ok(transfers.transition_all(&ids, TransferState::Paused, now)?.len()))?;
    timed("resume all", 1, || Ok(transfers.transition_all(&ids, TransferState::Queued, now)?.len()))?;
    timed("transition to running", 100, || {
        n += 1;
        Ok(transfers.transition(ids[n % ids.len()], TransferState::Running, None, now).ok())
    })?;

    let done = &ids[..ids.len() / 2];
    let mut done = done.iter().zip(&requests);
    timed("publish one file", (TRANSFERS / 2) as usize, || {
        let Some((id, request)) = done.next() else { return Ok(()) };
        if transfers.get(*id)?.state == TransferState::Queued {
            transfers.transition(*id, TransferState::Running, None, now)?;
        }
        let staged = library.folders().staging_of_transfer(*id).join("B04.tif");
        std::fs::create_dir_all(staged.parent().ok_or("no folder")?)?;
        std::fs::write(&staged, b"red")?;
        let files = vec![HeldFile { path: String::new(), bytes: 3, sha256: "0".repeat(64) }];
        let piece = Piece { content: Content::Band { band: Band::Red }, staged, files, provider: request.scene.id.provider().into() };
        transfers.publish(*id, vec![piece], now)?;
        Ok(())
    })?;
    timed(&format!("list {} with their holdings", TRANSFERS + 1), 5, || Ok(transfers.list()?.len()))?;
    let all = timed(&format!("holdings().list of {}", TRANSFERS / 2), 5, || Ok(library.holdings().list(&HoldingFilter::default())?))?;
    let near = HoldingFilter { area: Some([105.0, 25.0, 106.0, 26.0]), ..HoldingFilter::default() };
    timed("holdings().list in one degree", 50, || Ok(library.holdings().list(&near)?.len()))?;
    timed("held(scene, wanted)", 1000, || {
        n += 1;
        Ok(library.holdings().held(&requests[n % 5000].scene, &Wanted::Bands { bands: vec![Band::Red] })?)
    })?;
    timed("set_state", 1000, || {
        n += 1;
        Ok(library.holdings().set_state(all[n % all.len()].id, HoldingState::Missing, now)?)
    })?;
    timed("open again", 1, || Ok(Library::open(dir.path())?))?;
    println!("database: {:.0} MB", std::fs::metadata(library.folders().database())?.len() as f64 / 1e6);
    Ok(())
}

/// Runs it so often and tells the mean time.
fn timed<T>(what: &str, times: usize, mut act: impl FnMut() -> Result<T, Any>) -> Result<T, Any> {
    let start = Instant::now();
    let mut last = act()?;
    for _ in 1..times {
        last = act()?;
    }
    println!("{what}: {:.3} ms", start.elapsed().as_secs_f64() * 1e3 / times as f64);
    Ok(last)
}

/// An outline of 200 corners.
fn county() -> Result<Aoi, Any> {
    let corner = |n: usize| {
        let angle = (n % 200) as f64 / 200.0 * std::f64::consts::TAU;
        let reach = 0.5 + 0.1 * (angle * 9.0).sin();
        format!("[{:.7},{:.7}]", 110.0 + reach * angle.cos(), 30.0 + reach * angle.sin())
    };
    let ring: Vec<String> = (0..=200).map(corner).collect();
    Ok(serde_json::from_str(&format!(r#"{{"type":"Polygon","coordinates":[[{}]]}}"#, ring.join(",")))?)
}

/// With as many layers as Sentinel-2 has, twice: in two catalogues.
fn scene(n: u32) -> Result<Scene, Any> {
    let (west, south) = (100.0 + f64::from(n % 97) / 5.0, 20.0 + f64::from(n % 89) / 5.0);
    let (mut assets, mut alternates) = (BTreeMap::new(), BTreeMap::new());
    for band in &Band::ALL[..13] {
        let grid = Grid::from_affine(Crs::epsg(32650), [10.0, 0.0, 499_980.0, 0.0, -10.0, 4_000_020.0], 10_980, 10_980)?;
        let href = format!("https://example.com/sentinel-s2-l2a-cogs/50/R/MU/2024/6/S2A_{n}/{band}.tif");
        let radiometry = Radiometry { scale: 0.0001, offset: -0.1, nodata: Some(0.0), evidence: Evidence::Baseline("05.10".into()) };
        let asset = Asset { grid: Some(grid), size: Some(200_000_000), ..Asset::new(href, radiometry) };
        alternates.insert(*band, vec![asset.clone()]);
        assets.insert(*band, asset);
    }
    let datetime = jiff::Timestamp::from_second(1_577_836_800 + i64::from(n) * 14_400)?;
    let footprint = Aoi::from_bbox([west, south, west + 1.1, south + 1.0])?.shape().clone();
    let item = format!("S2A_50RMU_{n}_0_L2A");
    Ok(Scene {
        platform: "sentinel-2a".into(),
        cloud_cover: Some(7.0),
        tile: Some("50RMU".into()),
        baseline: Some("05.10".into()),
        datatake: Some(format!("GS2A_{n}")),
        name: Some(format!("S2A_MSIL2A_PRODUCT_{n}")),
        assets,
        alternates,
        ..Scene::new(SceneId::new("earth-search", "sentinel-2-l2a", &item), Sensor::Sentinel2L2a, datetime, footprint)
    })
}
