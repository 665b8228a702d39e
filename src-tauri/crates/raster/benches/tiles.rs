//! How long tiles of a product take. Prints a table; checks nothing.

use std::time::Instant;

use swath_domain::{Compression, Crs, Grid, Never};
use swath_raster::tile::{Style, png};
use swath_raster::{Canvas, cog};

#[allow(clippy::print_stderr)]
fn main() {
    if let Err(error) = tiles() {
        eprintln!("the tiles could not be measured: {error}");
    }
}

/// Seconds that this thread has had a CPU, so that other work on the machine does not count; by the clock where the system does not tell.
fn now() -> f64 {
    let told = || std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse::<f64>().ok();
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    told().map_or_else(|| START.get_or_init(Instant::now).elapsed().as_secs_f64(), |ns| ns / 1e9)
}

fn noise(count: usize, seed: u64) -> Vec<u16> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u16
    };
    (0..count).map(|_| if next() % 3 == 0 { 0 } else { next() % 10_000 }).collect()
}

/// Tiles of a product of four bands, at zoom levels from the whole to the single pixel.
#[allow(clippy::print_stdout)]
fn tiles() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let side = 4096;
    let grid = Grid::from_affine(Crs::epsg(32633), [10.0, 0.0, 499_980.0, 0.0, -10.0, 5_000_040.0], side, side)?;
    let mut rough = noise((side * side) as usize, 1);
    let wave = |i: usize| (1500.0 + 800.0 * ((i % 4096) as f64 / 90.0).sin() * ((i / 4096) as f64 / 70.0).cos()) as u16;
    rough.iter_mut().enumerate().for_each(|(i, p)| *p = wave(i) + *p % 200);
    let image = folder.path().join("image.tif");
    let canvas = Canvas::create(&folder.path().join("canvas.tif"), &grid, 4)?;
    canvas.write_block(0, grid.whole(), &[rough.as_slice(); 4])?;
    let layers: Vec<_> = ["red", "green", "blue", "nir"].map(|n| cog::Layer { name: n.into(), scale: Some(0.0001), offset: None }).into();
    for compression in [Compression::Deflate, Compression::Zstd] {
        let spec = cog::Spec { first_layer: 0, layers: &layers, nodata: Some(0.0), compression, average_overviews: true, metadata: &[] };
        let start = Instant::now();
        cog::write(&canvas, &spec, &image, &Never, 2).map_err(|stop| format!("{stop:?}"))?;
        let (seconds, bytes) = (start.elapsed().as_secs_f64(), std::fs::metadata(&image)?.len() as f64);
        println!("{compression:?}: product of {side} x {side} x 4 in {seconds:.1} s, {:.0} MB", bytes / 1e6);
        let style = Style { bands: vec![1, 2, 3], low: vec![600.0; 3], high: vec![2500.0; 3], gamma: 1.2 };
        for z in 8..=15u8 {
            // Tiles along the diagonal, none at the edge.
            let at = |share: f64| {
                let world = f64::from(1u32 << z);
                let (lon, lat) = (15.02 + 0.46 * share, (45.13 - 0.33 * share).to_radians());
                let y = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * world;
                (((lon + 180.0) / 360.0 * world) as u32, y as u32)
            };
            let mut times: Vec<f64> = (0..40)
                .filter_map(|i| {
                    let (x, y) = at(f64::from(i) / 40.0);
                    let start = now();
                    png(&image, z, x, y, &style).ok()??;
                    Some((now() - start) * 1e3)
                })
                .collect();
            times.sort_by(f64::total_cmp);
            if let (Some(middle), Some(last)) = (times.get(times.len() / 2), times.last()) {
                println!("  tile at zoom {z:<2} p50 {middle:>5.1} ms, slowest {last:>5.1} ms");
            }
        }
    }
    Ok(())
}
