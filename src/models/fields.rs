//! Fields of a `config.json` that change what a model computes and that no graph here honours: refused by name unless they say what is built.
//!
//! Names that no class of the reference reads are not listed: the reference passes them over, and so does this program.

use serde_json::Value;

use super::settings::Settings;
use crate::error::{Error, Result, written};

/// What a field may say without changing the model.
#[derive(Clone, Copy)]
pub enum Neutral {
    False,
    True,
    Word(&'static str),
    Number(f64),
    /// An empty list or object.
    Empty,
    /// A list of this word alone.
    All(&'static str),
}

use Neutral::{All, Empty, False, Number, True, Word};

pub type Field = (&'static str, Neutral);

/// Of every class: quantised numbers, layers that differ, heads that were cut out, a part that reads another model's states.
const ALL: &[Field] =
    &[("quantization_config", Empty), ("per_layer_config", Empty), ("pruned_heads", Empty), ("add_cross_attention", False)];

/// Of encoders: attention that is causal, or knows positions by their distance, or leaves positions out.
pub const ENCODER: &[Field] = &[
    ("is_decoder", False),
    ("is_encoder_decoder", False),
    ("position_embedding_type", Word("absolute")),
    ("attention_type", Word("original_full")),
];

pub const T5: &[Field] = &[("is_encoder_decoder", True), ("tie_encoder_decoder", False)];

pub const GPT2: &[Field] = &[("is_encoder_decoder", False), ("position_embedding_type", Word("absolute"))];

/// Of LLaMA: fields of its descendants, which keep its name in some published files.
pub const LLAMA: &[Field] = &[
    ("is_encoder_decoder", False),
    ("layer_types", All("full_attention")),
    ("partial_rotary_factor", Number(1.0)),
    ("attn_logit_softcapping", Empty),
    ("final_logit_softcapping", Empty),
    ("qk_layernorm", False),
    ("use_qk_norm", False),
];

/// Within LLaMA's rope_parameters.
pub const ROPE: &[Field] = &[("partial_rotary_factor", Number(1.0))];

/// # Errors
/// The first field of these, or of those of every class, that changes the model.
pub fn check(settings: Settings, fields: &[Field]) -> Result<()> {
    match ALL.iter().chain(fields).find(|(name, neutral)| settings.get(name).is_some_and(|value| !neutral.is(value))) {
        Some((name, _)) => Err(unbuilt(settings, name)),
        None => Ok(()),
    }
}

/// The refusal of a field that changes the model.
pub fn unbuilt(settings: Settings, name: &str) -> Error {
    let got = settings.get(name).map_or("null".into(), written);
    Error::Config(format!("{name} is {got} in config.json, which changes the model in a way that is not built in"))
}

impl Neutral {
    fn is(self, value: &Value) -> bool {
        match self {
            False => value.as_bool() == Some(false),
            True => value.as_bool() == Some(true),
            Word(word) => value.as_str() == Some(word),
            Number(number) => value.as_f64() == Some(number),
            Empty => value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(|fields| fields.is_empty()),
            All(word) => value.as_array().is_some_and(|list| list.iter().all(|entry| entry.as_str() == Some(word))),
        }
    }
}
