//! What LightGBM says of the same rows: made by `tests/reference/models.py`.

use std::path::Path;

use serde_json::Value;

use super::{Forest, parse};

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn numbers(rows: &Value) -> Vec<f64> {
    rows.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).map(|n| n.as_f64().unwrap_or(f64::NAN)).collect()
}

#[track_caller]
fn check(name: &str, quick: bool) {
    let forest = parse(&data(&format!("{name}.txt"))).unwrap();
    assert_eq!(forest.quick.is_some(), quick, "{name}");
    let expected: Value = serde_json::from_str(&data(&format!("{name}.json"))).unwrap();
    let (rows, expected) = (numbers(&expected["rows"]), numbers(&expected["probabilities"]));
    compare(name, &forest, &rows, &expected);
    // Those without NaN take the other way.
    let (mut whole, mut of_whole) = (Vec::new(), Vec::new());
    for (row, expected) in rows.chunks_exact(forest.features).zip(expected.chunks_exact(forest.channels())) {
        if !row.iter().any(|number| number.is_nan()) {
            whole.extend(row);
            of_whole.extend(expected);
        }
    }
    compare(name, &forest, &whole, &of_whole);
}

#[track_caller]
fn compare(name: &str, forest: &Forest, rows: &[f64], expected: &[f64]) {
    let mut found = Vec::new();
    forest.predict(rows, &mut found);
    assert!(!found.is_empty() && found.len() == expected.len(), "{name}");
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let row = at / forest.channels();
        let asked = &rows[row * forest.features..][..forest.features];
        assert!((found - expected).abs() < 1e-12, "{name}: row {row} {asked:?}: {found} instead of {expected}");
    }
}

#[test]
fn lightgbm_says_the_same() {
    for name in ["binary", "nan", "one_against_all", "cross_entropy", "random_forest", "no_split"] {
        check(name, true);
    }
    for name in ["zero", "categories", "multiclass"] {
        check(name, false);
    }
}

#[test]
fn what_cannot_be_walked_is_refused() {
    let good = data("categories.txt");
    for (name, from, to, says) in [
        ("another version", "version=v4", "version=v7", "version v7"),
        ("no number", "max_feature_idx=4", "max_feature_idx=many", "no such number"),
        ("huge", "max_feature_idx=4", "max_feature_idx=18446744073709551615", "more than is read"),
        ("classes that do not fit", "num_class=1", "num_class=3", "do not fit together"),
        ("no objective", "objective=binary sigmoid:1", "", "does not say its objective"),
        ("a sigmoid that is none", "sigmoid:1", "sigmoid:-1", "no number"),
        ("cut off", "end of trees", "", "end is missing"),
        ("no trees", "\nTree=", "\nBush=", "end is missing"),
        ("a leaf too many", "num_leaves=9", "num_leaves=10", "numbers instead of 10"),
        ("no leaf", "num_leaves=9", "num_leaves=0", "instead of 0"),
        ("a feature too far", "split_feature=", "split_feature=9 ", "numbers instead of"),
        ("a loop", "left_child=1 ", "left_child=0 ", "leads nowhere"),
        ("a child too far", "left_child=1 ", "left_child=99 ", "leads nowhere"),
        ("a leaf too far", "left_child=1 ", "left_child=-99 ", "leads nowhere"),
        ("a set too far", "cat_boundaries=0 ", "cat_boundaries=1 ", "overlap"),
        ("many sets", "num_cat=", "num_cat=99999999999", "`cat_boundaries` is missing"),
        ("a leaf that is none", "leaf_value=", "leaf_value=nan ", "numbers instead of"),
        ("another key", "shrinkage=1", "is_linear=1", "linear_tree"),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{name}: `{from}` is in the text");
        let error = parse(&text).expect_err(name);
        assert!(error.contains(says), "{name}: {error}");
    }
    let (before, after) = good.split_once("leaf_value=").unwrap();
    let nan = format!("{before}leaf_value=nan {}", after.split_once(' ').unwrap().1);
    assert!(parse(&nan).unwrap_err().contains("not finite"));
    assert!(parse(&data("linear.txt")).unwrap_err().contains("linear"));
    assert!(parse(&data("regression.txt")).unwrap_err().contains("no probabilities"));
}

/// Whatever is cut or changed in a text, it is read or refused, and what was read can be walked.
#[test]
fn damage_does_no_harm() {
    let good = data("multiclass.txt").into_bytes();
    let row = [f64::NAN, -1.0, 0.0, 1e300, 7.0];
    let mut read = 0;
    for step in 0..3000 {
        let mut text = good.clone();
        let at = step * 7919 % text.len();
        match step % 3 {
            0 => text.truncate(at),
            1 => text[at] = b"-9 =\nx7"[step % 7],
            _ => drop(text.drain(at..(at + step % 40).min(good.len()))),
        }
        if let Ok(forest) = parse(&String::from_utf8_lossy(&text)) {
            let rows = row.repeat(forest.features);
            forest.predict(&rows, &mut Vec::new());
            read += 1;
        }
    }
    assert!((1..3000).contains(&read), "{read}");
}
