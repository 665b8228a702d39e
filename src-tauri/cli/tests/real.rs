//! Five real Sentinel-2 dates over a real STAC server: the command line's product against a median made with rasterio and numpy.
//!
//! Needs the shared tools beside the repository (or at `SWATH_SHARED`), nginx and Python; says so and passes when they are not there.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "clippy knows test functions, but not what they share")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PORT: u16 = 18_801;

#[test]
fn a_median_of_real_scenes_equals_an_independent_one() {
    let Some(script) = script() else { return };
    let server = Server::start(&script);
    let folder = tempfile::tempdir().unwrap();
    let (data, config) = (folder.path().join("data"), folder.path().join("config"));
    let write = |path: &Path, json: &serde_json::Value| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, json.to_string()).unwrap();
    };
    let area =
        serde_json::json!({"type": "Polygon", "coordinates": [[[15.2, 45.3], [15.6, 45.3], [15.6, 45.6], [15.2, 45.6], [15.2, 45.3]]]});
    write(&folder.path().join("area.geojson"), &area);
    write(
        &config.join("providers/real.json"),
        &serde_json::json!({
            "id": "real", "title": "Five real dates", "kind": {"stac": {"url": format!("http://127.0.0.1:{}", PORT + 1)}},
            "collections": [{
                "id": "sentinel-2-l2a", "sensor": "sentinel-2-l2a", "offset_rule": "applied-flag",
                "assets": {"blue": "blue", "green": "green", "red": "red", "nir": "nir", "scl": "scl"}
            }]
        }),
    );
    let recipe = folder.path().join("recipe.json");
    write(
        &recipe,
        &serde_json::json!({
            "version": 1, "name": "August 2023", "area": area, "dates": {"from": "2023-08-01", "to": "2023-08-31"},
            "steps": [
                {"step": "search", "sensors": ["sentinel-2-l2a"], "providers": ["real"]},
                {"step": "mask", "drop": [0, 1, 3, 8, 9, 10]},
                {"step": "composite", "bands": ["blue", "green", "red", "nir"]},
                {"step": "write"}
            ]
        }),
    );
    let run = Command::new(env!("CARGO_BIN_EXE_swath"))
        .args(["--data-dir", data.to_str().unwrap(), "--config-dir", config.to_str().unwrap(), "run", recipe.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let product = std::fs::read_dir(data.join("library/products")).unwrap().next().unwrap().unwrap().path().join("composite.tif");
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/median.py");
    let compared = Command::new(server.python())
        .arg(reference)
        .args(["--stac", &format!("http://127.0.0.1:{}", PORT + 1), "--collection", "sentinel-2-l2a"])
        .args(["--area", folder.path().join("area.geojson").to_str().unwrap(), "--from", "2023-08-01", "--to", "2023-08-31"])
        .args(["--bands", "blue,green,red,nir", "--product", product.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(compared.status.success(), "{}", String::from_utf8_lossy(&compared.stderr));
    let figures: serde_json::Value = serde_json::from_slice(&compared.stdout).unwrap();
    println!("{figures}");
    assert_eq!(figures["items"], 5);
    assert!(figures["valid"].as_u64().unwrap() > 100_000, "{figures}");
    assert_eq!(figures["off_by_more_than_1"], 0, "{figures}");
}

/// The script that serves the scenes, when it and what it needs are there.
fn script() -> Option<PathBuf> {
    let shared =
        std::env::var_os("SWATH_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let script = shared.join("tools/series/real.sh");
    let there = |program: &str| Command::new(program).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    for (missing, what) in [(!script.exists(), "the shared tools"), (!there("nginx"), "nginx"), (!there("python3"), "python3")] {
        if missing {
            println!("skipped: {what} not found, so real scenes cannot be served");
            return None;
        }
    }
    Some(script)
}

/// Stops the servers when the test ends, however it ends.
struct Server {
    script: PathBuf,
    scratch: PathBuf,
}

impl Server {
    /// The scratch folder stays between runs, since setting up Python takes a minute.
    fn start(script: &Path) -> Self {
        let scratch = std::env::temp_dir().join("swath-real-test");
        std::fs::create_dir_all(&scratch).unwrap();
        let server = Server { script: script.to_owned(), scratch };
        server.call("start");
        server
    }

    fn call(&self, verb: &str) {
        let mut command = Command::new(&self.script);
        command.arg(verb).env("TMPDIR", &self.scratch).env("PORT", PORT.to_string()).stdout(Stdio::null());
        assert!(command.status().unwrap().success(), "the script that serves real scenes failed to {verb}");
    }

    fn python(&self) -> PathBuf {
        std::env::var_os("PEERS").map_or_else(|| self.scratch.join("peers"), PathBuf::from).join("bin/python")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.call("stop");
    }
}
