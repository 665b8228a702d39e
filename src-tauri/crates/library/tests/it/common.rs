//! Libraries in temporary folders, and values to fill them with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use swath_domain::{Aoi, Asset, Band, BandStatistics, Crs, Evidence, Grid, Job, JobState, Radiometry, Recipe, Scene, SceneId, Sensor};
use swath_domain::{Content, HeldFile, Holding, Transfer, TransferState, Wanted};
use swath_library::{JobRequest, Library, Piece, PublishRequest, TransferRequest};
use tempfile::TempDir;

pub(crate) fn library() -> (TempDir, Library) {
    let dir = tempfile::tempdir().unwrap();
    let library = Library::open(dir.path()).unwrap();
    (dir, library)
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn noon() -> Timestamp {
    at("2025-08-18T12:00:00Z")
}

pub(crate) fn request(name: &str) -> JobRequest {
    let recipe = json!({
        "version": 1, "name": name, "dates": {"from": "2025-06-01", "to": "2025-06-30"},
        "area": {"type": "Polygon", "coordinates": [[[15.0, 45.0], [15.1, 45.0], [15.1, 45.1], [15.0, 45.0]]]},
        "steps": [{"step": "search", "sensors": ["sentinel-2-l2a"]}, {"step": "mask"},
                  {"step": "composite", "bands": ["red", "nir"]}, {"step": "write"}]
    });
    JobRequest { recipe: Recipe::from_json(&recipe.to_string()).unwrap(), scenes: vec![] }
}

/// A job brought to a state along allowed ways.
pub(crate) fn job_in(library: &Library, state: JobState) -> Job {
    let job = library.jobs().insert(&request("t"), noon()).unwrap();
    let way: &[JobState] = match state {
        JobState::Queued => &[],
        JobState::Running | JobState::Paused | JobState::Cancelled => &[state],
        _ => &[JobState::Running, state],
    };
    way.iter().fold(job, |job, to| library.jobs().transition(job.id, *to, None, noon()).unwrap())
}

pub(crate) fn scene(item: &str, bbox: [f64; 4], moment: &str, cloud: Option<f64>) -> Scene {
    let asset = Asset::new(format!("https://example.com/{item}/B04.tif"), Radiometry::identity(Some(0.0), Evidence::Assumed));
    let footprint = Aoi::from_bbox(bbox).unwrap().shape().clone();
    Scene {
        platform: "sentinel-2a".into(),
        cloud_cover: cloud,
        assets: BTreeMap::from([(Band::Red, asset)]),
        ..Scene::new(SceneId::new("p", "c", item), Sensor::Sentinel2L2a, at(moment), footprint)
    }
}

/// Finished files of a job, as its last stage leaves them.
pub(crate) fn stage(library: &Library, job: &Job) -> PathBuf {
    let staged = library.folders().staging_of(job.id).join("product");
    std::fs::create_dir_all(staged.join("quality")).unwrap();
    std::fs::write(staged.join("image.tif"), vec![7; 5000]).unwrap();
    std::fs::write(staged.join("quality/clear.tif"), vec![1; 300]).unwrap();
    std::fs::write(library.folders().staging_of(job.id).join("scratch.bin"), b"scratch").unwrap();
    staged
}

pub(crate) fn publication<'a>(job: &Job, name: &str, staged: &'a Path) -> PublishRequest<'a> {
    let recipe = request(name).recipe;
    PublishRequest {
        job: job.id,
        name: name.into(),
        staged,
        dates: recipe.dates,
        sensors: vec![Sensor::Sentinel2L2a],
        footprint: recipe.area.shape().clone(),
        grid: Grid::from_affine(Crs::epsg(32633), [10.0, 0.0, 500_000.0, 0.0, -10.0, 5_000_000.0], 100, 50).unwrap(),
        bands: vec![BandStatistics { band: Band::Red, min: 1.0, max: 9.0, mean: 5.0, deviation: 2.0, low: 2.0, high: 8.0 }],
        scenes: 3,
    }
}

pub(crate) fn bands(bands: &[Band]) -> Wanted {
    Wanted::Bands { bands: bands.to_vec() }
}

/// Queued transfers of one batch.
pub(crate) fn order(library: &Library, name: &str, n: usize) -> Vec<Transfer> {
    let requests: Vec<_> = (0..n)
        .map(|n| {
            let scene = scene(&format!("{name}{n}"), [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
            TransferRequest { scene, wanted: bands(&[Band::Red]), name: format!("{name} {n}") }
        })
        .collect();
    library.transfers().order(name, &requests, noon()).unwrap().1
}

/// A transfer brought to a state along allowed ways.
pub(crate) fn transfer_in(library: &Library, state: TransferState) -> Transfer {
    let transfer = order(library, "t", 1).remove(0);
    let way: &[TransferState] = match state {
        TransferState::Queued => &[],
        TransferState::Running | TransferState::Paused | TransferState::Cancelled => &[state],
        _ => &[TransferState::Running, state],
    };
    way.iter().fold(transfer, |transfer, to| library.transfers().transition(transfer.id, *to, None, noon()).unwrap())
}

/// A finished piece in the staging folder of a running transfer: one file when its path is empty, a folder otherwise.
pub(crate) fn piece(library: &Library, transfer: &Transfer, name: &str, content: Content, files: &[(&str, &[u8])]) -> Piece {
    let staged = library.folders().staging_of_transfer(transfer.id).join(name);
    let files = files.iter().map(|(path, bytes)| {
        let file = if path.is_empty() { staged.clone() } else { staged.join(path) };
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, bytes).unwrap();
        let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        HeldFile { path: (*path).into(), bytes: bytes.len() as u64, sha256 }
    });
    Piece { content, files: files.collect(), staged: staged.clone(), provider: "p".into() }
}

/// Fetches one piece of a scene into the library.
pub(crate) fn hold(library: &Library, scene: &Scene, content: Content, files: &[(&str, &[u8])]) -> Holding {
    let request = TransferRequest { scene: scene.clone(), wanted: bands(&[Band::Red]), name: scene.id.item().into() };
    let (_, mut ordered) = library.transfers().order("b", &[request], noon()).unwrap();
    let transfer = library.transfers().transition(ordered.remove(0).id, TransferState::Running, None, noon()).unwrap();
    let piece = piece(library, &transfer, "piece.tif", content, files);
    library.transfers().publish(transfer.id, vec![piece], noon()).unwrap().remove(0)
}

/// Every file below a folder with its bytes, by its path inside, without what carries the library's mark.
pub(crate) fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() && !path.ends_with(".swath-library") {
            found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
        }
    }
    found
}
