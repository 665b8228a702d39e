//! Arguments that become a recipe.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use swath_domain::{
    Band, BestPixel, ByHand, CompositeMethod, CompositeStep, Compression, Dropped, Evening, Every, Fill, Gaps, HandClass, Index,
    MaskSource, ModelFile, Order, OutputCrs, PixelClass, Sensor,
};

use super::{PlaceArgs, filters::FilterArgs};

/// A recipe in arguments; what is left out is as Swath would choose.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// First day (UTC), such as 2025-06-01
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Date,
    /// Last day, included
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Date,
    /// Name of the image in the library
    #[arg(long, value_name = "NAME", default_value = "Cloud-free")]
    pub(crate) title: String,
    /// Kind of product; may be given several times [default: sentinel-2-l2a]
    #[arg(long, value_name = "SENSOR")]
    pub(crate) sensor: Vec<Sensor>,
    /// Catalogue to ask; may be given several times [default: all that can be asked]
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Vec<String>,
    /// Scene that is left out, as provider/collection/item; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) exclude: Vec<String>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    #[command(flatten)]
    pub(crate) mask: MaskArgs,
    #[command(flatten)]
    pub(crate) composite: CompositeArgs,
}

/// Which pixels may be used.
#[derive(Debug, Args)]
#[command(next_help_heading = "Mask")]
pub(crate) struct MaskArgs {
    /// Who tells cloud from ground: auto, provider, detector, none, or model:FILE for an ONNX or LightGBM file with its card beside it
    #[arg(long, value_name = "WHO", default_value = "auto", value_parser = masked_by)]
    pub(crate) mask: MaskChoice,
    /// What is dropped: cloud, cirrus, shadow, snow, water, saturated, or a number of the Sentinel-2 scene classification; may be given
    /// several times [default: cloud cirrus shadow saturated]
    #[arg(long, value_name = "CLASS", value_parser = dropped)]
    pub(crate) drop: Vec<Dropped>,
    /// Metres around cloud that are never used
    #[arg(long, value_name = "METRES", default_value_t = 0.0)]
    pub(crate) cloud_buffer: f64,
    /// Metres around cloud shadow that are never used
    #[arg(long, value_name = "METRES", default_value_t = 0.0)]
    pub(crate) shadow_buffer: f64,
    /// Metres along the edge of what was measured that are never used
    #[arg(long, value_name = "METRES", default_value_t = 0.0)]
    pub(crate) edge: f64,
    /// File with polygons of cloud that the mask missed; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) cloud_here: Vec<PathBuf>,
    /// File with polygons of clear ground that the mask took for cloud; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) clear_here: Vec<PathBuf>,
}

/// How looks become one image.
#[derive(Debug, Args)]
#[command(next_help_heading = "Image")]
pub(crate) struct CompositeArgs {
    /// Band of the image; may be given several times [default: red green blue nir]
    #[arg(long, value_name = "BAND")]
    pub(crate) band: Vec<Band>,
    /// median, mean, first-clear, medoid, geometric-median, best-pixel, percentile:P, max-index:NDVI (ndwi, ndmi, nbr, ndsi), or
    /// fill:DAY to keep one day and fill its holes
    #[arg(long, value_name = "METHOD", default_value = "median", value_parser = method)]
    pub(crate) method: CompositeMethod,
    /// Only the method and the mask: no graded buffers, no balance, no screening
    #[arg(long)]
    pub(crate) plain: bool,
    /// Metres from masked pixels at which looks are tried, most cautious first, such as 720,360,120,0; `none` switches them off
    #[arg(long, value_name = "METRES", value_parser = metres)]
    pub(crate) graded_buffers: Option<Grades>,
    /// Leave scenes as bright as they are
    #[arg(long)]
    pub(crate) no_balance: bool,
    /// Believe the mask: keep pixels that differ from their own series as cloud and shadow do
    #[arg(long)]
    pub(crate) no_screening: bool,
    /// Bring each scene to the period's centre by gain and offset
    #[arg(long)]
    pub(crate) even: bool,
    /// One image for each month, season, year or so many days (days:10)
    #[arg(long, value_name = "PART", value_parser = every)]
    pub(crate) every: Option<Every>,
    /// Stop at so many clear looks of a pixel
    #[arg(long, value_name = "LOOKS", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) at_most: Option<u16>,
    /// With --at-most: leave out blocks that would bring less than this share of their pixels, percent
    #[arg(long, value_name = "PERCENT", requires = "at_most", value_parser = super::filters::percent)]
    pub(crate) least_share: Option<f64>,
    /// Which scenes come first, where that matters: clearest, latest or earliest
    #[arg(long, value_name = "ORDER", default_value = "clearest", value_parser = order)]
    pub(crate) order: Order,
    /// What becomes of pixels without any clear look: empty, or nearest:DAYS, linear:DAYS, smooth:DAYS, similar:DAYS around the period
    #[arg(long, value_name = "HOW", default_value = "empty", value_parser = gaps)]
    pub(crate) gaps: Gaps,
    /// Allow several optical sensors in one image
    #[arg(long)]
    pub(crate) mix_sensors: bool,
    /// Coordinate system: auto or EPSG:n
    #[arg(long, value_name = "CRS", default_value = "auto", value_parser = |text: &str| OutputCrs::try_from(text.to_owned()))]
    pub(crate) crs: OutputCrs,
    /// Width of a pixel in units of the coordinate system [default: the finest of the bands]
    #[arg(long, value_name = "SIZE")]
    pub(crate) resolution: Option<f64>,
    /// Keep also the pixels outside of the area, in its box
    #[arg(long)]
    pub(crate) no_clip: bool,
    /// Compression of the GeoTIFF: deflate, which everything reads, or zstd, which is faster
    #[arg(long, value_name = "HOW", default_value = "deflate", value_parser = compression)]
    pub(crate) compression: Compression,
}

