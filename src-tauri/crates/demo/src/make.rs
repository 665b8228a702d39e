//! From options to files, in pieces that can be cancelled and that fit the memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value, json};
use swath_domain::{Compression, Monitor, Report, Stop};
use swath_raster::cog::{self, Pixels};

use crate::catalogue::{self, COLLECTION, LAYERS, Measured};
use crate::classify::{classify, truth};
use crate::land::Land;
use crate::observe::Look;
use crate::sky::Sky;
use crate::weather::{Weather, weather};
use crate::{DemoError, DemoOptions, GENERATOR, MARKER, TRUTH, files, place, thumbnail};

type Made<T> = Result<T, Stop<DemoError>>;

/// Pixels of all dates in work at once: what bounds the memory.
const PIXELS_AT_ONCE: usize = 24 << 20;
/// Areas wider than this write two bands of a date at a time.
const LARGE: usize = 4000;

/// Writes everything into a folder that is there and empty.
pub(crate) fn write(options: &DemoOptions, root: &Path, monitor: &dyn Monitor) -> Made<()> {
    let (lon, lat) = place::lon_lat(options.pixels, 0.5, 0.5);
    let series = weather(options, lon, lat)?;
    let land = Land::make(options, monitor)?;
    let work = Work { options, root, land: &land, monitor };
    work.truth()?;
    let at_once = (PIXELS_AT_ONCE / (land.pixels * land.pixels)).clamp(1, series.len());
    for dates in series.chunks(at_once) {
        dates.par_iter().map(|weather| work.date(weather)).collect::<Made<Vec<()>>>()?;
    }
    files::json(&root.join("catalog.json"), &catalogue::catalog())?;
    files::json(&root.join(COLLECTION).join("collection.json"), &catalogue::collection(options, &series))?;
    let listed: BTreeMap<String, u64> = listing(root)?;
    files::json(&root.join(MARKER), &json!({ "generator": GENERATOR, "options": options, "files": listed }))?;
    Ok(())
}

/// Every file below a folder with its length, by path with `/`.
pub(crate) fn listing(root: &Path) -> Result<BTreeMap<String, u64>, DemoError> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        let failed = |e: std::io::Error| DemoError::io("list", &path, &e);
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (name, about) = (folder.join(entry.file_name()), entry.metadata().map_err(failed)?);
            if about.is_dir() {
                folders.push(name);
            } else {
                found.insert(name.to_string_lossy().replace('\\', "/"), about.len());
            }
        }
    }
    Ok(found)
}

struct Work<'a> {
    options: &'a DemoOptions,
    root: &'a Path,
    land: &'a Land,
    monitor: &'a dyn Monitor,
}

impl Work<'_> {
    /// One piece: not begun once cancelled, reported when done.
    fn piece<T>(&self, make: impl FnOnce() -> Result<T, DemoError>) -> Made<T> {
        if self.monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let made = make()?;
        self.monitor.report(Report::Advanced(1));
        Ok(made)
    }

    fn tif(&self, size: u32, pixels: Pixels, nodata: f64, path: &Path) -> Result<(), DemoError> {
        let classes = matches!(pixels, Pixels::U8(_));
        let block = if self.land.pixels >= LARGE { 1024 } else { 512 };
        let grid = place::grid(self.options.pixels, size);
        cog::from_pixels(&grid, pixels, Some(nodata), block, classes, Compression::Deflate, path).map_err(DemoError::Raster)
    }

    /// The land of the middle of the period: reflectance times 10 000, no offset, no noise.
    fn truth(&self) -> Made<()> {
        files::folder(&self.root.join(TRUTH).join("sky"))?;
        self.bands(|i| {
            let pixels = self.land.fine.get(i).unwrap_or(&self.land.swir);
            let path = self.root.join(TRUTH).join(format!("{}.tif", LAYERS[i].band.name()));
            self.tif(LAYERS[i].size, Pixels::U16(pixels), 0.0, &path)
        })?;
        Ok(())
    }

    /// Does something for each band, several at a time where they are small.
    fn bands<T: Send>(&self, make: impl Fn(usize) -> Result<T, DemoError> + Sync) -> Made<Vec<T>> {
        let at_once = if self.land.pixels >= LARGE { 2 } else { LAYERS.len() };
        let order: Vec<usize> = (0..LAYERS.len()).collect();
        let mut made = Vec::new();
        for some in order.chunks(at_once) {
            made.extend(some.par_iter().map(|&i| self.piece(|| make(i))).collect::<Made<Vec<T>>>()?);
        }
        Ok(made)
    }

    fn date(&self, weather: &Weather) -> Made<()> {
        let (options, seed) = (self.options, (self.options.seed ^ self.options.seed >> 32) as u32);
        let id = catalogue::item_id(weather);
        let folder = self.root.join(COLLECTION).join("items").join(&id);
        files::folder(&folder)?;
        let sky = self.piece(|| Ok(Sky::make(options.seed, self.land.pixels / 2, weather)))?;
        let look = Look { land: self.land, sky: &sky, weather, seed: seed ^ 0x5E45_0123, phenology: options.phenology };
        let mut facts = BTreeMap::new();

        let classes = self.piece(|| {
            let classes = classify(&look, options.missed_rims, options.commission);
            let path = folder.join("SCL.tif");
            self.tif(20, Pixels::U8(&classes), 0.0, &path)?;
            facts.insert("SCL.tif".to_owned(), files::fact(&path)?);
            Ok(classes)
        })?;
        let really = self.piece(|| {
            let really = truth(&look);
            self.tif(20, Pixels::U8(&really), 255.0, &self.root.join(TRUTH).join("sky").join(format!("{id}.tif")))?;
            Ok(really)
        })?;
        let fine = self.piece(|| Ok(look.fine()))?;
        let swir = look.swir();
        let bands = self.bands(|i| {
            let file = format!("{}.tif", LAYERS[i].label);
            let path = folder.join(&file);
            self.tif(LAYERS[i].size, Pixels::U16(fine.get(i).unwrap_or(&swir)), 0.0, &path)?;
            Ok((file, files::fact(&path)?))
        })?;
        facts.extend(bands);
        self.piece(|| {
            let path = folder.join("thumbnail.jpg");
            thumbnail::write(&fine, self.land.pixels, &path)?;
            facts.insert("thumbnail.jpg".to_owned(), files::fact(&path)?);
            let measured = Measured { cloud: share(&really), classes: count(&classes), facts };
            let item: Value = catalogue::item(options, weather, &measured);
            files::json(&folder.join("item.json"), &item)
        })
    }
}

/// Share of the seen pixels under cloud.
fn share(really: &[u8]) -> f64 {
    let seen = really.iter().filter(|&&v| v != 255).count().max(1);
    really.iter().filter(|&&v| v == 1).count() as f64 / seen as f64
}

fn count(classes: &[u8]) -> [u64; 12] {
    let mut counts = [0; 12];
    for &class in classes {
        counts[usize::from(class.min(11))] += 1;
    }
    counts
}
