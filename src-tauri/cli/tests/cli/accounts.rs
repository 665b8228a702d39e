//! Accounts without a keychain: listed, asked for, refused, and never shown.

use crate::program::{Program, lines};

#[test]
fn kinds_of_accounts_are_listed_with_where_to_get_them() {
    let program = Program::new();
    let table = program.ok(&["accounts"]);
    for kind in ["cdse", "cdse-s3", "sentinel-hub", "usgs", "earthdata", "aws"] {
        assert!(
            table.lines().any(|line| line.starts_with(&format!("{kind} ")) && line.contains("absent") && line.contains("https://")),
            "{table}"
        );
    }
    let told = program.json(&["accounts"]);
    assert!(told.len() == 6 && told.iter().all(|line| line["event"] == "account" && line["state"] == "absent"), "{told:?}");
    assert_eq!(told[0]["fields"][1], serde_json::json!({"name": "password", "secret": true, "optional": false}));
    assert!(!program.data().exists(), "looking at accounts creates nothing");
}

#[test]
fn secrets_come_from_standard_input_and_are_not_shown() {
    let program = Program::new();
    for (args, input, code, said) in [
        // Without a keychain there is nowhere to keep it, which is said.
        (vec!["accounts", "set", "cdse", "--stdin"], "me@example.org\nopen-sesame\n", 1, "no keychain"),
        (vec!["accounts", "set", "cdse", "--stdin"], "me@example.org\n", 2, "`password`"),
        (vec!["accounts", "set", "cdse", "--stdin"], "me@example.org\n\n", 2, "`password`"),
        (vec!["accounts", "set", "cdse"], "me@example.org\nopen-sesame\n", 2, "--stdin"),
        (vec!["accounts", "set", "cdse", "open-sesame"], "", 2, "unexpected"),
        (vec!["accounts", "set", "bank", "--stdin"], "", 2, "no kind of account"),
        (vec!["accounts", "test", "earthdata"], "", 4, "accounts set earthdata"),
        (vec!["accounts", "remove", "usgs"], "", 0, ""),
    ] {
        let ended = program.call_with(&args, input);
        assert!(ended.code == code && ended.err.contains(said), "{args:?}: {ended:?}");
        assert!(!args.contains(&"--stdin") || !format!("{ended:?}").contains("open-sesame"), "{ended:?}");
    }
    let ended = program.call_with(&["accounts", "test", "usgs", "--json"], "");
    let [error] = lines(&ended.out).try_into().unwrap();
    assert_eq!((&error["code"], &error["exit"]), (&serde_json::json!("needs-account"), &serde_json::json!(4)));
}

#[test]
fn catalogues_say_which_accounts_they_need() {
    let program = Program::with_demo();
    let mut closed = program.demo_provider("closed");
    closed["search_account"] = "usgs".into();
    program.provide(&closed);
    let table = program.ok(&["providers"]);
    let row = |id: &str| table.lines().find(|line| line.starts_with(id)).unwrap().to_owned();
    assert!(row("closed ").contains("usgs to search (not set up)") && row("demo ").contains("no account"), "{table}");
    let here = ["--bbox", "-0.2,-0.2,0.2,0.2", "--from", "2025-06-01", "--to", "2025-06-30"];
    let ended = program.call(&[&["search", "--provider", "closed"], &here[..]].concat());
    assert!(ended.code == 4 && ended.err.contains("accounts set usgs"), "{ended:?}");
}

#[test]
fn places_are_found_by_name() {
    let program = Program::new();
    let table = program.ok(&["places", "zagreb"]);
    assert!(table.lines().nth(1).is_some_and(|line| line.starts_with("Zagreb") && line.contains("Croatia")), "{table}");
    let told = program.json(&["places", "北京", "--limit", "1"]);
    assert!(told.len() == 1 && told[0]["place"]["chinese"].as_str().unwrap().contains("北京"), "{told:?}");
    let none = program.call(&["places", "qqqqqqqq"]);
    assert!(none.code == 3 && none.err.contains("another spelling"), "{none:?}");
}

#[test]
fn a_picture_says_its_cost_before_an_account_is_asked_for() {
    let program = Program::new();
    let out = program.data().join("june.png");
    let picture = |more: &[&str]| {
        let fixed =
            ["picture", "--bbox", "15.2,45.3,15.3,45.4", "--from", "2025-06-01", "--to", "2025-06-30", "--out", out.to_str().unwrap()];
        program.call(&[&fixed, more].concat())
    };
    let estimate = picture(&["--estimate"]);
    assert!(estimate.code == 0 && estimate.err.contains("processing units"), "{estimate:?}");
    let large = picture(&["--resolution", "1"]);
    assert!(large.code == 2 && large.err.contains("--resolution"), "{large:?}");
    let nobody = picture(&["--band", "red"]);
    assert!(nobody.code == 4 && nobody.err.contains("swath accounts set sentinel-hub"), "{nobody:?}");
    assert!(!out.exists(), "nothing was written");
}
