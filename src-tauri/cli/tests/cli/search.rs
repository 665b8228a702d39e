//! Searching the demo, nothing, and a catalogue that does not answer.

use serde_json::{Value, json};

use crate::program::{Program, lines};

const DAYS: [&str; 4] = ["--from", "2025-06-01", "--to", "2025-06-30"];

#[test]
fn scenes_are_listed_for_people_and_programs_and_kept_in_the_library() {
    let program = Program::with_demo();
    let boxed = ["search", "--provider", "demo", "--bbox", "-0.2,-0.2,0.2,0.2"];
    let table = program.ok(&[&boxed[..], &DAYS].concat());
    assert!(table.lines().count() == 5 && table.contains("31NAA") && table.contains("demo/sentinel-2-c1-l2a/"), "{table}");
    let told = program.json(&[&boxed[..], &DAYS].concat());
    assert_eq!(told[0], json!({"event": "catalogue", "provider": "demo", "count": 4}));
    assert!(told.len() == 5 && told[1..].iter().all(|l| l["event"] == "scene" && l["covers"].as_f64().unwrap() > 0.0), "{told:?}");
    assert!(told[1..].iter().all(|l| l["sources"] == json!(["demo"]) && l["superseded_by"].is_null()), "{told:?}");
    let first = ["--from", "2025-06-01", "--to", "2025-06-01"];
    assert_eq!(scenes(&program, &[&boxed[..], &first].concat()).len(), 1);

    let area = json!({"type": "Feature", "properties": {}, "geometry":
        {"type": "Polygon", "coordinates": [[[-0.2, -0.2, 7.0], [0.2, -0.2, 7.0], [0.2, 0.2, 7.0], [-0.2, 0.2, 7.0]]]}});
    let ended = program.call_with(&[&["search", "--area", "-", "--json"], &DAYS[..], &["--provider", "demo"]].concat(), &area.to_string());
    assert!(ended.code == 0 && lines(&ended.out).len() == 5, "{ended:?}");
    assert!(ended.err.contains("heights") && ended.err.contains("closed"), "what was put right is told: {}", ended.err);
}

/// The scenes that a search lists.
#[track_caller]
fn scenes(program: &Program, args: &[&str]) -> Vec<Value> {
    program.json(args).into_iter().filter(|line| line["event"] == "scene").collect()
}

#[test]
fn filters_leave_out_what_does_not_pass() {
    let program = Program::with_demo();
    let here = [&["search", "--provider", "demo", "--bbox", "-0.2,-0.2,0.2,0.2"], &DAYS[..]].concat();
    let all = scenes(&program, &here);
    let first = &all[0]["scene"];
    let (platform, name) = (first["platform"].as_str().unwrap(), first["name"].as_str().unwrap());
    let of_platform = all.iter().filter(|l| l["scene"]["platform"] == platform).count();
    assert!(of_platform < all.len(), "the demo has two satellites");
    let day = &first["datetime"].as_str().unwrap()[..10];
    for (filter, expected) in [
        (vec!["--platform", platform], of_platform),
        (vec!["--season", "06-01..06-30"], 4),
        (vec!["--season", "07-01..05-31"], 0),
        (vec!["--period", &format!("{day}..{day}")], 1),
        (vec!["--tile", "31NAA"], 4),
        (vec!["--tile", "T31NAA", "--tile", "33TWL"], 4),
        (vec!["--tile", "33TWL"], 0),
        (vec!["--name", name], 1),
        (vec!["--name", "S2*"], 4),
        (vec!["--min-coverage", "0"], 4),
        (vec!["--min-coverage", "100"], 0),
        (vec!["--min-clear", "0"], 4),
        (vec!["--min-clear", "100"], 0),
        (vec!["--tier", "T1", "--polarisation", "vv"], 4),
        (vec!["--orbit", "ascending"], 0),
    ] {
        let ended = program.call(&[&here[..], &filter, &["--json"]].concat());
        let found = lines(&ended.out).iter().filter(|line| line["event"] == "scene").count();
        assert_eq!((found, ended.code), (expected, if expected == 0 { 3 } else { 0 }), "{filter:?}: {ended:?}");
    }
    // Inside of the demo, where most is not simply missing.
    let inside = ["search", "--provider", "demo", "--bbox", "0.055,0.056,0.064,0.065"];
    let table = program.ok(&[&inside[..], &DAYS, &["--min-clear", "1"]].concat());
    assert!(table.contains("CLEAR") && table.contains(" %"), "{table}");
    for (filter, said) in [
        (["--season", "June"], "06-01..08-31"),
        (["--period", "2025"], "2024-03-01..2024-03-31"),
        (["--orbit", "up"], "ascending"),
        (["--tier", "T3"], "`T1`"),
        (["--min-clear", "120"], "0 to 100"),
    ] {
        let ended = program.call(&[&here[..], &filter].concat());
        assert!(ended.code == 2 && ended.err.contains(said), "{filter:?}: {ended:?}");
    }
}