/// Who masks, or nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MaskChoice {
    By(MaskSource),
    Nobody,
}

/// Graded buffers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grades(pub(crate) Vec<f64>);

impl CompositeArgs {
    pub(crate) fn step(&self) -> CompositeStep {
        let bands = if self.band.is_empty() { vec![Band::Red, Band::Green, Band::Blue, Band::Nir] } else { self.band.clone() };
        let step = CompositeStep::of(bands);
        let step = if self.plain { step.plain() } else { step };
        CompositeStep {
            method: self.method.clone(),
            crs: self.crs.clone(),
            resolution: self.resolution,
            clip: !self.no_clip,
            graded_buffers_m: self.graded_buffers.clone().map_or(step.graded_buffers_m, |grades| grades.0),
            balance: step.balance && !self.no_balance,
            screening: step.screening && !self.no_screening,
            evening: self.even.then(Evening::default),
            every: self.every,
            order: self.order,
            at_most: self.at_most,
            least_share: self.least_share.map(|percent| percent / 100.0),
            gaps: self.gaps,
            mix_sensors: self.mix_sensors,
            bands: step.bands,
        }
    }
}

/// A polygon of what somebody saw, in all scenes.
pub(crate) fn by_hand(shows: HandClass, area: swath_domain::Aoi) -> ByHand {
    ByHand { shows, area, scenes: None }
}

fn masked_by(text: &str) -> Result<MaskChoice, String> {
    Ok(match text.split_once(':') {
        Some(("model", path)) if !path.is_empty() => MaskChoice::By(MaskSource::Model(ModelFile { path: path.to_owned(), sha256: None })),
        None if text == "auto" => MaskChoice::By(MaskSource::Auto),
        None if text == "provider" => MaskChoice::By(MaskSource::Provider),
        None if text == "detector" => MaskChoice::By(MaskSource::Detector),
        None if text == "none" => MaskChoice::Nobody,
        _ => return Err(format!("expected auto, provider, detector, none or model:FILE, found `{text}`")),
    })
}

fn dropped(text: &str) -> Result<Dropped, String> {
    if let Ok(number @ 0..=11) = text.parse() {
        return Ok(Dropped::Scl(number));
    }
    let class = PixelClass::ALL.into_iter().find(|class| class.name() == text).filter(|class| *class != PixelClass::Clear);
    class.map(Dropped::Class).ok_or_else(|| format!("expected cloud, cirrus, shadow, snow, water, saturated or 0 to 11, found `{text}`"))
}

