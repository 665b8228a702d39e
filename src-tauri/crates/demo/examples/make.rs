//! Makes a demo catalogue: `make FOLDER [PIXELS [DATES [SEED]]]`.
#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use swath_demo::DemoOptions;
use swath_domain::{Never, Stop};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().ok_or("usage: make FOLDER [PIXELS [DATES [SEED]]]")?;
    let number =
        |i: usize, default: u64| arguments.get(i).map_or(Ok(default), |text| text.parse::<u64>().map_err(|e| format!("{text}: {e}")));
    let plain = DemoOptions::default();
    let pixels = number(1, plain.pixels.into())? as u32;
    let options = DemoOptions { pixels, dates: number(2, plain.dates.into())? as u32, seed: number(3, plain.seed)?, ..plain };
    let begun = Instant::now();
    match swath_demo::make(&options, Path::new(folder), &Never) {
        Ok(demo) => println!("{} in {:.1} s", demo.catalog.display(), begun.elapsed().as_secs_f64()),
        Err(Stop::Failed(error)) => return Err(error.to_string()),
        Err(Stop::Cancelled) => return Err("cancelled".into()),
    }
    Ok(())
}
