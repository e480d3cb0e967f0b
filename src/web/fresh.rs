//! A model that has learned nothing yet, as `newModel` has it.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::training::{files, whole_seed};
use super::values::fault;
use crate::error::Error;
use crate::models;
use crate::train::{initialise, published};
use crate::weights::{config_file, model_file};

/// The files of a model that has learned nothing yet, drawn from the seed as its architecture publishes it: `{ config: string, weights: Uint8Array }`. `tokens`: those of its
/// tokenizer, where it has one.
#[wasm_bindgen(js_name = freshModel)]
pub fn fresh_model(config: &str, seed: f64, tokens: Option<usize>) -> Result<Object, JsError> {
    let write = || {
        let seed = whole_seed(seed)?;
        let model = models::build(config, &[])?;
        if let Some(tokens) = tokens.filter(|tokens| *tokens > model.vocab) {
            return Err(Error::Input(format!(
                "the tokenizer has {tokens} tokens, but vocab_size in config.json is {}; make vocab_size at least {tokens}",
                model.vocab
            )));
        }
        let parameters = initialise(&model, config, seed)?;
        let file = model_file(&published(&model, config, &parameters, seed)?)?;
        Ok((config_file(config, model.architecture)?, file))
    };
    let (config, file) = write().map_err(fault)?;
    files(&config, &file)
}
