//! How many bytes a wish takes, as far as it can be told without asking anybody.

use swath_domain::{Aoi, Asset, Band, PackageForm, Scene, Sensor, Wanted};

use super::offers;

/// Bytes over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) bytes: u64,
    /// Whether a catalogue or a header says so; otherwise it is what products of the kind usually have.
    pub(super) exact: bool,
}

impl Size {
    pub(super) const NOTHING: Size = Size { bytes: 0, exact: true };

    fn guess(bytes: f64) -> Self {
        Self { bytes: bytes as u64, exact: false }
    }

    pub(super) fn plus(self, other: Size) -> Size {
        Size { bytes: self.bytes + other.bytes, exact: self.exact && other.exact }
    }
}

/// Metadata, masks and pictures of a SAFE folder besides its bands.
const BESIDES: f64 = 8e6;
/// Bands compress to so many bytes a pixel as TIFF and as JPEG 2000; classes to much fewer.
const TIFF: f64 = 1.25;
const JP2: f64 = 0.95;
const CLASSES: f64 = 0.05;

/// What catalogues say, or else what products of the kind usually have.
pub(super) fn of(scene: &Scene, wanted: &Wanted) -> Size {
    match wanted {
        Wanted::Product { form, .. } => product(scene, *form),
        Wanted::PartialSafe { bands } => {
            let files = bands.iter().map(|band| safe_band(scene, *band)).fold(0.0, |sum, bytes| sum + bytes);
            Size::guess(files + BESIDES)
        }
        Wanted::Bands { bands } => bands.iter().map(|band| band_file(scene, *band)).fold(Size::NOTHING, Size::plus),
        Wanted::Window { bands, area } => bands.iter().map(|band| under(scene, *band, area)).fold(Size::NOTHING, Size::plus),
    }
}

fn product(scene: &Scene, form: PackageForm) -> Size {
    let of = |form| offers::packages(scene, form).into_iter().find_map(|package| package.size);
    if let Some(bytes) = of(form) {
        return Size { bytes, exact: true };
    }
    // A zip of a SAFE folder is stored, not compressed.
    let like = matches!(form, PackageForm::SafeNodes | PackageForm::SafeS3).then(|| of(PackageForm::SafeZip)).flatten();
    Size::guess(like.map_or_else(|| usual(scene.sensor), |bytes| bytes as f64))
}

fn usual(sensor: Sensor) -> f64 {
    match sensor {
        Sensor::Sentinel2L2a => 1.1e9,
        Sensor::Sentinel2L1c => 0.75e9,
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => 1.3e9,
        Sensor::LandsatC2L2 => 0.95e9,
        Sensor::LandsatC2L1 => 1.05e9,
    }
}

/// The file of a band as its best place has it.
pub(super) fn band_file(scene: &Scene, band: Band) -> Size {
    let places = offers::places(scene, band);
    match places.first().and_then(|best| best.size) {
        Some(bytes) => Size { bytes, exact: true },
        None => Size::guess(pixels(scene, band) * density(band, places.first().is_none_or(|best| best.is_tiff()))),
    }
}

/// The file of a band inside a SAFE folder, which may be told of by a catalogue that has it open.
fn safe_band(scene: &Scene, band: Band) -> f64 {
    let told = scene.sources(band).filter(|asset| !asset.is_tiff()).find_map(|asset| asset.size);
    match (told, scene.sensor) {
        (Some(bytes), Sensor::Sentinel2L1c | Sensor::Sentinel2L2a) => bytes as f64,
        // Measurements are not compressed.
        (_, Sensor::Sentinel1Grd) => pixels(scene, band) * 2.0,
        _ => pixels(scene, band) * density(band, false),
    }
}

/// The share of a band that lies under an area, by its grid or else by outlines; blocks reach beyond it.
fn under(scene: &Scene, band: Band, area: &Aoi) -> Size {
    let places: Vec<&Asset> = offers::places(scene, band).into_iter().filter(|asset| asset.is_tiff()).collect();
    let grid = places.iter().find_map(|asset| asset.grid.as_ref());
    let window = grid.and_then(|grid| Some((grid, swath_raster::clip_window(grid, area).ok()??)));
    let share = match window {
        Some((grid, window)) => {
            let reach = |length: u32, whole: u32| f64::from(length.div_ceil(512) + 1) * 512.0 / f64::from(whole).max(1.0);
            reach(window.width, grid.width).min(1.0) * reach(window.height, grid.height).min(1.0)
        }
        None if grid.is_some() => 0.0,
        None => {
            let ground = Aoi::ground_m2(&scene.footprint).max(1.0);
            (area.area_m2() * area.coverage_by(&scene.footprint) / ground * 1.5).min(1.0)
        }
    };
    let whole = places.iter().find_map(|asset| asset.size).map_or_else(|| pixels(scene, band) * density(band, true), |bytes| bytes as f64);
    Size::guess(whole * share)
}

/// Columns times rows of a band.
pub(super) fn pixels(scene: &Scene, band: Band) -> f64 {
    if let Some(grid) = scene.sources(band).find_map(|asset| asset.grid.as_ref()) {
        return grid.pixels() as f64;
    }
    use Band::*;
    match (scene.sensor, band) {
        (Sensor::Sentinel2L1c | Sensor::Sentinel2L2a, Blue | Green | Red | Nir) => 10_980.0 * 10_980.0,
        (Sensor::Sentinel2L1c | Sensor::Sentinel2L2a, Coastal | Nir09 | Cirrus) => 1_830.0 * 1_830.0,
        (Sensor::Sentinel2L1c | Sensor::Sentinel2L2a, _) => 5_490.0 * 5_490.0,
        (Sensor::LandsatC2L1 | Sensor::LandsatC2L2, Pan) => 15_300.0 * 15_600.0,
        (Sensor::LandsatC2L1 | Sensor::LandsatC2L2, _) => 7_650.0 * 7_800.0,
        (Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc, _) => 25_700.0 * 16_700.0,
    }
}

fn density(band: Band, tiff: bool) -> f64 {
    match (band.is_classification(), tiff) {
        (true, _) => CLASSES,
        (false, true) => TIFF,
        (false, false) => JP2,
    }
}
