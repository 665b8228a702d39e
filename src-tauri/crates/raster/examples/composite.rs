//! Composites raw pixels, so that other programs can compare: `tests/reference/composites.py` does.
//!
//! Reads a JSON object from standard input: `method` (a name), its numbers (`percent`, `a`, `b`, `day`, `window`, `weights`), `bands`,
//! `pixels`, `at_most`, `looks` (each `number`, `day`, `sensor`, `view`, `cloud`), and the paths `values` (16-bit numbers, little-endian, look
//! by look, band by band), `distances` (bytes, look by look; may be absent) and `out`. Writes to `out`: bands, count, source, and the score
//! if the method has one.

use std::error::Error;
use std::io::Write;

use serde_json::Value;
use swath_domain::Sensor;
use swath_raster::composite::{About, BestPixel, Composer, LookPixels, Method, WeightedMean, Weights};

fn main() -> Result<(), Box<dyn Error>> {
    let job: Value = serde_json::from_reader(std::io::stdin())?;
    let number = |name: &str| job[name].as_f64().unwrap_or_default();
    let (bands, pixels) = (number("bands") as usize, number("pixels") as usize);
    let bytes = std::fs::read(job["values"].as_str().unwrap_or_default())?;
    let values: Vec<u16> = bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect();
    let distances = job["distances"].as_str().map(std::fs::read).transpose()?.unwrap_or_default();
    let method = method(&job)?;
    let mut composer = Composer::new(&method, bands, pixels).at_most(job["at_most"].as_u64().map(|most| most as u16));
    for (k, look) in job["looks"].as_array().into_iter().flatten().enumerate() {
        let own = &values[k * bands * pixels..(k + 1) * bands * pixels];
        composer.feed(LookPixels {
            number: look["number"].as_u64().unwrap_or_default() as u16,
            bands: own.chunks(pixels).map(<[u16]>::to_vec).collect(),
            distance: distances.get(k * pixels..(k + 1) * pixels).unwrap_or_default().to_vec(),
            about: About {
                day: look["day"].as_i64().unwrap_or_default() as i32,
                sensor: look["sensor"].as_str().unwrap_or_default().parse()?,
                view_zenith: look["view"].as_f64().map(|v| v as f32),
                cloud_share: look["cloud"].as_f64().unwrap_or_default() as f32,
            },
        });
    }
    let made = composer.finish();
    let mut out = std::io::BufWriter::new(std::fs::File::create(job["out"].as_str().unwrap_or_default())?);
    for layer in made.bands.iter().chain([&made.count, &made.source]).chain(&made.score) {
        for value in layer {
            out.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(out.flush()?)
}

fn method(job: &Value) -> Result<Method, Box<dyn Error>> {
    let number = |name: &str| job[name].as_f64().unwrap_or_default();
    let index = |least| Method::MaxIndex { a: number("a") as usize, b: number("b") as usize, least };
    let (day, window_days) = (number("day") as i32, number("window") as f32);
    Ok(match job["method"].as_str().unwrap_or_default() {
        "first-clear" => Method::FirstClear,
        "median" => Method::Median,
        "percentile" => Method::Percentile(number("percent") as f32),
        "mean" => Method::Mean,
        "max-index" => index(false),
        "min-index" => index(true),
        "medoid" => Method::Medoid,
        "geometric-median" => Method::GeometricMedian,
        "weighted-mean" => Method::WeightedMean(WeightedMean { day, window_days }),
        "best-pixel" => {
            let weight = |name: &str| job["weights"][name].as_f64().unwrap_or_default() as f32;
            Method::BestPixel(BestPixel {
                day,
                window_days,
                blue_red: Some((number("a") as usize, number("b") as usize)),
                sensor: Some(Sensor::LandsatC2L2),
                weights: Weights {
                    day: weight("day"),
                    year: weight("year"),
                    cloud: weight("cloud"),
                    haze: weight("haze"),
                    opacity: weight("opacity"),
                    view: weight("view"),
                    sensor: weight("sensor"),
                },
            })
        }
        other => return Err(format!("no method is called `{other}`").into()),
    })
}