#[test]
fn two_catalogues_make_one_list_and_what_each_lacks_is_told() {
    let program = Program::with_demo();
    let twin = program.demo_provider("twin");
    program.provide(&twin);
    let here = [&["search", "--provider", "demo", "--provider", "twin", "--bbox", "-0.2,-0.2,0.2,0.2"], &DAYS[..]].concat();
    let told = program.json(&[&here[..], &["--completeness"]].concat());
    let of = |event: &str| told.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    assert_eq!((of("catalogue").len(), of("scene").len(), of("completeness").len()), (2, 4, 2), "{told:?}");
    let mut sources = of("scene")[0]["sources"].as_array().unwrap().clone();
    sources.sort_by_key(|id| id.as_str().map(str::to_owned));
    assert_eq!(sources, [json!("demo"), json!("twin")]);
    assert!(of("completeness").iter().all(|lack| lack["found"] == 4 && lack["lacking"] == json!([])), "{told:?}");
    let table = program.ok(&[&here[..], &["--completeness"]].concat());
    assert!(table.contains("SOURCES") && table.contains("demo") && table.contains("twin") && table.contains("LACKS"), "{table}");
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
        ([&here[..], &DAYS, &["--provider", "broken", "--provider", "demo"]].concat(), 5, "4 scenes"),
        ([&["--bbox", "50,50,51,51"], &DAYS[..], &["--provider", "broken", "--provider", "demo"]].concat(), 5, "127.0.0.1"),
        ([&here[..], &DAYS, &["--provider", "nobody"]].concat(), 2, "known are"),
        ([&here[..], &DAYS, &["--sensor", "sentinel-9"]].concat(), 2, "sentinel-2-l2a"),
        ([&here[..], &DAYS, &["--max-cloud", "101"]].concat(), 2, "0 to 100"),
        ([&here[..], &["--from", "2025-06-30", "--to", "2025-06-01"]].concat(), 2, "swap the two dates"),
        ([&["--bbox", "1,2,3"], &DAYS[..]].concat(), 2, "west,south,east,north"),
        ([&["--area", "no-such-file.geojson"], &DAYS[..]].concat(), 2, "no-such-file.geojson"),
        ([&here[..], &["--area", "1,2,3,4"], &DAYS].concat(), 2, "cannot be used with"),
        (DAYS.to_vec(), 2, "--area"),
    ] {
        let ended = program.call(&[&["search"], &args[..]].concat());
        assert!(ended.code == code && ended.err.contains(said), "{args:?}: {ended:?}");
    }
    std::fs::write(program.data().with_file_name("config").join("providers/broken.json"), "{\"id\": 1}").unwrap();
    let wrong = program.call(&["providers"]);
    assert!(wrong.code == 2 && wrong.err.contains("broken.json"), "{wrong:?}");
}
