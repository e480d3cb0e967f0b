//! The graph that a `config.json` describes, without any numbers: what a page reads sizes off before there is a checkpoint, or where none could be held.

use std::collections::BTreeSet;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::values::{fault, set};
use crate::graph::{Dim, Kind, Node, Stage};
use crate::models;
use crate::ops::Op;

/// `{ architecture, kind, layers, heads, vocab, nodes: [{ name, op, inputs, axes, dims, stage }] }`, nodes in the order of computation.
/// `op` is an op's word, "input" or "weight"; of `dims`, those that the architecture fixes are numbers, the others
/// "batch", "source", "target" or "keys". `tensors` are names that a checkpoint would have, where a head of its own is one.
/// Sizes are not multiplied here: a `usize` of wasm ends below the parameters of the larger models.
#[wasm_bindgen]
pub fn plan(config: &str, tensors: Vec<String>) -> Result<Object, JsError> {
    let model = models::build(config, &tensors.into_iter().collect::<BTreeSet<_>>()).map_err(fault)?;
    let object = Object::new();
    set(&object, "architecture", model.architecture);
    set(&object, "kind", model.family.name());
    set(&object, "layers", model.layers as f64);
    set(&object, "heads", model.heads as f64);
    set(&object, "vocab", model.vocab as f64);
    set(&object, "nodes", model.graph.nodes.iter().map(node).collect::<Array>());
    Ok(object)
}

fn node(node: &Node) -> Object {
    let object = Object::new();
    set(&object, "name", node.name.as_str());
    set(&object, "op", word(&node.kind));
    set(&object, "inputs", node.inputs.iter().map(|id| JsValue::from(id.0 as f64)).collect::<Array>());
    set(&object, "axes", node.axes.iter().map(|axis| JsValue::from(axis.name())).collect::<Array>());
    set(&object, "dims", node.dims.iter().map(|&dim| length(dim)).collect::<Array>());
    let stage = match node.stage {
        Stage::Source => "source",
        Stage::Target => "target",
    };
    set(&object, "stage", stage);
    object
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Input => "input",
        Kind::Weight { .. } => "weight",
        Kind::Op(op) => Op::word(op),
    }
}

fn length(dim: Dim) -> JsValue {
    match dim {
        Dim::Fixed(n) => (n as f64).into(),
        Dim::Batch => "batch".into(),
        Dim::Source => "source".into(),
        Dim::Target => "target".into(),
        Dim::Keys => "keys".into(),
    }
}
