//! Arguments of masks of single files.

use std::path::PathBuf;

use clap::Args;
use swath_domain::{Band, Sun};

#[derive(Debug, Args)]
pub(crate) struct MaskFileArgs {
    /// An image with several bands
    #[arg(value_name = "IMAGE.tif")]
    pub(crate) image: PathBuf,
    /// Its bands in order, with commas between them, such as blue,green,red,nir,swir16,swir22; `-` for one that is not looked at
    #[arg(long, value_name = "BANDS", value_delimiter = ',', required = true, value_parser = band)]
    pub(crate) bands: Vec<Option<Band>>,
    /// Factor from stored numbers to reflectance (0 to 1)
    #[arg(long, value_name = "FACTOR", default_value_t = 0.0001)]
    pub(crate) scale: f64,
    /// Added after scaling, such as -0.1 for Sentinel-2 from baseline 04.00 on
    #[arg(long, value_name = "NUMBER", default_value_t = 0.0, allow_hyphen_values = true)]
    pub(crate) offset: f64,
    /// The stored number that means "no data" [default: that of the file]
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) nodata: Option<f64>,
    /// Where the sun stood: azimuth and elevation in degrees; without it the shadows tell
    #[arg(long, value_name = "AZ,EL", value_parser = sun)]
    pub(crate) sun: Option<Sun>,
    /// Size of a pixel in metres, for files that do not say it
    #[arg(long, value_name = "METRES")]
    pub(crate) pixel: Option<f64>,
    /// Look at pixels of this size; finer files are thinned [default: 20 for finer files, else as they are]
    #[arg(long, value_name = "METRES")]
    pub(crate) resolution: Option<f64>,
    /// Use this ONNX or LightGBM file, with its card beside it, instead of Swath's detector
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    /// File to write: one byte a pixel, 0 no data, 1 clear, 2 water, 3 snow, 4 cirrus, 5 cloud, 6 shadow, 7 saturated
    #[arg(long, value_name = "MASK.tif")]
    pub(crate) out: PathBuf,
}

fn band(text: &str) -> Result<Option<Band>, String> {
    if text == "-" { Ok(None) } else { text.parse().map(Some) }
}

fn sun(text: &str) -> Result<Sun, String> {
    let numbers =
        text.split_once(',').and_then(|(azimuth, elevation)| Some((azimuth.trim().parse().ok()?, elevation.trim().parse().ok()?)));
    match numbers {
        Some((azimuth, elevation)) if (0.0..=360.0).contains(&azimuth) && (0.0..=90.0).contains(&elevation) => {
            Ok(Sun { azimuth, elevation })
        }
        _ => Err(format!("expected azimuth (0 to 360) and elevation (0 to 90) in degrees, such as 158.3,52.1, found `{text}`")),
    }
}
