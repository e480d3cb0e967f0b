//! The graph that a `config.json` describes, without any numbers: what a page reads sizes off before there is a checkpoint, or where none could be held.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::graph::nodes;
use super::values::{fault, set};
use crate::models;

/// `{ architecture, kind, layers, heads, vocab, nodes }`, nodes as of [`super::WebEngine::graph`].
/// `tensors` are names that a checkpoint would have: a head of its own is one.
/// Sizes are not multiplied here: a `usize` of wasm ends below the parameters of the larger models.
#[wasm_bindgen]
pub fn plan(config: &str, tensors: Vec<String>) -> Result<Object, JsError> {
    let model = models::build(config, &tensors).map_err(fault)?;
    let object = Object::new();
    set(&object, "architecture", model.architecture);
    set(&object, "kind", model.family.name());
    set(&object, "layers", model.layers as f64);
    set(&object, "heads", model.heads as f64);
    set(&object, "vocab", model.vocab as f64);
    set(&object, "nodes", nodes(&model.graph));
    Ok(object)
}
