//! The graph as the page draws it, and the numbers of its weights.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::values::{activation, fault};
use super::{WebEngine, idle};
use crate::error::{Error, Result, shown};
use crate::graph::{Dim, Graph, Kind, Lens, Node, NodeId, Place, Stored};
use crate::ops::{Op, Setting};
use crate::tensor::Tensor;

#[wasm_bindgen(js_class = Engine)]
impl WebEngine {
    /// The nodes in the order of computation, as JSON; see `GraphNode` in `www/trace.js`.
    pub fn graph(&self) -> Result<String, JsError> {
        let engine = idle(&self.engine)?;
        Ok(nodes(&engine.model.graph))
    }

    /// A weight under a published name: where one tensor holds several weights, the one at `part`.
    pub async fn weight(&self, name: &str, part: usize) -> Result<Object, JsError> {
        let mut engine = self.engine.lock().await;
        let model = engine.model.clone();
        let mut found = model.graph.nodes.iter().enumerate().filter(|(_, node)| {
            matches!(&node.kind, Kind::Weight { names, stored } if names.iter().any(|known| known == name) && share(*stored).0 == part)
        });
        let Some((index, node)) = found.next() else {
            let name = shown(name);
            return Err(fault(Error::Weights(format!("this model has no weight \"{name}\" with a part {part}"))));
        };
        let (axes, shape) = (node.axes.clone(), node.shape(&Lens::ONE));
        let numbers = engine.device.numbers(&[NodeId(index)]).await.map_err(fault)?;
        Ok(activation(&Tensor { name: name.into(), axes, shape, data: numbers.concat() }))
    }
}

/// The nodes as JSON.
pub(super) fn nodes(graph: &Graph) -> String {
    let mut hooks: Vec<Vec<&str>> = vec![vec![]; graph.nodes.len()];
    graph.hooks.iter().for_each(|hook| hooks[hook.node.0].push(&hook.name));
    let mut told = String::new();
    for (node, hooks) in graph.nodes.iter().zip(&hooks) {
        told.push(if told.is_empty() { '[' } else { ',' });
        describe(&mut told, node, hooks);
    }
    told.push(']');
    told
}

/// Names are paths of words and numbers: nothing in them needs escaping.
fn describe(told: &mut String, node: &Node, hooks: &[&str]) {
    let mut list = |key: &str, items: &mut dyn Iterator<Item = String>| {
        told.push_str(key);
        let mut comma = "[";
        for item in items {
            told.push_str(comma);
            told.push_str(&item);
            comma = ",";
        }
        told.push_str(if comma == "[" { "[]" } else { "]" });
    };
    list("{\"inputs\":", &mut node.inputs.iter().map(|input| input.0.to_string()));
    list(",\"axes\":", &mut node.axes.iter().map(|axis| quoted(axis.name())));
    list(",\"dims\":", &mut node.dims.iter().map(|dim| length(*dim)));
    list(",\"hooks\":", &mut hooks.iter().map(|hook| quoted(hook)));
    let stage = node.stage.name();
    let more = match &node.kind {
        Kind::Input | Kind::State => String::new(),
        Kind::Weight { stored, .. } => {
            let (part, parts) = share(*stored);
            format!(",\"part\":{part},\"parts\":{parts}")
        }
        Kind::Op(op) => settings(op),
    };
    let (name, op, place) = (&node.name, word(node), place(node.place));
    told.push_str(&format!(",\"name\":\"{name}\",\"op\":\"{op}\",\"stage\":\"{stage}\",\"place\":{place}{more}}}"));
}

/// What a node has of stack, layer and part.
fn place(Place { stack, layer, part }: Place) -> String {
    let stack = stack.map(|stack| format!("\"stack\":\"{}\"", stack.name()));
    let layer = layer.map(|layer| format!("\"layer\":{layer}"));
    let part = part.map(|part| format!("\"part\":\"{}\"", part.name()));
    format!("{{{}}}", [stack, layer, part].into_iter().flatten().collect::<Vec<String>>().join(","))
}

fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

fn word(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Input => "input",
        Kind::State => "state",
        Kind::Weight { .. } => "weight",
        Kind::Op(op) => op.word(),
    }
}

/// Which of how many weights of one tensor.
fn share(stored: Stored) -> (usize, usize) {
    match stored {
        Stored::Whole => (0, 1),
        Stored::Part { index, of } | Stored::TransposedPart { index, of } => (index, of),
    }
}

fn length(dim: Dim) -> String {
    match dim {
        Dim::Fixed(n) => n.to_string(),
        Dim::Batch => quoted("batch"),
        Dim::Source => quoted("source"),
        Dim::Target => quoted("target"),
        Dim::Keys => quoted("keys"),
    }
}

/// The constants of an op, each as a field of the node.
fn settings(op: &Op) -> String {
    let told = |(key, setting)| match setting {
        Setting::Number(number) => format!(",\"{key}\":{number}"),
        Setting::Word(word) => format!(",\"{key}\":\"{word}\""),
        Setting::List(list) => format!(",\"{key}\":{list:?}"),
    };
    op.rule().settings().into_iter().map(told).collect()
}
