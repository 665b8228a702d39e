//! Pictures that Sentinel Hub computes for an area, instead of files that are fetched: small, ready, and paid for in processing units.
//!
//! ```no_run
//! # async fn example(client: &swath_remote::Client, grid: swath_domain::Grid) -> Result<(), swath_domain::Stop<swath_remote::RemoteError>> {
//! use swath_domain::{Band, Never, Sensor};
//! use swath_remote::process::{Picture, ProcessRequest, process};
//! let day = |text: &str| text.parse().unwrap_or_default();
//! let times = (day("2025-06-01T00:00:00Z"), day("2025-06-30T23:59:59Z"));
//! let request = ProcessRequest::new(Sensor::Sentinel2L2a, Picture::Values(vec![Band::Red, Band::Nir]), grid, times);
//! for (number, (window, tile)) in request.tiles().into_iter().enumerate() {
//!     // Say what it costs before it costs it.
//!     let units = tile.units();
//!     process(client, &tile, format!("{number}.tif").as_ref(), &Never).await?;
//! }
//! # Ok(()) }
//! ```

mod body;
mod evalscript;

use std::path::Path;

use geo::MultiPolygon;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, HeaderValue};
use swath_domain::{Access, AccountKind, Band, Grid, Monitor, Sensor, Stop, Window};
use tokio::io::AsyncWriteExt;

use crate::client::{Ask, Method};
use crate::retry::{Budget, Failure};
use crate::{Client, RemoteError, address};

/// Widest and highest picture that is computed at a time, in pixels.
pub const MOST_PIXELS: u32 = 2500;
/// Every request costs at least this.
const LEAST_UNITS: f64 = 0.005;
/// Each try is paid for.
const TRIES: u32 = 3;

/// What is to be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessRequest {
    /// Root of the service, without `/api`. That of the Copernicus Data Space Ecosystem unless it is set.
    pub url: String,
    /// From what. Sentinel-1 RTC is computed from GRD with a terrain model.
    pub sensor: Sensor,
    /// What of it.
    pub picture: Picture,
    /// Where, in which coordinate system (one with an EPSG code), with which pixels.
    pub grid: Grid,
    /// In the grid's coordinates; pixels outside of it hold nothing.
    pub clip: Option<MultiPolygon<f64>>,
    /// First and last moment of acquisition.
    pub times: (Timestamp, Timestamp),
    /// Most cloud over a whole scene, percent.
    pub max_cloud: Option<f64>,
    /// Which of several scenes is taken for a pixel.
    pub order: Order,
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// A TIFF of 32-bit floating point numbers, one layer for each band: reflectance from 0 to 1, temperature in kelvin, linear power; NaN where
    /// there is nothing.
    Values(Vec<Band>),
    /// A PNG in natural colours, transparent where there is nothing.
    TrueColour,
}

/// Which scene comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest.
    #[default]
    MostRecent,
    /// The oldest.
    LeastRecent,
    /// The one with the least cloud over the whole tile.
    LeastCloud,
}

impl ProcessRequest {
    /// The newest scene of a time, whatever its clouds.
    pub fn new(sensor: Sensor, picture: Picture, grid: Grid, times: (Timestamp, Timestamp)) -> Self {
        let url = "https://sh.dataspace.copernicus.eu".to_owned();
        Self { url, sensor, picture, grid, clip: None, times, max_cloud: None, order: Order::default() }
    }

    /// Estimate of what it costs, in processing units: one for 512 × 512 pixels of three bands of 16 bits, twice that for 32 bits, for radar times
    /// 2, or 2.5 with a terrain model.
    pub fn units(&self) -> f64 {
        let (bands, depth) = match &self.picture {
            Picture::Values(bands) => (bands.len().max(1), 2.0),
            Picture::TrueColour => (3, 1.0),
        };
        let work = match self.sensor {
            Sensor::Sentinel1Grd => 2.0,
            Sensor::Sentinel1Rtc => 2.5,
            _ => 1.0,
        };
        (self.grid.pixels() as f64 / (512.0 * 512.0) * bands as f64 / 3.0 * depth * work).max(LEAST_UNITS)
    }

    /// The same in parts that are computed at a time; windows are those of the whole grid.
    pub fn tiles(&self) -> Vec<(Window, ProcessRequest)> {
        let part = |window: Window| (window, Self { grid: self.grid.part(window), ..self.clone() });
        self.grid.blocks(MOST_PIXELS, (0, 0)).into_iter().map(part).collect()
    }

