//! What an ONNX file holds, looked at before any of it is worked on.

use tract_onnx::Onnx;
use tract_onnx::pb::{self, GraphProto, ModelProto, NodeProto, TensorProto};

use super::Unfit;
use crate::card::{Card, Layout, Patch};

const MOST_NODES: usize = 20_000;
/// Elements of a tensor that is made from its shape alone.
const MOST_ELEMENTS: i64 = 1 << 28;
/// How deep graphs may lie in each other.
const DEEPEST: usize = 8;

/// Operators that repeat without a known end, so that cancelling would wait for them.
const ENDLESS: &[&str] = &["Loop", "Scan", "SequenceMap", "RNN", "GRU", "LSTM"];
/// Operators that answer differently each time; the same scene must give the same mask.
const RANDOM: &[&str] = &["Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"];

/// Whether the file holds a network that may be run and fits the card; the name of the output to use.
pub(super) fn check(proto: &ModelProto, onnx: &Onnx, card: &Card, patch: Patch) -> Result<String, Unfit> {
    let graph = proto.graph.as_ref().filter(|graph| !graph.node.is_empty());
    let graph = graph.ok_or_else(|| Unfit::File("it is not an ONNX file, or one without a network: export the network as ONNX".into()))?;
    if !proto.functions.is_empty() {
        return Err(Unfit::File("it defines functions of its own: export it with its functions inlined (`onnx.inliner`)".into()));
    }
    walk(graph, onnx, 0).map_err(Unfit::File)?;
    input(graph, card, patch)?;
    output(graph, card)
}

fn walk(graph: &GraphProto, onnx: &Onnx, depth: usize) -> Result<(), String> {
    if depth > DEEPEST || graph.node.len() > MOST_NODES {
        return Err(format!("it has more than {MOST_NODES} nodes, or graphs in graphs deeper than {DEEPEST}"));
    }
    graph.initializer.iter().try_for_each(inside)?;
    let mut unknown: Vec<&str> = Vec::new();
    for node in &graph.node {
        let kind = node.op_type.as_str();
        if ENDLESS.contains(&kind) {
            return Err(format!("it uses {kind}, which may run without end: networks that look at a patch once are run here"));
        }
        if RANDOM.contains(&kind) {
            return Err(format!("it uses {kind}, and so answers differently each time: export it for inference"));
        }
        if !matches!(node.domain.as_str(), "" | "ai.onnx") {
            return Err(format!(
                "it uses {kind} of {}, beyond ONNX's own operators: export it without optimisations for one runtime",
                node.domain
            ));
        }
        if !onnx.op_register.0.contains_key(kind) && !unknown.contains(&kind) {
            unknown.push(kind);
        }
        for attribute in &node.attribute {
            attribute.t.iter().chain(&attribute.tensors).try_for_each(inside)?;
            attribute.g.iter().chain(&attribute.graphs).try_for_each(|graph| walk(graph, onnx, depth + 1))?;
        }
        size(node, graph)?;
    }
    if !unknown.is_empty() {
        return Err(format!(
            "it uses operators that are not known here: {}; try another operator set (up to 18) when exporting",
            unknown.join(", ")
        ));
    }
    Ok(())
}

/// Weights must lie inside the file: nothing else is read on its behalf.
fn inside(tensor: &TensorProto) -> Result<(), String> {
    if tensor.data_location.unwrap_or(0) != 0 || !tensor.external_data.is_empty() {
        return Err("its weights lie in another file: save it as one file (`onnx.save(model, path, save_as_external_data=False)`)".into());
    }
    if tensor.dims.iter().any(|dim| *dim < 0) || tensor.dims.iter().try_fold(1_i64, |all, dim| all.checked_mul(*dim)).is_none() {
        return Err(format!("the sizes of its tensor `{}` cannot be", tensor.name));
    }
    Ok(())
}

/// Some operators make a tensor of any size from a few numbers, and do it while the file is loaded.
fn size(node: &NodeProto, graph: &GraphProto) -> Result<(), String> {
    if !matches!(node.op_type.as_str(), "ConstantOfShape" | "Expand" | "Tile" | "EyeLike" | "Range") {
        return Ok(());
    }
    let constant = |name: &str| {
        let stored = graph.initializer.iter().find(|tensor| tensor.name == name);
        let made = || graph.node.iter().find(|node| node.op_type == "Constant" && node.output.first().is_some_and(|output| output == name));
        stored.or_else(|| made().and_then(|node| node.attribute.iter().find_map(|attribute| attribute.t.as_ref())))
    };
    for numbers in node.input.iter().filter_map(|name| constant(name)).map(integers) {
        let product = numbers.iter().try_fold(1_i64, |all, number| all.checked_mul((*number).max(1)));
        if product.is_none_or(|product| product > MOST_ELEMENTS) {
            return Err(format!("its {} would make a tensor of {numbers:?}, more than memory should hold", node.op_type));
        }
    }
    Ok(())
}

