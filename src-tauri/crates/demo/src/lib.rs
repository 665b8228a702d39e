//! Null Island: a synthetic landscape under drifting clouds, made on the user's machine as an ordinary catalogue of Sentinel-2 scenes, and
//! the truth beneath the clouds.
//!
//! [`make`] writes a folder; [`open`] finds one made before; [`recipe`] is what one would do with it:
//!
//! ```text
//! catalog.json                                static STAC 1.1, relative links
//! sentinel-2-c1-l2a/collection.json
//! sentinel-2-c1-l2a/items/<id>/item.json      as Earth Search describes Collection 1
//!                              B02.tif …      COGs: blue green red nir (10 m), swir16 (20 m), SCL (20 m)
//!                              thumbnail.jpg
//! truth/<band>.tif                            land without clouds: reflectance x 10 000, no offset, no noise
//! truth/sky/<id>.tif                          what was really there: 0 clear, 1 cloud, 2 shadow, 255 not seen
//! demo.json                                   options, version of the maker, every file with its length
//! ```
//!
//! How a pixel comes about: `noise` gives fractal fields that are pure functions of seed and place, so any thread may make any pixel and the
//! bytes are the same. `land` lays coast, river, hills, fields and town and turns them into reflectance. `weather` decides for each date how
//! cloudy it is and how far the wind has carried the air; `sky` makes cumulus, shadows and cirrus from that; `observe` looks at the land
//! through the sky and stores numbers of baseline 05.11 (1000 added, noise, 0 beyond the swath); `classify` says what Sen2Cor would have
//! said, with its usual mistakes at the stated rates.

mod catalogue;
mod classify;
mod error;
mod files;
mod land;
mod make;
mod noise;
mod observe;
mod options;
mod place;
mod sky;
mod sun;
mod thumbnail;
mod weather;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use swath_domain::{Aoi, Band, CompositeStep, DateRange, MaskStep, Monitor, Recipe, SearchStep, Sensor, Step, Stop, WriteStep};

pub use error::DemoError;
pub use options::DemoOptions;

/// Id under which the catalogue is searched.
pub const PROVIDER: &str = "demo";
/// Grows whenever the same options give other bytes.
const GENERATOR: u32 = 1;
const MARKER: &str = "demo.json";
const TRUTH: &str = "truth";

/// A demo catalogue on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Demo {
    /// Its folder.
    pub folder: PathBuf,
    /// Root of the static STAC catalogue.
    pub catalog: PathBuf,
    /// An area inside it, from the coast to the hills.
    pub area: Aoi,
    /// From the first acquisition to the last.
    pub dates: DateRange,
    /// Kinds of product in it.
    pub sensors: Vec<Sensor>,
    /// Folder of the truth: `<band>.tif` with the land, `sky/<item>.tif` with what hid it.
    pub truth: PathBuf,
    /// How it was made.
    pub options: DemoOptions,
}

/// Makes the catalogue in `folder`, which appears only when it is whole; an older demo there is replaced.
///
/// Runs on the rayon pool it is called from and reports [`DemoOptions::steps`] steps. Equal options give equal bytes, whatever the pool.
///
/// # Errors
/// Options out of range, a folder that holds something else, a full disk. [`Stop::Cancelled`] leaves nothing behind.
pub fn make(options: &DemoOptions, folder: &Path, monitor: &dyn Monitor) -> Result<Demo, Stop<DemoError>> {
    options.check()?;
    let demo = Demo::at(options, folder)?;
    let draft = files::Draft::new(folder, MARKER)?;
    make::write(options, &draft.path, monitor)?;
    draft.publish()?;
    Ok(demo)
}

/// The catalogue in `folder`, if it was made with these options by this version and no file of it is missing or cut short.
pub fn open(options: &DemoOptions, folder: &Path) -> Option<Demo> {
    let marker = Marker::read(folder)?;
    (marker.generator == GENERATOR && marker.options == *options && marker.is_whole(folder)).then(|| Demo::at(options, folder).ok())?
}

/// The demo's recipe: the default cloud-free image of all scenes in red, green, blue and near infrared.
pub fn recipe(demo: &Demo) -> Recipe {
    let search = SearchStep {
        sensors: demo.sensors.clone(),
        providers: Some(vec![PROVIDER.into()]),
        max_cloud: None,
        filters: Default::default(),
        scenes: None,
        exclude: Vec::new(),
    };
    let composite = CompositeStep::of(vec![Band::Red, Band::Green, Band::Blue, Band::Nir]);
    Recipe {
        version: Recipe::VERSION,
        name: "Null Island".into(),
        area: demo.area.clone(),
        dates: demo.dates,
        steps: vec![Step::Search(search), Step::Mask(MaskStep::default()), Step::Composite(composite), Step::Write(WriteStep::default())],
    }
}

impl Demo {
    fn at(options: &DemoOptions, folder: &Path) -> Result<Self, DemoError> {
        Ok(Self {
            folder: folder.to_owned(),
            catalog: folder.join("catalog.json"),
            area: place::area(options.pixels).map_err(|e| DemoError::Catalogue(e.to_string()))?,
            dates: options.range()?,
            sensors: vec![Sensor::Sentinel2L2a],
            truth: folder.join(TRUTH),
            options: options.clone(),
        })
    }
}

#[derive(Deserialize)]
struct Marker {
    generator: u32,
    options: DemoOptions,
    files: std::collections::BTreeMap<String, u64>,
}

impl Marker {
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join(MARKER)).ok()?).ok()
    }

    fn is_whole(&self, folder: &Path) -> bool {
        let right = |(name, size): (&String, &u64)| std::fs::metadata(folder.join(name)).is_ok_and(|m| m.is_file() && m.len() == *size);
        !self.files.is_empty() && self.files.iter().all(right)
    }
}

#[cfg(test)]
mod tests;
