//! The graph that a `config.json` describes, without any numbers: what a page reads sizes off before there is a checkpoint, or where none could be held.

use js_sys::{Object, Uint8Array};
use wasm_bindgen::prelude::*;

use super::graph::nodes;
use super::values::{fault, set};
use crate::models;
use crate::weights::Table;

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

/// Refuses a model that cannot run, as loading it would, by what is known before its weights are fetched: its `config.json`, its
/// `generation_config.json` where it has one, and of each file of weights the name, the length in bytes and the beginning with its table of
/// contents. Without files the configuration alone is looked at.
#[wasm_bindgen(js_name = checkModel)]
pub fn check_model(
    config: &str,
    generation_config: Option<String>,
    names: Vec<String>,
    sizes: Vec<f64>,
    heads: Vec<Uint8Array>,
) -> Result<(), JsError> {
    let mut table = Table::default();
    for ((name, size), head) in names.iter().zip(sizes).zip(heads) {
        table.add(name, &head.to_vec(), size as u64).map_err(fault)?;
    }
    let mut model = models::build(config, &table.names()).map_err(fault)?;
    if let Some(generation) = generation_config {
        model.generate_by(&generation).map_err(fault)?;
    }
    if names.is_empty() { Ok(()) } else { table.check(&model.graph).map_err(fault) }
}
