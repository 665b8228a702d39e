//! What is no model, or does not fit its card, is refused with the reason and what to do.

use std::fs::File;

use swath_model::{Model, ModelError};

use super::{FOUR, PROBABILITY, THREE, data, laid, network, opened, trees};

const PATCH: &str = "size = 16\noverlap = 2";

#[derive(Debug, PartialEq)]
enum Blame {
    Card,
    File,
    Answer,
}

#[track_caller]
fn refused(name: &str, result: Result<Model, ModelError>, blame: Blame, says: &str) {
    let error = match result {
        Ok(_) => panic!("{name} was taken"),
        Err(error) => error,
    };
    let found = match &error {
        ModelError::Card { path, .. } => {
            assert!(path.to_string_lossy().ends_with(".toml"), "{name}: {error}");
            Blame::Card
        }
        ModelError::File { .. } => Blame::File,
        ModelError::Answer { .. } => Blame::Answer,
        other => panic!("{name}: {other}"),
    };
    assert_eq!(found, blame, "{name}: {error}");
    assert!(error.to_string().contains(says), "{name}: {error}");
}

#[test]
fn files_that_are_no_models() {
    let good = network("", PATCH, FOUR);
    let unet = data("unet.onnx");
    for (name, bytes, says) in [
        ("a zip", &b"PK\x03\x04\x14\0\0\0archive/data.pkl"[..], "torch.onnx.export"),
        ("a pickle", b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.", "could run anything"),
        ("an old pickle", b"\x80\x02}q\0.", "could run anything"),
        ("HDF5", b"\x89HDF\r\n\x1a\n\0\0\0\0", "Keras"),
        ("TensorFlow Lite", b"\x1c\0\0\0TFL3\x14\0 \0", "tf2onnx"),
        ("safetensors", b"\x40\0\0\0\0\0\0\0{\"weight\":{\"dtype\":\"F32\"}}", "weights without a network"),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0", "unpack it"),
        ("a data set", b"______LightGBM_Binary_File_Token______\n\0\0", "no model"),
        ("a dump", b"{\"name\":\"tree\",\"version\":\"v4\"}", "save_model"),
        ("a page", b"<!DOCTYPE html><html>sign in</html>", "download the file itself"),
        ("a pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        ("nothing", b"", "it is empty"),
        ("words", b"this is not a model at all, only a few words", "not an ONNX file"),
        ("zeros", &[0; 4096], "not an ONNX file"),
        ("trees", b"tree\nversion=v4\n", "kind = \"lightgbm\""),
        ("half of a network", &unet[..unet.len() / 2], "not an ONNX file, or damaged"),
        ("a version alone", b"\x08\x08", "one without a network"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        refused(name, Model::open(&laid(folder.path(), "m.onnx", bytes, &good)), Blame::File, says);
    }
    let folder = tempfile::tempdir().unwrap();
    let other = laid(folder.path(), "m.txt", &unet, &trees("", PROBABILITY));
    refused("a network as trees", Model::open(&other), Blame::File, "does not begin as LightGBM's text");
    refused("a card", Model::open(&folder.path().join("m.txt.toml")), Blame::File, "it is a card");
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    refused("a folder", Model::open(&folder.path().join("folder")), Blame::File, "not a file");
    let large = laid(folder.path(), "large.onnx", &unet, &good);
    File::options().write(true).open(&large).unwrap().set_len((512 << 20) + 1).unwrap();
    refused("too large", Model::open(&large), Blame::File, "larger than");
    let missing = Model::open(&folder.path().join("none.onnx"));
    assert!(matches!(&missing, Err(ModelError::Read { .. })), "{missing:?}");
}

#[test]
fn networks_that_are_not_run() {
    let plain = network("", PATCH, THREE);
    let moved = network("offset = -5", PATCH, THREE);
    for (name, card, blame, says) in [
        ("bad_nan", &moved, Blame::Answer, "NaN came out"),
        ("bad_random", &plain, Blame::File, "answers differently each time"),
        ("bad_shape", &plain, Blame::File, "[1, 3, 8, 8] for a patch of 16 x 16"),
        ("bad_axes", &plain, Blame::File, "[1, 768] for a patch"),
        ("bad_batch", &plain, Blame::File, "4 patches at once"),
        ("bad_huge", &plain, Blame::File, "more than memory should hold"),
        ("bad_wrong_mix", &plain, Blame::File, "cannot be worked out"),
        ("bad_two_outputs", &plain, Blame::Card, "several outputs (y, z): name one as `output.tensor`"),
        ("bad_double", &plain, Blame::File, "32-bit"),
        ("bad_external", &plain, Blame::File, "save it as one file"),
        ("bad_loop", &plain, Blame::File, "may run without end"),
        ("bad_domain", &plain, Blame::File, "com.example"),
    ] {
        refused(name, opened(&format!("{name}.onnx"), card), blame, says);
    }
    let named = network("", PATCH, &format!("tensor = \"z\"\n{THREE}"));
    assert!(opened("bad_two_outputs.onnx", &named).is_ok(), "one of two outputs can be named");
}

#[test]
fn cards_that_do_not_fit() {
    for (name, card, says) in [
        ("too few bands", network("", PATCH, FOUR).replace("\"green\", ", ""), "takes 3 channels, but `bands` lists 2"),
        ("axes the other way", network("layout = \"nhwc\"", PATCH, FOUR), "layout = \"nchw\""),
        ("too few classes", network("", PATCH, THREE), "gives 4 channels, but `output.classes` lists 3"),
        ("labels of scores", network("", PATCH, &FOUR.replace("scores", "labels")), "labels are one channel"),
        ("a channel too far", network("", PATCH, &format!("channel = 4\n{PROBABILITY}")), "`output.channel` is 4"),
        ("no such output", network("", PATCH, &format!("tensor = \"mask\"\n{FOUR}")), "has no output `mask`; it has y"),
    ] {
        refused(name, opened("pointwise.onnx", &card), Blame::Card, says);
    }
    let fixed = network("", PATCH, PROBABILITY);
    refused("another patch", opened("probability.onnx", &fixed), Blame::Card, "patch.size = 32");
    let odd = network("", "size = 18\noverlap = 2", FOUR);
    refused("a patch that cannot be halved", opened("unet.onnx", &odd), Blame::File, "multiple of 32");
    let logits = network("offset = 500", PATCH, &format!("channel = 1\n{PROBABILITY}"));
    refused("no probability", opened("pointwise.onnx", &logits), Blame::Answer, "output.activation");
    let memory = |size: usize| opened("bad_memory.onnx", &network("", &format!("size = {size}\noverlap = 2"), PROBABILITY));
    refused("more memory than there is", memory(4096), Blame::Card, "make `patch.size` smaller");
    assert!(memory(64).is_ok());
    let few = network("", PATCH, "form = \"labels\"\nclasses = [\"cloud\", \"clear\"]");
    let wide = network("normalisation = \"patch\"", PATCH, "form = \"labels\"\nclasses = [\"clear\", \"cloud\", \"shadow\"]");
    assert!(opened("labels.onnx", &wide).is_ok());
    refused("labels beyond the classes", opened("labels.onnx", &few), Blame::Answer, "label 2");
    for (name, card, says) in [
        ("too few features", trees("", PROBABILITY).replace("\"blue\", ", ""), "want 5 features, but `bands` lists 4"),
        ("three classes of two", trees("", THREE), "tell 2 classes apart"),
        ("the second of one", trees("", &format!("channel = 1\n{PROBABILITY}")), "give 1 probabilities"),
    ] {
        refused(name, opened("binary.txt", &card), Blame::Card, says);
    }
    let text = String::from_utf8(data("binary.txt")).unwrap();
    let named = text.replace("Column_0 Column_1 Column_2 Column_3 Column_4", "green blue red nir swir16");
    let folder = tempfile::tempdir().unwrap();
    let result = Model::open(&laid(folder.path(), "named.txt", named.as_bytes(), &trees("", PROBABILITY)));
    refused("bands in another order", result, Blame::Card, "another order");
}

#[test]
fn cards_that_are_wrong() {
    let good = network("", PATCH, FOUR);
    for (from, to, says) in [
        ("card = 1", "card = 2", "version 2"),
        ("card = 1\n", "", "missing field `card`"),
        ("\"onnx\"", "\"pytorch\"", "unknown variant `pytorch`"),
        ("\"green\"", "\"grün\"", "`grün` is not a band; known are"),
        ("\"green\"", "\"red\"", "names red twice"),
        ("\"green\"", "\"scl\"", "models get reflectance"),
        ("\"green\"", "\"vv\"", "models get reflectance"),
        ("[\"red\", \"green\", \"nir\"]", "[]", "`bands` is empty"),
        ("pixel_m = 20", "pixel_m = 0", "`pixel_m` is 0"),
        ("pixel_m = 20", "pixel_m = nan", "`pixel_m` is NaN"),
        ("pixel_m = 20", "pixel_size = 20", "unknown field `pixel_size`"),
        ("[input]", "[input]\nscale = 0", "the scale not 0"),
        ("[input]", "[input]\noffset = inf", "must be finite"),
        ("[input]", "[input]\nnormalisation = \"minmax\"", "unknown variant `minmax`"),
        ("[input]", "[input]\nnormalisation = \"global\"", "needs `input.mean` and `input.std`"),
        ("[input]", "[input]\nmean = [1, 2, 3]\nstd = [1, 1, 1]", "`input.normalisation = \"global\"` only"),
        ("[input]", "[input]\nnormalisation = \"global\"\nmean = [1, 2]\nstd = [1, 1, 1]", "has 2 numbers for 3 bands"),
        ("[input]", "[input]\nnormalisation = \"global\"\nmean = [1, 2, 3]\nstd = [1, 0, 1]", "`input.std` above 0"),
        ("size = 16", "size = 100000", "between 8 and 4096"),
        ("overlap = 2", "overlap = 8", "less than half"),
        ("overlap = 2", "overlap = -1", "invalid value"),
        ("[patch]\nsize = 16\noverlap = 2", "", "`[patch]` is missing"),
        ("\"cirrus\"", "\"haze\"", "`haze` is not a class of pixels; known are"),
        ("form = \"scores\"", "form = \"masks\"", "unknown variant `masks`"),
        ("classes = [\"clear\", \"cloud\", \"cirrus\", \"shadow\"]", "", "`output.classes` is missing"),
        ("[\"clear\", \"cloud\", \"cirrus\", \"shadow\"]", "[\"clear\", \"clear\"]", "every pixel would be that"),
        ("[\"clear\", \"cloud\", \"cirrus\", \"shadow\"]", "[\"clear\"]", "make a choice"),
        ("[output]", "[output]\nthreshold = 0.5", "`output.form = \"probability\"` only"),
        ("form = \"scores\"", "form = \"probability\"\nthreshold = 0.5", "write `output.class`"),
        (FOUR, "form = \"probability\"", "needs `output.threshold`"),
        (FOUR, "form = \"probability\"\nthreshold = 40", "between 0 and 1"),
        (FOUR, "form = \"probability\"\nthreshold = 0.4\nclass = \"clear\"", "the rest is clear"),
        (FOUR, "form = \"probability\"\nthreshold = 0.4\naverage_radius = 500", "at most 64"),
        ("card = 1", "card = ", "TOML parse error"),
    ] {
        let card = good.replace(from, to);
        assert_ne!(card, good, "`{from}` is in the card");
        refused(to, opened("unet.onnx", &card), Blame::Card, says);
        assert!(Model::read_card(&card).is_err_and(|what| what.contains(says)), "{to}");
    }
    let good = trees("", PROBABILITY);
    for (more, says) in [
        ("[patch]\nsize = 16\noverlap = 2", "`[patch]` is for networks"),
        ("[input]\nlayout = \"nchw\"", "are for networks"),
        ("[input]\nnormalisation = \"patch\"", "is for networks"),
    ] {
        refused(more, opened("binary.txt", &trees(more, PROBABILITY)), Blame::Card, says);
    }
    for (output, says) in [
        ("activation = \"sigmoid\"\nform = \"probability\"\nthreshold = 0.5", "are for networks"),
        ("form = \"labels\"\nclasses = [\"clear\", \"cloud\"]", "gives probabilities, no labels"),
    ] {
        refused(output, opened("binary.txt", &trees("", output)), Blame::Card, says);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = laid(folder.path(), "binary.txt", &data("binary.txt"), &good);
    assert!(Model::open(&path).is_ok());
    std::fs::write(folder.path().join("binary.txt.toml"), [0xff, 0xfe, b'c']).unwrap();
    refused("a card that is no text", Model::open(&path), Blame::Card, "UTF-8");
    std::fs::write(folder.path().join("binary.txt.toml"), good.clone() + &"#".repeat(70_000)).unwrap();
    refused("a card that is too large", Model::open(&path), Blame::Card, "larger than 64 KiB");
    std::fs::remove_file(folder.path().join("binary.txt.toml")).unwrap();
    refused("no card", Model::open(&path), Blame::Card, "it does not exist");
}

/// Whatever is cut or changed in a network, it is read or refused.
#[test]
fn damage_does_no_harm() {
    let good = data("labels.onnx");
    let card = network("", PATCH, "form = \"labels\"\nclasses = [\"clear\", \"cloud\", \"shadow\"]");
    let folder = tempfile::tempdir().unwrap();
    let mut taken = 0;
    for step in 0..300 {
        let mut bytes = good.clone();
        let at = step * 7919 % bytes.len();
        match step % 3 {
            0 => bytes.truncate(at.max(1)),
            1 => bytes[at] ^= 1 << (step % 8),
            _ => bytes[at] = [0, 0xff, 0x7f, 0x80][step % 4],
        }
        taken += usize::from(Model::open(&laid(folder.path(), "labels.onnx", &bytes, &card)).is_ok());
    }
    assert!((1..300).contains(&taken), "{taken}");
}