/// The 64-bit integers of a small tensor; none of another.
fn integers(tensor: &TensorProto) -> Vec<i64> {
    const INT64: i32 = 7;
    if tensor.data_type != INT64 || tensor.raw_data.len() > 64 || tensor.int64_data.len() > 8 {
        return Vec::new();
    }
    let raw = tensor.raw_data.chunks_exact(8).map(|bytes| bytes.iter().rev().fold(0_i64, |number, byte| number << 8 | i64::from(*byte)));
    raw.chain(tensor.int64_data.iter().copied()).collect()
}

fn input(graph: &GraphProto, card: &Card, patch: Patch) -> Result<(), Unfit> {
    let inputs: Vec<_> = graph.input.iter().filter(|input| !graph.initializer.iter().any(|tensor| tensor.name == input.name)).collect();
    let [input] = inputs[..] else {
        return Err(Unfit::File(format!("it takes {} inputs, but patches of pixels are all that it can be given", inputs.len())));
    };
    let Some(pb::type_proto::Value::TensorType(tensor)) = input.r#type.as_ref().and_then(|of| of.value.as_ref()) else {
        return Err(Unfit::File("its input has no type: export it again".into()));
    };
    const FLOAT: i32 = 1;
    if tensor.elem_type != FLOAT {
        return Err(Unfit::File("its input is not of 32-bit floating-point numbers: export it so, with its own casts inside".into()));
    }
    // A network that does not say the sizes of its input may still be tried.
    let Some(shape) = &tensor.shape else { return Ok(()) };
    let dims: Vec<Option<i64>> = shape.dim.iter().map(|dim| fixed(dim.value.as_ref())).collect();
    let [batch, second, third, fourth] = dims[..] else {
        return Err(Unfit::File(format!("its input has {} axes, but patches have four: one patch, channels, rows, columns", dims.len())));
    };
    if batch.is_some_and(|batch| batch != 1) {
        return Err(Unfit::File(format!(
            "it takes {} patches at once, here it gets one: export it with a batch of 1",
            batch.unwrap_or_default()
        )));
    }
    let (channels, sides, other) = match card.input.layout {
        Layout::Nchw => (second, [third, fourth], (fourth, "nhwc")),
        Layout::Nhwc => (fourth, [second, third], (second, "nchw")),
    };
    let bands = card.bands.len() as i64;
    if channels != Some(bands) && other.0 == Some(bands) {
        let what = format!("the network's channels stand where the card has rows or columns: write `input.layout = \"{}\"`", other.1);
        return Err(Unfit::Card(what));
    }
    if let Some(channels) = channels.filter(|channels| *channels != bands) {
        return Err(Unfit::Card(format!("the network takes {channels} channels, but `bands` lists {bands}")));
    }
    match sides {
        [Some(rows), Some(columns)] if rows != columns => {
            Err(Unfit::File(format!("it takes patches of {rows} x {columns} pixels, but patches are square")))
        }
        [Some(side), _] | [_, Some(side)] if side != patch.size as i64 => {
            Err(Unfit::Card(format!("the network takes patches of {side} x {side} pixels only: write `patch.size = {side}`")))
        }
        _ => Ok(()),
    }
}

fn fixed(dim: Option<&pb::tensor_shape_proto::dimension::Value>) -> Option<i64> {
    match dim {
        // Exporters write 0 and -1 for sizes that are left open.
        Some(pb::tensor_shape_proto::dimension::Value::DimValue(size)) if *size > 0 => Some(*size),
        _ => None,
    }
}

fn output(graph: &GraphProto, card: &Card) -> Result<String, Unfit> {
    let names: Vec<_> = graph.output.iter().map(|output| output.name.as_str()).collect();
    let made = |name: &str| graph.node.iter().any(|node| node.output.iter().any(|output| output == name));
    match (&card.output.tensor, &names[..]) {
        (Some(name), names) if !names.contains(&name.as_str()) => {
            Err(Unfit::Card(format!("the network has no output `{name}`; it has {}", names.join(", "))))
        }
        (None, []) => Err(Unfit::File("it has no output".into())),
        (None, [_, _, ..]) => {
            Err(Unfit::Card(format!("the network has several outputs ({}): name one as `output.tensor`", names.join(", "))))
        }
        (Some(name), _) if !made(name) => Err(Unfit::File(format!("nothing in it makes its output `{name}`: it is damaged"))),
        (None, [name]) if !made(name) => Err(Unfit::File(format!("nothing in it makes its output `{name}`: it is damaged"))),
        (Some(name), _) => Ok(name.clone()),
        (None, [name]) => Ok((*name).to_owned()),
    }
}
