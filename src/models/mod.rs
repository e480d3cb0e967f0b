//! Architectures: one file each, in its paper's order. This file tells them apart.

mod t5;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId};

/// Which halves of the first Transformer a model keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    EncoderDecoder,
}

impl Family {
    pub fn name(self) -> &'static str {
        match self {
            Family::EncoderDecoder => "encoder-decoder",
        }
    }
}

/// A model without its numbers: the graph and what a text must know about it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The published class, e.g. `T5ForConditionalGeneration`.
    pub architecture: &'static str,
    pub family: Family,
    pub graph: Graph,
    pub inputs: Inputs,
    /// What generation samples from: `[batch pos d_vocab]`.
    pub logits: NodeId,
    /// Blocks, of the deeper half where there are two.
    pub layers: usize,
    pub heads: usize,
    pub d_model: usize,
    /// Rows of the embedding table: ids below this are tokens.
    pub vocab: usize,
    pub special: SpecialTokens,
    /// The longest text that the model can place, in tokens; `None` where any length has a position.
    pub max_positions: Option<usize>,
}

/// The graph's input nodes, by the names that `transformers` gives them.
#[derive(Clone, Copy, Debug)]
pub struct Inputs {
    pub ids: NodeId,
    /// 1 for a token, 0 for padding.
    pub attention_mask: NodeId,
    pub decoder: Option<DecoderInputs>,
}

#[derive(Clone, Copy, Debug)]
pub struct DecoderInputs {
    pub ids: NodeId,
    /// Over the cache's positions and the new ones.
    pub attention_mask: NodeId,
}

/// Ids with a meaning of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialTokens {
    /// What the decoder reads first.
    pub decoder_start: u32,
    /// What ends a text.
    pub eos: Vec<u32>,
    pub pad: u32,
}

/// Builds the model that a `config.json` describes. `tensors` are the names in its checkpoint: some tensors are left out
/// where two are tied.
pub fn build(config: &str, tensors: &BTreeSet<String>) -> Result<Model> {
    let value: Value = serde_json::from_str(config)
        .map_err(|fault| Error::Config(format!("config.json is not JSON ({fault}); fetch the file again")))?;
    match value.get("model_type").and_then(Value::as_str) {
        Some("t5" | "mt5") => t5::build(read(value)?, tensors),
        Some(other) => Err(Error::Config(format!("model_type \"{other}\" is not built in; this version runs {}", SUPPORTED))),
        None => Err(Error::Config(format!(
            "config.json names no model_type, so its architecture is unknown; this version runs {SUPPORTED}"
        ))),
    }
}

const SUPPORTED: &str = "t5";

fn read<C: for<'de> Deserialize<'de>>(value: Value) -> Result<C> {
    serde_json::from_value(value).map_err(|fault| Error::Config(format!("config.json does not fit its model_type: {fault}")))
}

/// One id or several, as published configurations have it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Ids {
    One(u32),
    Many(Vec<u32>),
}

impl From<Ids> for Vec<u32> {
    fn from(ids: Ids) -> Self {
        match ids {
            Ids::One(id) => vec![id],
            Ids::Many(ids) => ids,
        }
    }
}

/// A size that a configuration must give as at least 1. Far more than any published model has is a damaged file: refused
/// here, before a product of sizes overflows or a graph of that many layers fills the memory.
fn sized(name: &str, n: usize, most: usize) -> Result<usize> {
    match n {
        0 => Err(Error::Config(format!("{name} is 0; it must be at least 1"))),
        n if n > most => Err(Error::Config(format!("{name} is {n}; more than {most} is not a size that this program runs"))),
        n => Ok(n),
    }
}

/// Of one axis of a weight: ids and positions stay exact in f32.
const MOST_WIDE: usize = 1 << 24;
const MOST_LAYERS: usize = 1 << 10;
