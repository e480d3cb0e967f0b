//! The generator of replaced tokens, from another model's files.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::values::fault;
use crate::device::Choice;
use crate::models::{self, Model};
use crate::train::{Generator, Setup};
use crate::weights::Checkpoint;

/// A generator, and what its files are written by.
pub(super) struct Loaded {
    pub generator: Box<Generator>,
    pub written: Written,
}

/// Its config.json, and the names of its checkpoint's tensors.
pub(super) struct Written {
    pub config: String,
    pub names: Vec<String>,
}

/// Of `{ config: string, weights: Uint8Array }`; none where nothing is given. With a setup it learns.
pub(super) async fn load(
    files: &JsValue,
    discriminator: &Model,
    choice: Choice,
    setup: Option<Setup>,
) -> Result<Option<Loaded>, JsError> {
    if files.is_undefined() || files.is_null() {
        return Ok(None);
    }
    let field = |name: &str| Reflect::get(files, &name.into()).ok();
    let config = field("config").and_then(|config| config.as_string());
    let bytes = field("weights").and_then(|weights| weights.dyn_into::<Uint8Array>().ok());
    let (Some(config), Some(bytes)) = (config, bytes) else {
        return Err(JsError::new("generator: a config.json and weights are expected; give a loaded model"));
    };
    let bytes = bytes.to_vec();
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).map_err(fault)?;
    let model = models::build(&config, &checkpoint.distinct_names(&models::TIED)).map_err(fault)?;
    let parameters = checkpoint.parameters(&model.graph).map_err(fault)?;
    let names = checkpoint.names();
    let generator = Generator::open(model, parameters, discriminator, choice, setup.as_ref()).await.map_err(fault)?;
    Ok(Some(Loaded { generator: Box::new(generator), written: Written { config, names } }))
}
