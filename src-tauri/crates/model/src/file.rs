//! The two files of a model: read once, with a limit, told apart by their first bytes, and summed up in one digest.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::ModelError;
use crate::card::{Card, Kind, parse};

const MOST_CARD: u64 = 64 << 10;
const MOST_MODEL: u64 = 512 << 20;

/// A model's bytes and its card.
pub(crate) struct Files {
    pub(crate) card: Card,
    pub(crate) card_path: PathBuf,
    pub(crate) model: Vec<u8>,
    pub(crate) sha256: String,
}

/// Reads both.
///
/// # Errors
/// [`ModelError::Read`], [`ModelError::Card`] of a card that is missing or none, [`ModelError::File`] of a model that is too large or of a
/// kind that is not read here.
pub(crate) fn read(path: &Path) -> Result<Files, ModelError> {
    let refused = |what: String| ModelError::File { path: path.into(), what };
    if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
        return Err(refused("it is a card; choose the model that it belongs to".into()));
    }
    let model = limited(path, MOST_MODEL)?;
    if let Some(what) = foreign(&model) {
        return Err(refused(what.into()));
    }
    let card_path = card_of(path);
    let refused_card = |what: String| ModelError::Card { path: card_path.clone(), what };
    if !card_path.exists() {
        let what = "it does not exist. A model says nothing about the bands, the scale and the classes it was made for: write them into this file, \
                    as the page on model cards describes";
        return Err(refused_card(what.into()));
    }
    let text = limited(&card_path, MOST_CARD).map_err(|error| match error {
        ModelError::File { what, .. } => refused_card(what),
        error => error,
    })?;
    let words = str::from_utf8(&text).map_err(|_| refused_card("it is not text in UTF-8".into()))?;
    let card = parse(words).map_err(refused_card)?;
    let (found, wanted) = (if is_lightgbm(&model) { Kind::LightGbm } else { Kind::Onnx }, card.kind);
    if found != wanted {
        let what = match wanted {
            Kind::Onnx => "its card says `kind = \"onnx\"`, but it is a LightGBM text: write `kind = \"lightgbm\"`",
            Kind::LightGbm => {
                "its card says `kind = \"lightgbm\"`, but it does not begin as LightGBM's text does: save it with `save_model`"
            }
        };
        return Err(refused(what.into()));
    }
    let digest = Sha256::new_with_prefix(&model).chain_update(&text).finalize();
    let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Files { card, card_path, model, sha256 })
}

/// The card of a model: its name with `.toml` behind.
fn card_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".toml");
    name.into()
}

fn limited(path: &Path, most: u64) -> Result<Vec<u8>, ModelError> {
    let refused = |what: String| ModelError::File { path: path.into(), what };
    let read = |error| ModelError::read(path, &error);
    // Asked before it is opened: opening a pipe would wait for its other end.
    let about = std::fs::metadata(path).map_err(read)?;
    if !about.is_file() {
        return Err(refused("it is not a file".into()));
    }
    let large = || refused(format!("it is larger than {} KiB, the most that is read here", most >> 10));
    if about.len() > most {
        return Err(large());
    }
    let mut bytes = Vec::new();
    // It may have grown since.
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(read)?;
    if bytes.len() as u64 > most {
        return Err(large());
    }
    if bytes.is_empty() {
        return Err(refused("it is empty".into()));
    }
    Ok(bytes)
}

fn is_lightgbm(bytes: &[u8]) -> bool {
    bytes.starts_with(b"tree\n") || bytes.starts_with(b"tree\r\n")
}

/// What a file is that is no model for us, and how to make one of it. Pickles are never opened: reading one runs what it holds.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.trim_ascii_start();
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..offset + magic.len()) == Some(magic);
    Some(match bytes {
        _ if at(0, b"PK\x03\x04") => "it is a zip, as PyTorch and Keras save: export the network as ONNX (`torch.onnx.export`, `tf2onnx`)",
        [0x80, 2..=5, ..] => {
            "it is a Python pickle, which could run anything when it is opened: export ONNX, or LightGBM's text with `save_model`"
        }
        _ if at(0, b"\x89HDF\r\n\x1a\n") => "it is HDF5, as Keras saves: export the network as ONNX (`tf2onnx`)",
        _ if at(4, b"TFL3") => "it is TensorFlow Lite: export the network as ONNX (`tf2onnx --tflite`)",
        _ if at(8, b"{\"") && !bytes.starts_with(b"{") => "it is safetensors, weights without a network: export the network as ONNX",
        _ if at(0, b"GGUF") => "it is GGUF, a language model",
        _ if at(0, b"binf") => "it is XGBoost's binary form; of trees, only LightGBM's text is read",
        _ if at(0, b"\x1f\x8b") => "it is compressed with gzip: unpack it",
        _ if at(0, b"______LightGBM_Binary_File_Token______") => "it is a LightGBM data set, no model: save the model with `save_model`",
        _ if at(0, b"version https://git-lfs") => "it is the pointer of Git LFS, not the file: fetch it with `git lfs pull`",
        _ if text.starts_with(b"{") || text.starts_with(b"[") => "it is JSON: save LightGBM's text with `save_model`, networks as ONNX",
        _ if text.starts_with(b"<") => "it is a web page or XML: download the file itself",
        _ => return None,
    })
}
