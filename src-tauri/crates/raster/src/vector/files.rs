//! From a path to layers: which format it is, and which other files belong to it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use swath_domain::{Monitor, Stop};

use super::budget::{Budget, FILE_BYTES, UNPACKED_BYTES, file_name};
use super::raw::Layer;
use super::shapefile::{self, Parts};
use super::{AreaFile, VectorError, archive, csv, geojson, gpkg, gpx, kml, letters, wkt};

/// Files in a folder that are looked through for the parts of a shapefile.
const SIBLINGS: usize = 100_000;
/// Parts of a shapefile that say nothing that is needed, but that people click on.
const OTHER_PARTS: [&str; 5] = ["shx", "sbn", "sbx", "qpj", "qix"];

pub(super) fn open(path: &Path, monitor: &dyn Monitor) -> Result<AreaFile, Stop<VectorError>> {
    let name = file_name(path);
    let budget = Budget::new(&name, monitor);
    let ending = ending(&name);
    if shapefile::is_part(&ending) || OTHER_PARTS.contains(&ending.as_str()) {
        // Missing or no file at all is told before anything is looked for beside it.
        regular(path, &name)?;
        let parts = siblings(path, &budget)?;
        if !parts.contains_key("shp") {
            let what = "it is part of a shapefile whose .shp is not beside it".to_owned();
            return Err(VectorError::UnknownFormat { name, what }.into());
        }
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let layer = shapefile::read(stem, &parts, &budget)?;
        return Ok(AreaFile::new(&name, vec![layer], false)?);
    }
    let (layers, junk) = content(load(path, &budget)?, &ending, &budget)?;
    Ok(AreaFile::new(&name, layers, junk)?)
}

/// Layers of a file that is one by itself; and whether something after its end was left out.
fn content(bytes: Vec<u8>, ending: &str, budget: &Budget) -> Result<(Vec<Layer>, bool), Stop<VectorError>> {
    let unknown = |what: &str| Stop::Failed(VectorError::UnknownFormat { name: budget.name.into(), what: what.into() });
    if archive::is_archive(&bytes) {
        return from_archive(&bytes, budget);
    }
    if gpkg::is_geopackage(&bytes) {
        return Ok((gpkg::read(bytes, budget)?, false));
    }
    match ending {
        "zip" | "kmz" => return Err(budget.damaged("it does not begin as an archive does")),
        "gpkg" => return Err(budget.damaged("it does not begin as a GeoPackage does")),
        _ => {}
    }
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"7z\xbc\xaf") || bytes.starts_with(b"Rar!") {
        return Err(unknown("an archive other than zip; unpack it first"));
    }
    let declared = declared_encoding(&bytes);
    let text = letters::decode(&bytes, declared.as_deref());
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{1e}');
    match start.as_bytes().first() {
        None => Err(VectorError::NoFeatures { name: budget.name.into() }.into()),
        Some(b'{' | b'[') => one(geojson::read(start, budget)),
        Some(b'<') => markup(start, budget),
        _ if wkt::is_wkt(start) => one(wkt::read(start, budget)),
        _ if csv::is_table(start) => Ok((vec![csv::read(start, budget)?], false)),
        _ => match ending {
            "geojson" | "json" => one(geojson::read(start, budget)),
            "csv" | "txt" | "tsv" if !start.contains('\0') => Err(unknown("a text without columns named lon and lat and without WKT")),
            "kml" | "gpx" => Err(budget.damaged("it does not begin as XML does")),
            _ => Err(unknown("its first bytes are those of none")),
        },
    }
}

fn one(read: Result<(Layer, bool), Stop<VectorError>>) -> Result<(Vec<Layer>, bool), Stop<VectorError>> {
    read.map(|(layer, junk)| (vec![layer], junk))
}

/// KML or GPX.
pub(super) fn markup(text: &str, budget: &Budget) -> Result<(Vec<Layer>, bool), Stop<VectorError>> {
    // The first element decides; what stands before it is declaration and comments.
    let head: String = text.chars().take(10_000).collect::<String>().to_ascii_lowercase();
    let at = |word: &str| head.find(word).unwrap_or(usize::MAX);
    match (at("<kml").min(at(":kml")), at("<gpx")) {
        (usize::MAX, usize::MAX) if head.contains("<!entity") => kml::read(text, budget),
        (usize::MAX, usize::MAX) => {
            Err(VectorError::UnknownFormat { name: budget.name.into(), what: "XML, but neither KML nor GPX".into() }.into())
        }
        (kml, gpx) if gpx < kml => gpx::read(text, budget),
        _ => kml::read(text, budget),
    }
}

