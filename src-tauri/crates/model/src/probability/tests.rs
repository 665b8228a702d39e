//! What scipy makes of the same probabilities: made by `tests/reference/models.py`.

use std::path::Path;

use serde_json::Value;
use swath_domain::{PixelClass, Stop};

use super::{classes, whole};
use crate::card::Probability;

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect()
}

#[test]
fn scipy_says_the_same() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/disks.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let size = |key: &str| case[key].as_u64().unwrap() as usize;
        let card = Probability {
            channel: 0,
            class: PixelClass::Cloud,
            threshold: case["threshold"].as_f64().unwrap(),
            average_radius: size("average"),
            dilate_radius: size("dilate"),
        };
        let values: Vec<u32> = numbers(&case["probability"]).into_iter().map(whole).collect();
        let measured: Vec<bool> = case["measured"].as_array().unwrap().iter().map(|m| m.as_bool().unwrap()).collect();
        let found = classes(size("width"), &values, |at| measured[at], &card, || Ok(())).unwrap();
        let expected: Vec<u8> = numbers(&case["classes"]).into_iter().map(|n| n as u8).collect();
        assert_eq!(found, expected, "{card:?}");
    }
}

#[test]
fn it_stops_when_it_is_told() {
    let card = Probability { channel: 0, class: PixelClass::Cloud, threshold: 0.5, average_radius: 1, dilate_radius: 1 };
    assert_eq!(classes(2, &[0; 8], |_| true, &card, || Err(Stop::Cancelled)), Err(Stop::Cancelled));
}
