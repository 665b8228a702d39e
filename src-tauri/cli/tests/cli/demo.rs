//! The demo from nothing to a product, and what can be done with both afterwards.

use std::path::Path;

use serde_json::Value;

use crate::program::{Program, lines};

#[test]
fn the_demo_runs_from_nothing_and_its_product_is_found_again() {
    let program = Program::new();
    let ended = program.call(&["demo", "run"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let [folder] = ended.out.lines().collect::<Vec<_>>().try_into().unwrap();
    for file in ["composite.tif", "quality.tif", "thumbnail.webp", "recipe.json", "record.json"] {
        assert!(Path::new(folder).join(file).exists(), "{file}");
    }
    assert!(ended.err.contains("blocks") && ended.err.contains("8 scenes"), "{}", ended.err);
    assert!(program.data().join("demo/catalog.json").exists());

    let id = program.json(&["library"])[0]["product"]["id"].to_string();
    assert_eq!(program.ok(&["library", "path", &id]).trim_end(), folder);
    assert!(program.ok(&["library", "show", &id]).contains("red green blue nir"));
    assert!(program.ok(&["library"]).contains("Null Island"));
    assert!(program.ok(&["library", "list", "--text", "elsewhere"]).lines().count() == 1, "only the head of the table");
    assert!(program.ok(&["jobs"]).contains("succeeded"));
    assert!(program.ok(&["jobs", "show", "1"]).contains(folder));

    let refused = program.call(&["library", "remove", &id]);
    assert!(refused.code == 2 && refused.err.contains("--yes") && Path::new(folder).exists(), "{refused:?}");
    program.ok(&["library", "remove", &id, "--yes"]);
    assert!(!Path::new(folder).exists());
    program.ok(&["jobs", "remove", "1"]);
    for gone in [["library", "show", &id], ["library", "path", &id], ["jobs", "show", "1"], ["jobs", "retry", "1"], ["jobs", "cancel", "1"]]
    {
        let ended = program.call(&gone);
        assert!(ended.code == 3 && ended.err.contains("there is no"), "{gone:?}: {ended:?}");
    }
}

#[test]
fn programs_read_lines_from_the_first_state_to_the_product() {
    let program = Program::with_demo();
    let recipe = program.ok(&["demo", "recipe"]);
    let ended = program.call_with(&["run", "-", "--json", "--threads", "1"], &recipe);
    assert_eq!(ended.code, 0, "{ended:?}");
    let mut told = lines(&ended.out);
    let last = told.pop().unwrap();
    assert_eq!(last["event"], "product");
    assert!(Path::new(last["folder"].as_str().unwrap()).join("composite.tif").exists());
    assert!(told.iter().all(|line| line["event"] == "job" && line["job"]["id"] == last["job"]));
    let states: Vec<_> = told.iter().map(|line| line["job"]["state"].as_str().unwrap()).collect();
    assert_eq!((states[0], *states.last().unwrap()), ("queued", "succeeded"), "{states:?}");
    assert!(ended.err.lines().all(|line| !line.contains('…')), "programs are not told stages twice: {}", ended.err);

    let bands = last["product"]["bands"].as_array().unwrap();
    let mean = |name: &str| bands.iter().find(|b| b["band"] == name).unwrap()["mean"].as_f64().unwrap();
    assert!(mean("nir") > mean("red") && mean("red") > 100.0, "fields and forests are bright in the near infrared: {bands:?}");

    let same = program.call_with(&["run", "-"], &recipe);
    assert!(same.out.trim_end().ends_with("Null-Island-2"), "{same:?}");
    assert_eq!(program.json(&["jobs"]).len(), 2);
}

#[test]
fn a_plan_says_what_a_run_would_do() {
    let program = Program::with_demo();
    let recipe = program.ok(&["demo", "recipe"]);
    let ended = program.call_with(&["plan", "-"], &recipe);
    assert_eq!(ended.code, 0, "{ended:?}");
    for said in ["EPSG:32631", "red green blue nir", "4 of 4 scenes, 2025-06-01 to 2025-06-16", "no scene needs warping", "memory"] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    let [line]: [Value; 1] = lines(&program.call_with(&["plan", "-", "--json"], &recipe).out).try_into().unwrap();
    assert_eq!(line["plan"]["looks"].as_array().unwrap().len(), 4);
    assert_eq!(program.json(&["jobs"]).len(), 0, "nothing was queued");
}

#[test]
fn options_of_the_maker_are_checked_and_an_own_folder_is_not_searched() {
    let program = Program::new();
    let ended = program.call(&["demo", "make", "--size", "241"]);
    assert!(ended.code == 2 && ended.err.contains("pixels") && ended.err.contains("multiple of 6"), "{ended:?}");
    let elsewhere = program.data().with_file_name("elsewhere");
    let made = program.ok(&["demo", "make", "--size", "240", "--dates", "1", "--out", elsewhere.to_str().unwrap()]);
    assert_eq!(Path::new(made.trim_end()), elsewhere);
    assert!(elsewhere.join("catalog.json").exists());
    assert!(!program.ok(&["providers"]).contains("demo "));
    std::fs::write(program.data().with_file_name("mine.txt"), "mine").unwrap();
    let occupied = program.call(&["demo", "make", "--out", program.data().parent().unwrap().to_str().unwrap()]);
    assert!(occupied.code == 1 && occupied.err.contains("nothing was written"), "{occupied:?}");
}
