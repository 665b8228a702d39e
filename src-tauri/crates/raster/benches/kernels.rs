//! How fast composites are, in the time that the thread has a CPU: `cargo bench -p swath-raster --bench kernels`.
//!
//! The numbers are those of `tests/reference/kernels.py`, which runs other programs on the same pixels: where `SWATH_STACKS` names a folder
//! with its `stack6.raw`, `stack12.raw`, ... (16-bit numbers, look by look, four bands), these are read, else they are made up. An element
//! is a pixel of a band. `untuned network` is the whole of Batcher's odd-even merge sort, written the plain way, as a peer; it is only compiled
//! for AVX2 (which the crate's own kernels choose when they run) as `kernels.py` builds it:
//! `cargo rustc -p swath-raster --bench kernels --profile bench -- -C target-feature=+avx2`.

use std::hint::black_box;

use criterion::measurement::Measurement;
use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput};
use swath_raster::composite::{BestPixel, Composer, LookPixels, Method, median};

#[path = "kernels/cpu_time.rs"]
mod cpu_time;
#[path = "kernels/untuned.rs"]
mod untuned;

const BANDS: usize = 4;

fn main() {
    let mut criterion = Criterion::default()
        .with_measurement(cpu_time::CpuTime)
        .sample_size(10)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(2))
        .without_plots()
        .configure_from_args();
    for looks in [6, 12, 24, 48] {
        let stack = stack(looks);
        medians(&mut criterion, &stack);
        composites(&mut criterion, &stack);
    }
    criterion.final_summary();
}

/// Looks over a window, by look and band.
fn stack(looks: usize) -> Vec<LookPixels> {
    let read = std::env::var_os("SWATH_STACKS")
        .and_then(|folder| std::fs::read(std::path::Path::new(&folder).join(format!("stack{looks}.raw"))).ok());
    let values: Vec<u16> = match read {
        Some(bytes) => bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect(),
        None => made_up(looks, 512 * 512),
    };
    let pixels = values.len() / looks / BANDS;
    let looks = values.chunks_exact(BANDS * pixels).zip(1..);
    looks
        .map(|(look, number)| LookPixels { number, bands: look.chunks(pixels).map(<[u16]>::to_vec).collect(), ..Default::default() })
        .collect()
}

/// Ground that changes from pixel to pixel, a little from look to look, and much under a veil; a third is missing in stretches.
fn made_up(looks: usize, pixels: usize) -> Vec<u16> {
    let mut state = looks as u64 | 1 << 40;
    let mut next = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) % below
    };
    let ground: Vec<u64> = (0..BANDS * pixels).map(|_| 300 + next(900)).collect();
    let mut values = vec![0; looks * BANDS * pixels];
    for look in 0..looks {
        for at in 0..pixels {
            let veil = if next(4) == 0 { next(800) } else { 0 };
            for band in 0..BANDS {
                let value = ground[band * pixels + at] + veil + next(120);
                let clear = !(at / 97 + 5 * look).is_multiple_of(3);
                values[(look * BANDS + band) * pixels + at] = if clear { value as u16 } else { 0 };
            }
        }
    }
    values
}

fn medians<M: Measurement>(criterion: &mut Criterion<M>, stack: &[LookPixels]) {
    let pixels = stack[0].bands[0].len();
    let mut group = criterion.benchmark_group("median");
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements((BANDS * pixels) as u64));
    let by_band: Vec<Vec<&[u16]>> = (0..BANDS).map(|b| stack.iter().map(|look| look.bands[b].as_slice()).collect()).collect();
    let drop: Vec<Vec<Vec<u8>>> =
        by_band.iter().map(|looks| looks.iter().map(|look| look.iter().map(|v| u8::from(*v == 0)).collect()).collect()).collect();
    let mut out = vec![0; pixels];
    group.bench_function(BenchmarkId::new("swath", stack.len()), |bench| {
        bench.iter(|| by_band.iter().for_each(|looks| median(looks, black_box(&mut out))));
    });
    let net = untuned::network(stack.len());
    group.bench_function(BenchmarkId::new("untuned network", stack.len()), |bench| {
        bench.iter(|| by_band.iter().zip(&drop).for_each(|(looks, drop)| untuned::median(looks, drop, black_box(&mut out), &net)));
    });
    group.finish();
}

/// From looks that are in memory to the composite with its counts and sources.
fn composites<M: Measurement>(criterion: &mut Criterion<M>, stack: &[LookPixels]) {
    let pixels = stack[0].bands[0].len();
    let mut group = criterion.benchmark_group("composite");
    group.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements((BANDS * pixels) as u64));
    for (name, method) in [
        ("first clear", Method::FirstClear),
        ("median", Method::Median),
        ("percentile 25", Method::Percentile(25.0)),
        ("mean", Method::Mean),
        ("maximum index", Method::MaxIndex { a: 3, b: 2, least: false }),
        ("medoid", Method::Medoid),
        ("geometric median", Method::GeometricMedian),
        ("best pixel", Method::BestPixel(BestPixel { blue_red: Some((0, 2)), ..BestPixel::near(0, 30.0) })),
    ] {
        group.bench_function(BenchmarkId::new(name, stack.len()), |bench| {
            let compose = |looks: Vec<LookPixels>| {
                let mut composer = Composer::new(&method, BANDS, pixels);
                looks.into_iter().for_each(|look| composer.feed(look));
                composer.finish()
            };
            bench.iter_batched(|| stack.to_vec(), compose, BatchSize::PerIteration);
        });
    }
    group.finish();
}