fn from_archive(bytes: &[u8], budget: &Budget) -> Result<(Vec<Layer>, bool), Stop<VectorError>> {
    let entries = archive::entries(bytes, budget)?;
    let mut room = UNPACKED_BYTES;
    // Parts of one shapefile lie in one folder and have one name but for its ending; capitals do not matter.
    let mut shapefiles: BTreeMap<String, Vec<(String, &archive::Entry)>> = BTreeMap::new();
    for entry in &entries {
        let ending = ending(&entry.name);
        if shapefile::is_part(&ending) {
            let stem = entry.name[..entry.name.len() - ending.len() - 1].to_lowercase();
            shapefiles.entry(stem).or_default().push((ending, entry));
        }
    }
    shapefiles.retain(|_, parts| parts.iter().any(|(ending, _)| ending == "shp"));
    let mut layers = Vec::new();
    for parts in shapefiles.values() {
        let mut unpacked = Parts::new();
        let mut name = "";
        for (ending, entry) in parts {
            unpacked.insert(ending.clone(), archive::unpack(bytes, entry, &mut room, budget)?);
            if ending == "shp" {
                let file = entry.name.rsplit('/').next().unwrap_or_default();
                name = &file[..file.len() - 4];
            }
        }
        layers.push(shapefile::read(name, &unpacked, budget)?);
    }
    if !layers.is_empty() {
        return Ok((layers, false));
    }
    let kml = entries.iter().filter(|e| ending(&e.name) == "kml").min_by_key(|e| !e.name.eq_ignore_ascii_case("doc.kml"));
    let others =
        entries.iter().filter(|e| kml.is_none() && ["geojson", "json", "gpkg", "gpx", "wkt", "csv"].contains(&ending(&e.name).as_str()));
    let mut junk = false;
    for entry in kml.into_iter().chain(others) {
        let (read, more) = content(archive::unpack(bytes, entry, &mut room, budget)?, &ending(&entry.name), budget)?;
        junk |= more;
        let stem = entry.name.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map_or("", |(stem, _)| stem);
        layers.extend(read.into_iter().map(|mut layer| {
            if layer.name.is_empty() && kml.is_none() {
                layer.name = stem.to_owned();
            }
            layer
        }));
    }
    if layers.is_empty() && kml.is_none() {
        let what = "an archive with none of these in it".to_owned();
        return Err(VectorError::UnknownFormat { name: budget.name.into(), what }.into());
    }
    Ok((layers, junk))
}

/// All parts of the shapefile to which a file belongs, whatever the capitals of their endings.
fn siblings(path: &Path, budget: &Budget) -> Result<Parts, Stop<VectorError>> {
    let mut parts = Parts::new();
    let chosen = file_name(path);
    let stem = chosen.rsplit_once('.').map_or(chosen.as_str(), |(stem, _)| stem).to_lowercase();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found = vec![path.to_path_buf()];
    // A folder that may not be listed still leaves the file itself.
    for entry in std::fs::read_dir(folder).into_iter().flatten().take(SIBLINGS).flatten() {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if name.rsplit_once('.').is_some_and(|(s, ending)| s == stem && shapefile::is_part(ending)) {
            found.push(entry.path());
        }
    }
    let mut room = UNPACKED_BYTES;
    for file in found {
        let ending = ending(&file_name(&file));
        if !shapefile::is_part(&ending) || parts.contains_key(&ending) {
            continue;
        }
        match load(&file, budget) {
            Ok(bytes) => {
                room = room
                    .checked_sub(bytes.len() as u64)
                    .ok_or_else(|| VectorError::too_large(budget.name, "its parts have more than 512 MiB"))?;
                parts.insert(ending, bytes);
            }
            // Outlines are needed, their attributes are not.
            Err(Stop::Failed(_)) if ending != "shp" => {}
            Err(other) => return Err(other),
        }
    }
    Ok(parts)
}

fn regular(path: &Path, name: &str) -> Result<u64, VectorError> {
    let unreadable = |e: std::io::Error| VectorError::Unreadable { name: name.into(), words: e.to_string() };
    let found = std::fs::metadata(path).map_err(unreadable)?;
    // A pipe or a device would never end.
    if found.is_file() { Ok(found.len()) } else { Err(VectorError::NotAFile { name: name.into() }) }
}

fn load(path: &Path, budget: &Budget) -> Result<Vec<u8>, Stop<VectorError>> {
    let unreadable = |e: std::io::Error| Stop::Failed(VectorError::Unreadable { name: budget.name.into(), words: e.to_string() });
    let too_large = || VectorError::too_large(budget.name, format!("more than {} MiB", FILE_BYTES >> 20));
    let length = regular(path, budget.name)?;
    if length > FILE_BYTES {
        return Err(too_large().into());
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::with_capacity(length as usize + 1);
    loop {
        budget.go_on()?;
        if (&mut file).take(4 << 20).read_to_end(&mut bytes).map_err(unreadable)? == 0 {
            return Ok(bytes);
        }
        // It may grow while it is read.
        if bytes.len() as u64 > FILE_BYTES {
            return Err(too_large().into());
        }
    }
}

/// After the last dot, in lower case.
fn ending(name: &str) -> String {
    name.rsplit(['/', '\\']).next().and_then(|file| file.rsplit_once('.')).map_or_else(String::new, |(_, ending)| ending.to_lowercase())
}

/// The encoding that an XML declaration names.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declaration = head.split_once("<?xml")?.1.split_once("?>")?.0.to_owned();
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start().to_owned();
    value.split(['"', '\'']).nth(1).map(str::to_owned)
}
