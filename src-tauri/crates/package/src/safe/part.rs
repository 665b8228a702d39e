//! Which files of a product belong to some of its bands.

use swath_domain::{Band, Sensor};

use super::ManifestFile;

/// What a file of a product is, by its path.
enum Role {
    /// Needed whatever the bands are.
    Always,
    /// The image of a band, at so many metres a pixel (0 where there is one only).
    Image(Band, u32),
    /// An image that is no band: true colour, aerosol, water vapour.
    OtherImage,
    /// The mask of the band with this label, such as `B04`.
    MaskOf(String),
}

pub(super) fn of<'a>(files: &'a [ManifestFile], sensor: Sensor, bands: &[Band]) -> Vec<&'a ManifestFile> {
    let role: fn(&str, Sensor) -> Role = match sensor {
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => sentinel_2,
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => sentinel_1,
        // Landsat does not come in SAFE folders.
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => |_, _| Role::Always,
    };
    let roles: Vec<_> = files.iter().map(|file| (file, role(&file.path, sensor))).collect();
    let of_band = |wanted: Band| {
        roles.iter().filter_map(move |(file, role)| match role {
            Role::Image(band, metres) if *band == wanted => Some((*metres, folder(&file.path))),
            _ => None,
        })
    };
    let labels: Vec<_> = bands.iter().filter_map(|band| band.label(sensor)).collect();
    let keep = |file: &ManifestFile, role: &Role| match role {
        Role::Always => true,
        Role::OtherImage => false,
        Role::MaskOf(label) => labels.contains(&label.as_str()),
        Role::Image(band, metres) => {
            // A product of before 2017 holds a band once for every tile; each has its own resolutions.
            let granule = granule(folder(&file.path));
            let choices = || of_band(*band).filter(|(_, folder)| self::granule(folder) == granule).map(|(metres, _)| metres);
            let best = choices().find(|metres| *metres == native(*band)).or_else(|| choices().min());
            bands.contains(band) && best == Some(*metres)
        }
    };
    roles.iter().filter(|(file, role)| keep(file, role)).map(|(file, _)| *file).collect()
}

/// Metres a pixel at which Sentinel-2 takes a band; other resolutions are made of it.
fn native(band: Band) -> u32 {
    match band {
        Band::Blue | Band::Green | Band::Red | Band::Nir => 10,
        Band::Coastal | Band::Nir09 | Band::Cirrus => 60,
        _ => 20,
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `GRANULE/<name>`.
fn granule(folder: &str) -> &str {
    folder.match_indices('/').nth(1).map_or(folder, |(at, _)| &folder[..at])
}

/// `…/IMG_DATA/R10m/T33TWL_20230815T100559_B04_10m.jp2`, `…/QI_DATA/MSK_QUALIT_B04.jp2`, and the forms before them.
fn sentinel_2(path: &str, sensor: Sensor) -> Role {
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some((stem, extension)) = name.rsplit_once('.') else { return Role::Always };
    let (stem, metres) = match stem.rsplit_once('_') {
        Some((stem, last)) => match last.strip_suffix('m').and_then(|digits| digits.parse().ok()) {
            Some(metres) => (stem, metres),
            None => (&name[..name.len() - extension.len() - 1], 0),
        },
        None => (stem, 0),
    };
    let label = stem.rsplit('_').next().unwrap_or_default();
    let band = |label: &str| Band::ALL.iter().copied().find(|band| band.label(sensor) == Some(label));
    if path.contains("/IMG_DATA/") {
        // Levels 2A of before 2018 keep their classification beside the bands under the old names of the masks.
        return band(label).map_or(Role::OtherImage, |band| Role::Image(band, metres));
    }
    if !path.contains("/QI_DATA/") || !matches!(extension, "jp2" | "gml" | "tif") {
        return Role::Always;
    }
    match label {
        "CLDPRB" | "CLD" => Role::Image(Band::CloudProbability, metres),
        "SNWPRB" | "SNW" => Role::Image(Band::SnowProbability, metres),
        // Masks of all bands (`B00`), the preview, and what is not known.
        _ if name.starts_with("MSK_") && band(label).is_some() => Role::MaskOf(label.to_owned()),
        _ => Role::Always,
    }
}

/// `measurement/s1a-iw-grd-vv-20210809t173953-….tiff`. The annotations of all polarisations stay: programs read them together.
fn sentinel_1(path: &str, sensor: Sensor) -> Role {
    let Some(name) = path.strip_prefix("measurement/") else { return Role::Always };
    let polarisation = name.split('-').nth(3).unwrap_or_default().to_ascii_uppercase();
    let band = Band::ALL.iter().copied().find(|band| band.label(sensor) == Some(&polarisation));
    band.map_or(Role::Always, |band| Role::Image(band, 0))
}
