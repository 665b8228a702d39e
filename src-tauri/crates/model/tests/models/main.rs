//! Models as a user has them: a file and a card beside it.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

mod answers;
mod refused;

use std::path::{Path, PathBuf};

use swath_model::{Model, ModelError};

/// A fixture, made by `tests/reference/models.py`.
fn data(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Puts a model and its card into a folder.
fn laid(folder: &Path, name: &str, model: &[u8], card: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, model).unwrap();
    std::fs::write(folder.join(format!("{name}.toml")), card).unwrap();
    path
}

fn opened(name: &str, card: &str) -> Result<Model, ModelError> {
    let folder = tempfile::tempdir().unwrap();
    Model::open(&laid(folder.path(), name, &data(name), card))
}

/// A card of a network for three bands with something in its tables.
fn network(input: &str, patch: &str, output: &str) -> String {
    format!(
        "card = 1\nkind = \"onnx\"\nbands = [\"red\", \"green\", \"nir\"]\npixel_m = 20\n[input]\n{input}\n[patch]\n{patch}\n[output]\n{output}\n"
    )
}

const FOUR: &str = "form = \"scores\"\nclasses = [\"clear\", \"cloud\", \"cirrus\", \"shadow\"]";
const THREE: &str = "form = \"scores\"\nclasses = [\"clear\", \"cloud\", \"shadow\"]";
const PROBABILITY: &str = "form = \"probability\"\nthreshold = 0.5";

/// A card of trees for the five features of the fixtures.
fn trees(more: &str, output: &str) -> String {
    format!(
        "card = 1\nkind = \"lightgbm\"\nbands = [\"blue\", \"green\", \"red\", \"nir\", \"swir16\"]\npixel_m = 60\n{more}\n[output]\n{output}\n"
    )
}