fn method(text: &str) -> Result<CompositeMethod, String> {
    let (name, more) = text.split_once(':').map_or((text, None), |(name, more)| (name, Some(more)));
    Ok(match (name, more) {
        ("median", None) => CompositeMethod::Median,
        ("mean", None) => CompositeMethod::Mean,
        ("first-clear", None) => CompositeMethod::FirstClear,
        ("medoid", None) => CompositeMethod::Medoid,
        ("geometric-median", None) => CompositeMethod::GeometricMedian,
        ("best-pixel", None) => CompositeMethod::BestPixel(BestPixel::default()),
        ("percentile", Some(percent)) => CompositeMethod::Percentile(super::filters::percent(percent)?),
        ("fill", Some(day)) => {
            CompositeMethod::Fill(Fill { date: day.parse().map_err(|_| format!("`{day}` is no day: write it as 2024-03-31"))? })
        }
        ("max-index", Some(index)) => CompositeMethod::MaxIndex(match index.to_ascii_lowercase().as_str() {
            "ndvi" => Index::Ndvi,
            "ndwi" => Index::Ndwi,
            "ndmi" => Index::Ndmi,
            "nbr" => Index::Nbr,
            "ndsi" => Index::Ndsi,
            _ => return Err(format!("expected ndvi, ndwi, ndmi, nbr or ndsi, found `{index}`")),
        }),
        _ => {
            return Err(format!(
                "expected median, mean, first-clear, medoid, geometric-median, best-pixel, percentile:25, max-index:ndvi or fill:DAY, found `{text}`"
            ));
        }
    })
}

fn metres(text: &str) -> Result<Grades, String> {
    if text == "none" {
        return Ok(Grades(Vec::new()));
    }
    let metres: Result<Vec<f64>, _> = text.split(',').map(|metres| metres.trim().parse()).collect();
    metres.map(Grades).map_err(|_| format!("expected metres with commas between them, such as 720,360,120,0, or none; found `{text}`"))
}

fn every(text: &str) -> Result<Every, String> {
    Ok(match (text, text.strip_prefix("days:").map(str::parse)) {
        ("month", _) => Every::Month,
        ("season", _) => Every::Season,
        ("year", _) => Every::Year,
        (_, Some(Ok(days @ 1..))) => Every::Days(days),
        _ => return Err(format!("expected month, season, year or days:N, found `{text}`")),
    })
}

fn order(text: &str) -> Result<Order, String> {
    [("clearest", Order::Clearest), ("latest", Order::Latest), ("earliest", Order::Earliest)]
        .into_iter()
        .find_map(|(name, order)| (name == text).then_some(order))
        .ok_or_else(|| format!("expected clearest, latest or earliest, found `{text}`"))
}

fn gaps(text: &str) -> Result<Gaps, String> {
    let (name, days) = text.split_once(':').map_or((text, None), |(name, days)| (name, days.parse::<u16>().ok().filter(|days| *days > 0)));
    Ok(match (name, days) {
        ("empty", None) => Gaps::Empty,
        ("nearest", Some(days)) => Gaps::Nearest(days),
        ("linear", Some(days)) => Gaps::Linear(days),
        ("smooth", Some(days)) => Gaps::Smooth(days),
        ("similar", Some(days)) => Gaps::Similar(days),
        _ => return Err(format!("expected empty, nearest:DAYS, linear:DAYS, smooth:DAYS or similar:DAYS, found `{text}`")),
    })
}

fn compression(text: &str) -> Result<Compression, String> {
    match text {
        "deflate" => Ok(Compression::Deflate),
        "zstd" => Ok(Compression::Zstd),
        _ => Err(format!("expected deflate or zstd, found `{text}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_parts_of_a_recipe() {
        assert_eq!(method("percentile:25"), Ok(CompositeMethod::Percentile(25.0)));
        assert_eq!(method("max-index:NDVI"), Ok(CompositeMethod::MaxIndex(Index::Ndvi)));
        assert!(matches!(method("fill:2023-08-15"), Ok(CompositeMethod::Fill(_))));
        assert_eq!(metres("720, 360,0"), Ok(Grades(vec![720.0, 360.0, 0.0])));
        assert_eq!(every("days:10"), Ok(Every::Days(10)));
        assert_eq!(gaps("linear:30"), Ok(Gaps::Linear(30)));
        assert_eq!(dropped("7"), Ok(Dropped::Scl(7)));
        assert_eq!(dropped("snow"), Ok(Dropped::Class(PixelClass::Snow)));
        assert!(matches!(masked_by("model:clouds.onnx"), Ok(MaskChoice::By(MaskSource::Model(_)))));
        for wrong in ["percentile", "percentile:200", "fill:soon", "max-index:evi", "average"] {
            assert!(method(wrong).is_err(), "{wrong}");
        }
        for wrong in ["linear", "linear:0", "empty:3", "guess:3"] {
            assert!(gaps(wrong).is_err(), "{wrong}");
        }
        assert!(dropped("clear").is_err() && dropped("12").is_err() && every("days:0").is_err() && masked_by("model:").is_err());
    }
}
