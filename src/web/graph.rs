//! The graph as the page draws it, and the numbers of its weights.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::values::{activation, fault, set};
use super::{WebEngine, idle};
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, Kind, Lens, Node, NodeId, Stage, Stored};
use crate::ops::relative_bias::Direction;
use crate::ops::{Mask, Op};
use crate::tensor::Tensor;

#[wasm_bindgen(js_class = Engine)]
impl WebEngine {
    /// The nodes in the order of computation; see `GraphNode` in `www/trace.js`.
    pub fn graph(&self) -> Result<Array, JsError> {
        let engine = idle(&self.engine)?;
        Ok(nodes(&engine.model.graph))
    }

    /// A weight under a published name: where one tensor holds several weights, the one at `part`.
    pub fn weight(&self, name: &str, part: usize) -> Result<Object, JsError> {
        let engine = idle(&self.engine)?;
        let mut found = engine.model.graph.nodes.iter().enumerate().filter(|(_, node)| {
            matches!(&node.kind, Kind::Weight { names, stored } if names.iter().any(|known| known == name) && place(*stored).0 == part)
        });
        let Some((index, node)) = found.next() else {
            return Err(fault(Error::Weights(format!("this model has no weight \"{name}\" with a part {part}"))));
        };
        let (axes, shape) = (node.axes.clone(), node.shape(&Lens::ONE));
        Ok(activation(&Tensor { name: name.into(), axes, shape, data: engine.device.weight(NodeId(index)) }))
    }
}

pub(super) fn nodes(graph: &Graph) -> Array {
    (0..graph.nodes.len()).map(|index| JsValue::from(node_object(graph, NodeId(index)))).collect()
}

fn node_object(graph: &Graph, id: NodeId) -> Object {
    let node = graph.node(id);
    let object = Object::new();
    set(&object, "name", node.name.as_str());
    set(&object, "op", word(node));
    set(&object, "inputs", node.inputs.iter().map(|input| JsValue::from(input.0 as u32)).collect::<Array>());
    set(&object, "axes", node.axes.iter().map(|axis| JsValue::from(axis.name())).collect::<Array>());
    set(&object, "dims", node.dims.iter().map(|dim| length(*dim)).collect::<Array>());
    set(&object, "stage", if node.stage == Stage::Source { "source" } else { "target" });
    let hooks = graph.hooks.iter().filter(|hook| hook.node == id);
    set(&object, "hooks", hooks.map(|hook| JsValue::from(hook.name.as_str())).collect::<Array>());
    match &node.kind {
        Kind::Input => {}
        Kind::Weight { stored, .. } => {
            let (part, parts) = place(*stored);
            set(&object, "part", part as u32);
            set(&object, "parts", parts as u32);
        }
        Kind::Op(op) => parameters(&object, op),
    }
    object
}

fn word(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Input => "input",
        Kind::Weight { .. } => "weight",
        Kind::Op(op) => op.word(),
    }
}

/// Which of how many weights of one tensor.
fn place(stored: Stored) -> (usize, usize) {
    match stored {
        Stored::Whole => (0, 1),
        Stored::Part { index, of } | Stored::TransposedPart { index, of } => (index, of),
    }
}

fn length(dim: Dim) -> JsValue {
    match dim {
        Dim::Fixed(n) => JsValue::from(n as u32),
        Dim::Batch => "batch".into(),
        Dim::Source => "source".into(),
        Dim::Target => "target".into(),
        Dim::Keys => "keys".into(),
    }
}

/// What an op does beyond its word.
fn parameters(object: &Object, op: &Op) {
    match op {
        Op::RmsNorm { eps } | Op::LayerNorm { eps } => set(object, "eps", *eps),
        Op::Scale { by } => set(object, "by", *by),
        Op::AttnScores { scale } => set(object, "scale", *scale),
        Op::Activation(kind) => set(object, "activation", kind.name()),
        Op::Mask(mask) => set(object, "mask", if *mask == Mask::Causal { "causal" } else { "padding" }),
        Op::RelativeBias(bias) => {
            set(object, "direction", if bias.direction == Direction::Both { "both" } else { "back" });
            set(object, "bounds", bias.bounds.iter().map(|bound| JsValue::from(*bound)).collect::<Array>());
        }
        Op::Embed | Op::Linear | Op::Add | Op::Mul | Op::Softmax | Op::AttnMix | Op::Append | Op::Rope | Op::First => {}
    }
}
