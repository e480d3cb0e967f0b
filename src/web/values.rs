//! What crosses between JavaScript and Rust: options in; descriptions, traces and errors out.

use js_sys::{Array, Float32Array, Object, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::capture::Trace;
use crate::error::{Error, Result, shown_longer};
use crate::generate::{Candidate, Continuation, Input, Sampling};
use crate::tensor::Tensor;

/// Candidates listed with a step, where the caller does not say how many.
const CANDIDATES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Files {
    pub name: String,
    pub config: String,
    pub generation_config: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LoadOptions {
    pub device: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct InputOptions {
    pub ids: Vec<u32>,
    pub decoder_ids: Vec<u32>,
    pub attention_mask: Vec<u32>,
    pub token_type_ids: Vec<u32>,
}

#[derive(Clone, Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StepOptions {
    pub temperature: f32,
    pub top_k: usize,
    pub top_p: Option<f32>,
    pub seed: f64,
    pub candidates: Option<usize>,
    pub limit: Option<usize>,
    pub capture: Vec<String>,
}

impl StepOptions {
    pub fn sampling(&self) -> Sampling {
        let Self { temperature, top_k, limit, .. } = *self;
        let listed = self.candidates.unwrap_or(CANDIDATES);
        Sampling { temperature, top_k, top_p: self.top_p.unwrap_or(1.0), seed: self.seed as u64, listed, limit }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct RunOptions {
    pub capture: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BeamOptions {
    pub beams: usize,
    pub max_new_tokens: usize,
}

/// The most probable candidates, and the chosen one wherever it stands: id, probability, kept and logit of each, one after another.
pub(super) fn candidate_list(candidates: &[Candidate], listed: usize, chosen: Option<u32>) -> Vec<f32> {
    let shown = candidates.iter().enumerate().filter(|(rank, c)| *rank < listed || Some(c.id) == chosen);
    shown.flat_map(|(_, c)| [c.id as f32, c.probability, c.kept as u8 as f32, c.logit]).collect()
}

/// Beam, id, sum of log-probabilities and fate (0: dropped, 1: kept, 2: finished) of each, one after another.
pub(super) fn continuation_list(step: &[Continuation]) -> Vec<f32> {
    step.iter().flat_map(|c| [c.beam as f32, c.id as f32, c.score, c.fate as u8 as f32]).collect()
}

pub(super) fn weights(files: &JsValue) -> Result<Vec<Vec<u8>>, JsError> {
    let list = Reflect::get(files, &"weights".into()).ok().and_then(|list| list.dyn_into::<Array>().ok());
    let list = list.ok_or_else(|| JsError::new("weights: the model has no safetensors files; give model.safetensors"))?;
    Ok(list.iter().map(|bytes| Uint8Array::new(&bytes).to_vec()).collect())
}

pub(super) fn input_of(value: JsValue) -> Result<Input, JsError> {
    let input: InputOptions = read_or_default(value, "input")?;
    Ok(Input {
        ids: input.ids,
        decoder_ids: input.decoder_ids,
        attention_mask: input.attention_mask,
        token_type_ids: input.token_type_ids,
    })
}

/// One input, or a list of them.
pub(super) fn inputs_of(value: &JsValue) -> Result<Vec<Input>, JsError> {
    match value.dyn_ref::<Array>() {
        Some(list) => list.iter().map(input_of).collect(),
        None => Ok(vec![input_of(value.clone())?]),
    }
}

/// A list, or where none was asked for the only one in it.
pub(super) fn list_or_one(is_list: bool, list: Array) -> JsValue {
    if is_list { list.into() } else { list.get(0) }
}

pub(super) fn trace_object(trace: &Trace) -> Object {
    let object = Object::new();
    if let Some(logits) = trace.logits.first() {
        set(&object, "logits", activation(logits));
    }
    // A second head's scores go by their name: nsp_logits, sop_logits.
    let second = trace.logits.iter().skip(1);
    set(&object, "activations", second.chain(&trace.activations).map(activation).collect::<Array>());
    object
}

/// `{ name, axes, shape, data: Float32Array }`.
pub(super) fn activation(tensor: &Tensor) -> Object {
    let object = Object::new();
    set(&object, "name", tensor.name.as_str());
    set(&object, "axes", tensor.axes.iter().map(|axis| JsValue::from(axis.name())).collect::<Array>());
    set(&object, "shape", tensor.shape.iter().map(|n| JsValue::from(*n as f64)).collect::<Array>());
    set(&object, "data", Float32Array::from(tensor.data.as_slice()));
    object
}

pub(super) fn set(object: &Object, key: &str, value: impl Into<JsValue>) {
    Reflect::set(object, &key.into(), &value.into()).expect("a plain object takes any property");
}

pub(super) fn read<T: for<'de> Deserialize<'de>>(value: JsValue, what: &str) -> Result<T, JsError> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| JsError::new(&format!("input: the {what} do not fit: {}", shown_longer(error))))
}

pub(super) fn read_or_default<T: for<'de> Deserialize<'de> + Default>(value: JsValue, what: &str) -> Result<T, JsError> {
    if value.is_undefined() || value.is_null() { Ok(T::default()) } else { read(value, what) }
}

pub(super) fn write<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsError> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|error| JsError::new(&error.to_string()))
}

pub(super) fn fault(error: Error) -> JsError {
    JsError::new(&error.to_string())
}
