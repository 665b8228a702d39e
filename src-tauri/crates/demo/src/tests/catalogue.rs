//! The catalogue as a client reads it.

use std::fs;
use std::path::Path;

use serde_json::Value;
use swath_domain::{Grid, Never, Placement, Recipe};

use super::*;
use crate::{files::fact, make, recipe};

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

/// Follows links of one kind.
fn follow(from: &Path, rel: &str) -> Vec<std::path::PathBuf> {
    let json = read(from);
    let links = json["links"].as_array().unwrap().iter().filter(|l| l["rel"] == rel);
    links.map(|l| from.parent().unwrap().join(l["href"].as_str().unwrap())).collect()
}

#[test]
fn links_resolve_and_items_tell_the_truth_about_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let demo = make(&small(), &folder.path().join("demo"), &Never).unwrap();
    let collections = follow(&demo.catalog, "child");
    assert_eq!(collections.len(), 1);
    let items = follow(&collections[0], "item");
    assert_eq!(items.len(), 3);
    for item in &items {
        for (rel, kind) in [("root", "Catalog"), ("parent", "Collection"), ("collection", "Collection")] {
            assert!(follow(item, rel).iter().all(|target| read(target)["type"] == kind), "{rel} of {}", item.display());
        }
        let json = read(item);
        assert_eq!(json["properties"]["s2:processing_baseline"], "05.11");
        let id = json["id"].as_str().unwrap();
        assert!(["S2A", "S2B", "S2C"].iter().any(|s| id.starts_with(&format!("{s}_T31NAA_2025"))), "{id}");
        assert!(demo.dates.contains(json["properties"]["datetime"].as_str().unwrap().parse().unwrap()));
        let assets = json["assets"].as_object().unwrap();
        assert_eq!(assets.keys().collect::<Vec<_>>(), ["blue", "green", "red", "nir", "swir16", "scl", "thumbnail"]);
        for (key, asset) in assets {
            let path = item.parent().unwrap().join(asset["href"].as_str().unwrap());
            let fact = fact(&path).unwrap();
            assert_eq!(asset["file:size"], fact.size, "{key}");
            assert_eq!(asset["file:checksum"], fact.checksum, "{key}");
            if key != "thumbnail" {
                let described = swath_raster::describe(&path).unwrap();
                assert_eq!(described.grid, grid_of(&json, asset), "{key}");
                assert_eq!(described.nodata, Some(0.0), "{key}");
                assert_eq!(asset["raster:bands"][0]["offset"].as_f64(), (key != "scl").then_some(-0.1), "{key}");
            }
        }
    }
}

fn grid_of(item: &Value, asset: &Value) -> Grid {
    let affine: Vec<f64> = serde_json::from_value(asset["proj:transform"].clone()).unwrap();
    let [height, width]: [u32; 2] = serde_json::from_value(asset["proj:shape"].clone()).unwrap();
    let crs = swath_domain::Crs(item["properties"]["proj:code"].as_str().unwrap().into());
    Grid::from_affine(crs, affine.try_into().unwrap(), width, height).unwrap()
}

#[test]
fn the_median_of_the_clear_looks_is_the_truth_within_noise() {
    let folder = tempfile::tempdir().unwrap();
    let options = DemoOptions { pixels: 480, missed_rims: 0.0, nodata_edges: false, ..DemoOptions::default() };
    let demo = make(&options, &folder.path().join("demo"), &Never).unwrap();
    let read = |path: &Path, grid: &Grid, classes: bool, nodata: f64| {
        swath_raster::read_onto(path, grid, Placement::of(&swath_raster::describe(path).unwrap().grid, grid), classes, Some(nodata))
            .unwrap()
    };
    let grid = crate::place::grid(options.pixels, 10);
    let items = follow(&follow(&demo.catalog, "child")[0], "item");
    let looks: Vec<(Vec<u16>, Vec<u16>)> = items
        .iter()
        .map(|item| {
            let folder = item.parent().unwrap();
            (read(&folder.join("B08.tif"), &grid, false, 0.0), read(&folder.join("SCL.tif"), &grid, true, 0.0))
        })
        .collect();
    let truth = read(&demo.truth.join("nir.tif"), &grid, false, 0.0);
    let mut errors = Vec::new();
    for (i, truth) in truth.iter().enumerate() {
        let mut clear: Vec<u16> = looks.iter().filter(|(_, scl)| matches!(scl[i], 4..=6)).map(|(nir, _)| nir[i] - 1000).collect();
        clear.sort_unstable();
        if clear.len() >= 3 {
            errors.push(clear[clear.len() / 2].abs_diff(*truth));
        }
    }
    assert!(errors.len() * 2 > truth.len(), "only {} of {} pixels have three clear looks", errors.len(), truth.len());
    errors.sort_unstable();
    let at = |share: f64| errors[(errors.len() as f64 * share) as usize];
    assert!(at(0.5) <= 12 && at(0.9) <= 60, "median error {}, 90 % {}", at(0.5), at(0.9));
}

#[test]
fn the_recipe_can_be_written_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let demo = make(&DemoOptions { pixels: 120, dates: 1, ..small() }, &folder.path().join("demo"), &Never).unwrap();
    let recipe = recipe(&demo);
    assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
    assert_eq!(recipe.search().unwrap().providers.as_deref(), Some(&["demo".to_owned()][..]));
}
