//! What onnxruntime says of the same pixels: made by `tests/reference/models.py`.

use std::path::Path;

use serde_json::Value;

use super::Network;
use crate::card::parse;
use crate::input::{Numbers, Pixels};

fn numbers<T>(list: &Value, number: impl Fn(&Value) -> Option<T>) -> Vec<Vec<T>> {
    let list = list.as_array().unwrap();
    list.iter().map(|part| part.as_array().unwrap().iter().map(|n| number(n).unwrap()).collect()).collect()
}

#[track_caller]
fn check(name: &str, input: &str, output: &str, size: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let text = format!(
        "card = 1\nkind = \"onnx\"\nbands = [\"red\", \"green\", \"nir\"]\npixel_m = 20\n[input]\n{input}\n[patch]\nsize = {size}\noverlap = 2\n\
         [output]\n{output}\n"
    );
    let card = parse(&text).unwrap();
    let network = Network::load(&std::fs::read(folder.join(format!("{name}.onnx"))).unwrap(), &card, card.patch.unwrap()).unwrap();
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap();
    let bands = numbers(&expected["bands"], |n| n.as_u64().map(|n| n as u16));
    let bands: Vec<&[u16]> = bands.iter().map(Vec::as_slice).collect();
    let mut patch = vec![0.0; network.input_len()];
    assert!(Numbers::new(&card.input).fill(Pixels { width: size, height: size, bands: &bands }, 0, 0, size, &mut patch));
    let mut found = Vec::new();
    network.run(&patch, &mut found).unwrap();
    let expected = numbers(&expected["channels"], Value::as_f64).concat();
    assert_eq!(found.len(), expected.len(), "{name}");
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let close = 2e-5 * expected.abs().max(1.0);
        assert!((f64::from(*found) - expected).abs() < close, "{name}: number {at} is {found} instead of {expected}");
    }
}

#[test]
fn onnxruntime_says_the_same() {
    let four = r#"form = "scores"
classes = ["clear", "cloud", "cirrus", "shadow"]"#;
    check("pointwise", "normalisation = \"global\"\nmean = [0.1, 0.2, 0.3]\nstd = [0.05, 0.1, 0.2]\nnodata = -1.5", four, 16);
    check("unet", "normalisation = \"patch\"", four, 32);
    check("probability", "scale = 4\noffset = -0.5", "form = \"probability\"\nthreshold = 0.5", 32);
    check(
        "channels_last",
        "scale = 10000\noffset = 1000\nnormalisation = \"global\"\nmean = [2500, 2500, 2500]\nstd = [900, 900, 900]\nlayout = \"nhwc\"",
        "form = \"scores\"\nclasses = [\"clear\", \"cloud\", \"shadow\"]",
        16,
    );
    check("labels", "normalisation = \"patch\"", "form = \"labels\"\nclasses = [\"clear\", \"cloud\", \"shadow\"]", 16);
}
