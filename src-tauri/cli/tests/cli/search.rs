//! Searching the demo, nothing, and a catalogue that does not answer.

use serde_json::json;

use crate::program::{Program, lines};

const DAYS: [&str; 4] = ["--from", "2025-06-01", "--to", "2025-06-30"];

#[test]
fn scenes_are_listed_for_people_and_programs_and_kept_in_the_library() {
    let program = Program::with_demo();
    let boxed = ["search", "--provider", "demo", "--bbox", "-0.2,-0.2,0.2,0.2"];
    let table = program.ok(&[&boxed[..], &DAYS].concat());
    assert!(table.lines().count() == 5 && table.contains("31NAA") && table.contains("demo/sentinel-2-c1-l2a/"), "{table}");
    let told = program.json(&[&boxed[..], &DAYS].concat());
    assert!(told.len() == 4 && told.iter().all(|l| l["event"] == "scene" && l["covers"].as_f64().unwrap() > 0.0), "{told:?}");
    let first = ["--from", "2025-06-01", "--to", "2025-06-01"];
    assert_eq!(program.json(&[&boxed[..], &first].concat()).len(), 1);

    let area = json!({"type": "Feature", "properties": {}, "geometry":
        {"type": "Polygon", "coordinates": [[[-0.2, -0.2, 7.0], [0.2, -0.2, 7.0], [0.2, 0.2, 7.0], [-0.2, 0.2, 7.0]]]}});
    let ended = program.call_with(&[&["search", "--area", "-", "--json"], &DAYS[..], &["--provider", "demo"]].concat(), &area.to_string());
    assert!(ended.code == 0 && lines(&ended.out).len() == 4, "{ended:?}");
    assert!(ended.err.contains("heights") && ended.err.contains("closed"), "what was put right is told: {}", ended.err);
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let program = Program::with_demo();
    let mut broken = program.demo_provider("broken");
    // Port 1 of this computer: refused at once.
    broken["kind"] = json!({"stac": {"url": "http://127.0.0.1:1/v1"}});
    program.provide(&broken);
    let here = ["--bbox", "-0.2,-0.2,0.2,0.2"];
    for (args, code, said) in [
        ([&["--bbox", "50,50,51,51", "--provider", "demo"], &DAYS[..]].concat(), 3, "widen the period"),
        ([&here[..], &DAYS, &["--provider", "demo", "--sensor", "landsat-c2-l2"]].concat(), 3, "no scene"),
        ([&here[..], &DAYS, &["--provider", "broken"]].concat(), 4, "127.0.0.1"),
        ([&here[..], &DAYS, &["--provider", "broken", "--provider", "demo"]].concat(), 4, "4 scenes"),
        ([&here[..], &DAYS, &["--provider", "nobody"]].concat(), 2, "known are"),
        ([&here[..], &DAYS, &["--sensor", "sentinel-9"]].concat(), 2, "sentinel-2-l2a"),
        ([&here[..], &DAYS, &["--max-cloud", "101"]].concat(), 2, "0 to 100"),
        ([&here[..], &["--from", "2025-06-30", "--to", "2025-06-01"]].concat(), 2, "swap the two dates"),
        ([&["--bbox", "1,2,3"], &DAYS[..]].concat(), 2, "west,south,east,north"),
        ([&["--area", "no-such-file.geojson"], &DAYS[..]].concat(), 2, "no-such-file.geojson"),
        ([&here[..], &["--area", "1,2,3,4"], &DAYS].concat(), 2, "cannot be used with"),
        (DAYS.to_vec(), 2, "--bbox"),
    ] {
        let ended = program.call(&[&["search"], &args[..]].concat());
        assert!(ended.code == code && ended.err.contains(said), "{args:?}: {ended:?}");
    }
    std::fs::write(program.data().with_file_name("config").join("providers/test.json"), "{\"id\": 1}").unwrap();
    let wrong = program.call(&["providers"]);
    assert!(wrong.code == 2 && wrong.err.contains("test.json"), "{wrong:?}");
}