    /// The name of the file's format.
    fn format(&self) -> &'static str {
        match self.picture {
            Picture::Values(_) => "image/tiff",
            Picture::TrueColour => "image/png",
        }
    }

    /// What an answer may measure at most: uncompressed, and a little for what is around.
    fn most_bytes(&self) -> u64 {
        let bands = match &self.picture {
            Picture::Values(bands) => bands.len() as u64,
            Picture::TrueColour => 1,
        };
        self.grid.pixels() * bands * 4 * 11 / 10 + (1 << 20)
    }
}

/// Has a picture computed and writes it. Returns its length in bytes. What has been written is a whole file of the right kind, or nothing.
///
/// # Errors
/// [`RemoteError::NeedsAccount`]; a picture that is too large ([`ProcessRequest::tiles`] makes smaller ones of it); bands that the sensor does not
/// have; an answer that is no picture; whatever the service says.
pub async fn process(client: &Client, request: &ProcessRequest, to: &Path, monitor: &dyn Monitor) -> Result<u64, Stop<RemoteError>> {
    let ask = ask(request)?;
    tracing::debug!(units = request.units(), width = request.grid.width, height = request.grid.height, "having a picture computed");
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    let mut budget = Budget::new(client.options(), TRIES);
    let length = loop {
        match receive(client, &ask, request, &part, monitor).await {
            Ok(length) => break Ok(length),
            Err(failure) => match budget.spend(failure, monitor).await {
                Ok(()) => {}
                Err(stop) => break Err(stop),
            },
        }
    };
    let done = match length {
        Ok(length) => tokio::fs::rename(&part, to).await.map(|()| length).map_err(|error| RemoteError::from(error).into()),
        Err(stop) => Err(stop),
    };
    if done.is_err() {
        let _ = tokio::fs::remove_file(&part).await;
    }
    done
}

fn ask(request: &ProcessRequest) -> Result<Ask, RemoteError> {
    let (width, height) = (request.grid.width, request.grid.height);
    if width > MOST_PIXELS || height > MOST_PIXELS {
        let what = format!("a picture of {width} × {height} pixels, while Sentinel Hub computes {MOST_PIXELS} × {MOST_PIXELS} at a time,");
        return Err(RemoteError::Unsupported { what });
    }
    let mut url = address::parse(&request.url)?;
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["api", "v1", "process"]);
    }
    let mut ask = Ask { method: Method::Post(body::body(request)?), ..Ask::get(url) };
    ask.headers.insert(ACCEPT, HeaderValue::from_static(request.format()));
    Ok(ask)
}

/// One try.
async fn receive(client: &Client, ask: &Ask, request: &ProcessRequest, part: &Path, monitor: &dyn Monitor) -> Result<u64, Stop<Failure>> {
    let mut answer = client.send_as(ask.clone(), Access::Account(AccountKind::SentinelHub), monitor).await?;
    let expected = answer.number(reqwest::header::CONTENT_LENGTH);
    let wrong = |why: String| RemoteError::NotThatFile { name: "the picture".into(), host: address::host(&ask.url), why };
    let mut file = tokio::fs::File::create(part).await.map_err(Failure::from)?;
    let (mut length, mut head) = (0, Vec::new());
    while let Some(bytes) = answer.chunk(monitor).await? {
        length += bytes.len() as u64;
        if length > request.most_bytes() {
            return Err(Failure::last(wrong(format!("it is longer than {} bytes", request.most_bytes()))).into());
        }
        if head.len() < 512 {
            head.extend_from_slice(&bytes[..bytes.len().min(512)]);
        }
        file.write_all(&bytes).await.map_err(Failure::from)?;
    }
    file.sync_all().await.map_err(Failure::from)?;
    if expected.is_some_and(|expected| expected != length) {
        return Err(Failure::passing(wrong(format!("it has {length} bytes instead of {}", expected.unwrap_or_default()))).into());
    }
    check(&head, request).map_err(|why| Failure::last(wrong(why)))?;
    Ok(length)
}

/// Whether a file begins as it must.
fn check(head: &[u8], request: &ProcessRequest) -> Result<(), String> {
    let said = || format!("it says “{}”", crate::error::words(&String::from_utf8_lossy(head)));
    match &request.picture {
        Picture::Values(_) => match head.get(..4) {
            Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+") => Ok(()),
            _ => Err(format!("it is no TIFF: {}", said())),
        },
        Picture::TrueColour if !head.starts_with(b"\x89PNG\r\n\x1a\n") => Err(format!("it is no PNG: {}", said())),
        Picture::TrueColour => {
            let side = |at: usize| head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
            let got = (side(16).unwrap_or(0), side(20).unwrap_or(0));
            let wanted = (request.grid.width, request.grid.height);
            if got == wanted {
                Ok(())
            } else {
                Err(format!("it has {} × {} pixels instead of {} × {}", got.0, got.1, wanted.0, wanted.1))
            }
        }
    }
}
