//! Areas in all the ways in which people have them.

use serde_json::json;

use crate::program::Program;

fn square(west: f64, south: f64) -> serde_json::Value {
    let (east, north) = (west + 0.1, south + 0.1);
    json!({"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]})
}

fn two_squares() -> String {
    let feature = |name: &str, west: f64| json!({"type": "Feature", "properties": {"name": name}, "geometry": square(west, 0.0)});
    json!({"type": "FeatureCollection", "features": [feature("left", 0.0), feature("right", 1.0)]}).to_string()
}

#[test]
fn a_file_is_looked_at_and_a_feature_of_it_is_written() {
    let program = Program::new();
    let file = program.file("squares.geojson", &two_squares());
    let table = program.ok(&["area", "info", &file]);
    assert!(table.contains("2 polygons") && table.contains("left") && table.contains("right"), "{table}");
    let told = program.json(&["area", "info", &file]);
    assert_eq!(told.iter().filter(|line| line["event"] == "feature").count(), 2, "{told:?}");
    for (name, of) in [("out.geojson", "left"), ("out.kml", "right"), ("out.gpkg", "right")] {
        let out = program.file(name, "");
        let number = if of == "left" { "0" } else { "1" };
        assert_eq!(program.ok(&["area", "export", "--area", &file, "--feature", number, "--to", &out]).trim(), out);
        let again = program.json(&["area", "info", &out]);
        assert_eq!(again[0]["layer"]["usable"], 1, "{again:?}");
        let km2 = again[1]["feature"]["area_km2"].as_f64().unwrap();
        assert!((km2 - 123.1).abs() < 1.0, "{km2}");
    }
    let box_of = |args: &[&str]| program.json(&[args, &["--to", &program.file("box.geojson", "")]].concat())[0]["area"].to_string();
    assert!(box_of(&["area", "export", "--area", &file, "--feature", "1"]).contains("1.1"));
}

#[test]
fn areas_are_given_in_many_ways_and_wrong_ones_told() {
    let program = Program::with_demo();
    let days = ["--provider", "demo", "--from", "2025-06-01", "--to", "2025-06-30"];
    let points = program.file("stations.csv", "name,lon,lat\nhere,0.06,0.06\n");
    let file = program.file("squares.geojson", &two_squares());
    for (given, code) in [
        (vec!["--area", "-0.2,-0.2,0.2,0.2"], 0),
        (vec!["--area", "31NAA"], 0),
        (vec!["--area", "POLYGON ((-0.2 -0.2, 0.2 -0.2, 0.2 0.2, -0.2 0.2, -0.2 -0.2))"], 0),
        (vec!["--area", points.as_str(), "--points", "buffer:5000"], 0),
        (vec!["--area", file.as_str()], 0),
        (vec!["--area", file.as_str(), "--feature", "0"], 0),
        // The other square lies beside the demo.
        (vec!["--area", file.as_str(), "--feature", "1"], 3),
        (vec!["--area", "191/028"], 3),
        (vec!["--area", file.as_str(), "--feature", "7"], 2),
        (vec!["--area", file.as_str(), "--layer", "roads"], 2),
        (vec!["--area", "nowhere-at-all"], 2),
        (vec!["--area", file.as_str(), "--points", "circle"], 2),
    ] {
        let ended = program.call(&[&["search"], &given[..], &days].concat());
        assert_eq!(ended.code, code, "{given:?}: {ended:?}");
    }
    let ended = program.call(&["area", "export", "--area", "31NAA", "--to", "tile.txt"]);
    assert!(ended.code == 2 && ended.err.contains(".gpkg"), "{ended:?}");
}
