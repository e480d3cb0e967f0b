//! What crosses between JavaScript and Rust: options in; descriptions, traces and errors out.

use js_sys::{Array, Float32Array, Object};
use wasm_bindgen::prelude::*;

use super::objects::{Options, needed, number, object, words};
use crate::capture::Trace;
use crate::error::{Error, Result};
use crate::generate::{Candidate, Continuation, Input, Sampling};
use crate::tensor::Tensor;

/// Candidates listed with a step, where the caller does not say how many.
const CANDIDATES: usize = 10;

/// What a step is asked for.
#[derive(Clone)]
pub(super) struct StepOptions {
    pub sampling: Sampling,
    pub capture: Vec<String>,
}

impl StepOptions {
    pub fn read(options: Options) -> Result<Self, JsError> {
        let sampling = Sampling {
            temperature: options.number("temperature")?.unwrap_or(0.0) as f32,
            top_k: options.whole("topK")?.unwrap_or(0),
            top_p: options.number("topP")?.unwrap_or(1.0) as f32,
            seed: options.number("seed")?.unwrap_or(0.0) as u64,
            listed: options.whole("candidates")?.unwrap_or(CANDIDATES),
        };
        Ok(StepOptions { sampling, capture: options.words("capture")? })
    }
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

pub(super) fn input_of(value: JsValue) -> Result<Input, JsError> {
    let options = Options(&value);
    Ok(Input {
        ids: options.ids("ids")?,
        decoder_ids: options.ids("decoderIds")?,
        attention_mask: options.ids("attentionMask")?,
        token_type_ids: options.ids("tokenTypeIds")?,
    })
}

/// Beams, and the most tokens to write.
pub(super) fn beam_options(options: Options) -> Result<(usize, usize), JsError> {
    let whole = |key| needed(key, options.whole(key)?);
    Ok((whole("beams")?, whole("maxNewTokens")?))
}

pub(super) fn trace_object(trace: &Trace) -> Object {
    // A second head's scores go by their name: nsp_logits, sop_logits.
    let second = trace.logits.iter().skip(1);
    let activations: Array = second.chain(&trace.activations).map(activation).collect();
    match trace.logits.first() {
        Some(logits) => object(&[("logits", activation(logits).into()), ("activations", activations.into())]),
        None => object(&[("activations", activations.into())]),
    }
}

/// `{ name, axes, shape, data: Float32Array }`.
pub(super) fn activation(tensor: &Tensor) -> Object {
    object(&[
        ("name", tensor.name.as_str().into()),
        ("axes", words(tensor.axes.iter().map(|axis| axis.name()))),
        ("shape", tensor.shape.iter().map(|n| number(*n)).collect::<Array>().into()),
        ("data", Float32Array::from(tensor.data.as_slice()).into()),
    ])
}

pub(super) fn fault(error: Error) -> JsError {
    JsError::new(&error.to_string())
}
