//! The graph that a `config.json` describes, without any numbers: what a page reads sizes off before there is a checkpoint, or where none could be held.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::graph::nodes;
use super::objects::{number, object};
use super::values::fault;
use crate::models;

/// `{ architecture, kind, layers, heads, vocab, nodes }`, nodes as of [`super::WebEngine::graph`].
/// `tensors` are names that a checkpoint would have: a head of its own is one.
/// Sizes are not multiplied here: a `usize` of wasm ends below the parameters of the larger models.
#[wasm_bindgen]
pub fn plan(config: &str, tensors: Vec<String>) -> Result<Object, JsError> {
    let model = models::build(config, &tensors).map_err(fault)?;
    Ok(object(&[
        ("architecture", model.architecture.into()),
        ("kind", model.family.name().into()),
        ("layers", number(model.layers)),
        ("heads", number(model.heads)),
        ("vocab", number(model.vocab)),
        ("nodes", nodes(&model.graph).into()),
    ]))
}
