//! Files as people have them, from the test data of many open projects: what each should give stands in `corpus.tsv`, a line a file.
//!
//! After the name stand, for every layer, the number of features and the area of all of them in square kilometres (within 0.3 %), or the code of what is wrong;
//! points and lines count with 1 km around them. The areas were computed with Shapely and PROJ. `~` before an area: on a sphere, with edges straight on the
//! map, since over a pole geodesics between far corners say little.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use geo::{LineString, MultiPolygon};
use swath_domain::{Never, Stop};
use swath_raster::vector::{AreaFile, Choice, Points};

const EXPECTED: &str = include_str!("corpus.tsv");
/// Memory that any of the files may take at its highest.
const MOST_KIB: u64 = 200 << 10;

fn folder() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let root = std::env::var_os("SWATH_SHARED").map_or(here, PathBuf::from).join("data/aoi");
    root.join("INDEX.tsv").is_file().then_some(root)
}

fn check(name: &str, expected: &str, root: &std::path::Path) -> Result<String, String> {
    let file = match AreaFile::open(&root.join(name), &Never) {
        Ok(file) => file,
        Err(Stop::Failed(error)) if error.code() == expected => return Ok(expected.into()),
        Err(error) => return Err(format!("{error:?} instead of {expected}")),
    };
    let expected: Vec<&str> = expected.split(' ').collect();
    if file.layers().len() != expected.len() {
        return Err(format!("{} layers instead of {}", file.layers().len(), expected.len()));
    }
    let mut seen = Vec::new();
    for (number, (layer, expected)) in file.layers().iter().zip(expected).enumerate() {
        let shown = file.features(number, 0, 1000).map_err(|e| e.to_string())?;
        let most = shown.iter().filter_map(|f| f.outline.as_ref()).map(geo::CoordsIter::coords_count).max();
        let got = match file.area(number, &Choice::All, Points::default(), &Never) {
            Ok(import) => {
                let shape = import.aoi.shape();
                let found = if expected.contains('~') { on_the_sphere(shape) } else { import.aoi.area_m2() / 1e6 };
                let wanted: f64 = expected.split([':', '~']).next_back().and_then(|km2| km2.parse().ok()).unwrap_or(-1.0);
                let near = (found - wanted).abs() <= (3e-3 * wanted).max(1e-4);
                let tilde = if expected.contains('~') { "~" } else { "" };
                format!("{}:{tilde}{}", layer.features, if near { wanted } else { found })
            }
            Err(Stop::Failed(error)) => format!("{}:{}", layer.features, error.code()),
            Err(Stop::Cancelled) => "cancelled".into(),
        };
        if got != expected || shown.len() as u64 != layer.features.min(1000) || most > Some(200) {
            return Err(format!("{got} instead of {expected}, {} of {} shown with {most:?} vertices", shown.len(), layer.features));
        }
        seen.push(got);
    }
    Ok(seen.join(" "))
}

fn on_the_sphere(shape: &MultiPolygon<f64>) -> f64 {
    let under = |edge: geo::Line<f64>| {
        let (dx, a, b) = (edge.delta().x.to_radians(), edge.start.y.to_radians(), edge.end.y.to_radians());
        dx * if (b - a).abs() < 1e-9 { a.sin() } else { (a.cos() - b.cos()) / (b - a) }
    };
    let ring = |line: &LineString<f64>| line.lines().map(under).sum::<f64>().abs();
    6371.0072f64.powi(2) * shape.iter().map(|p| ring(p.exterior()) - p.interiors().iter().map(ring).sum::<f64>()).sum::<f64>()
}

/// Every file in a process of its own, which also tells how much memory it took.
#[test]
fn files_as_people_have_them() {
    let Some(root) = folder() else { return println!("skipped: the folder of areas is not at hand") };
    if let Ok(name) = std::env::var("SWATH_AREA") {
        return one(&root, &name);
    }
    let index = std::fs::read_to_string(root.join("INDEX.tsv")).unwrap();
    let mut known: Vec<&str> = index.lines().skip(1).filter_map(|line| line.split('\t').next()?.strip_prefix("aoi/")).collect();
    known.sort_unstable();
    known.dedup();
    let listed: Vec<&str> = EXPECTED.lines().filter_map(|line| line.split('\t').next()).collect();
    assert!(known.iter().all(|name| listed.contains(name)), "every file of the index has its line");
    let (mut wrong, mut imported, mut refused, mut worst) = (Vec::new(), 0, 0, (0, String::new()));
    for (name, expected) in EXPECTED.lines().filter_map(|line| line.split_once('\t')) {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["corpus::files_as_people_have_them", "--exact", "--nocapture"])
            .env("SWATH_AREA", name)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = said.lines().find_map(|line| line.split_once("AREA\t")).map(|(_, line)| line.to_owned()).unwrap_or_default();
        let (result, peak) = line.split_once('\t').unwrap_or(("the process died", "0"));
        let peak: u64 = peak.parse().unwrap_or(0);
        println!("{:7} KiB  {name}  {result}", peak);
        if peak > worst.0 {
            worst = (peak, name.to_owned());
        }
        if !result.starts_with("ok ") {
            wrong.push(format!("{name}: {result}"));
        }
        if expected.contains(':')
            && expected.split(' ').any(|layer| layer.split([':', '~']).next_back().is_some_and(|v| v.parse::<f64>().is_ok()))
        {
            imported += 1;
        } else {
            refused += 1;
        }
    }
    println!("{imported} imported, {refused} refused; most memory: {} KiB for {}", worst.0, worst.1);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(worst.0 < MOST_KIB, "{worst:?}");
}

fn one(root: &std::path::Path, name: &str) {
    let expected = EXPECTED.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t')).unwrap();
    let result = check(name, expected, root).map_or_else(|wrong| format!("wrong: {wrong}"), |seen| format!("ok {seen}"));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("0", |kib| kib.trim().trim_end_matches(" kB"));
    // One write, so that nothing of the test's own words comes between.
    std::io::stdout().write_all(format!("\nAREA\t{result}\t{peak}\n").as_bytes()).unwrap();
}

#[test]
#[ignore = "prints how long the largest files take"]
fn how_long_the_largest_files_take() {
    let Some(root) = folder() else { return println!("skipped: the folder of areas is not at hand") };
    for name in [
        "turf/union__maximum-callstack-size-exceeded-2317.geojson",
        "mapchete/antimeridian.geojson",
        "zipped-shapefiles-GeospatialPython/MSCities_MSTM.zip",
    ] {
        let begin = Instant::now();
        let file = AreaFile::open(&root.join(name), &Never).unwrap();
        let opened = begin.elapsed();
        file.area(0, &Choice::All, Points::default(), &Never).unwrap();
        println!("{name}: opened in {opened:?}, an area after {:?}", begin.elapsed());
    }
}
