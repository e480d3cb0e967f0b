//! What a model is asked to read, and whether it can.

use crate::error::{Error, Result};
use crate::graph::Lens;
use crate::models::Model;

/// What all nodes of a run may hold together, in GiB: every node keeps its own buffer, and a page's memory ends at 4 GiB.
/// A text that needs more is refused.
const MOST_MEMORY: f64 = if cfg!(target_arch = "wasm32") { 1.0 } else { 4.0 };

/// What a model reads, as token ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    pub ids: Vec<u32>,
    /// What the decoder has written so far; the model's start token where empty.
    pub decoder_ids: Vec<u32>,
    /// 1 for a token, 0 for padding; all tokens where empty.
    pub attention_mask: Vec<u32>,
}

impl Input {
    /// The input with what it leaves out filled in.
    ///
    /// # Errors
    /// No token, an id outside the vocabulary, a mask of another length, or more positions than fit.
    pub fn completed(&self, model: &Model) -> Result<Input> {
        let mut input = self.clone();
        if input.ids.is_empty() {
            return Err(Error::Input("the text is empty; give at least one token".into()));
        }
        if input.attention_mask.is_empty() {
            input.attention_mask = vec![1; input.ids.len()];
        }
        if input.attention_mask.len() != input.ids.len() {
            let (mask, ids) = (input.attention_mask.len(), input.ids.len());
            return Err(Error::Input(format!("the attention mask has {mask} entries for {ids} tokens; give one for each token")));
        }
        if let Some(other) = input.attention_mask.iter().find(|entry| **entry > 1) {
            return Err(Error::Input(format!(
                "the attention mask has an entry {other}; it holds 1 for a token and 0 for padding"
            )));
        }
        if input.decoder_ids.is_empty() {
            input.decoder_ids = vec![model.special.decoder_start];
        }
        if let Some(id) = input.ids.iter().chain(&input.decoder_ids).find(|id| **id as usize >= model.vocab) {
            let last = model.vocab - 1;
            return Err(Error::Input(format!("id {id} is outside the vocabulary; this model's ids run from 0 to {last}")));
        }
        input.check_size(model, 1, input.decoder_ids.len())?;
        Ok(input)
    }

    /// Whether a decoder that reads `target` tokens in each of `batch` sequences has the positions and the memory for it.
    pub(super) fn check_size(&self, model: &Model, batch: usize, target: usize) -> Result<()> {
        let source = self.ids.len();
        let longest = source.max(target);
        if let Some(limit) = model.max_positions.filter(|limit| longest > *limit) {
            return Err(Error::Input(format!("the text has {longest} tokens, but this model takes at most {limit}; shorten it")));
        }
        let lens = Lens { batch, source, target, past: 0 };
        let computed = model.graph.nodes.iter().filter(|node| node.op().is_some());
        let numbers: f64 = computed.map(|node| node.dims.iter().map(|dim| dim.at(&lens) as f64).product::<f64>()).sum();
        let memory = numbers * size_of::<f32>() as f64 / (1u64 << 30) as f64; // GiB
        if memory <= MOST_MEMORY {
            return Ok(());
        }
        let beams = if batch > 1 { format!(" in {batch} beams") } else { String::new() };
        Err(Error::Input(format!(
            "{source} tokens to read and {target} to write{beams} need {memory:.1} GiB for their activations, and at most \
             {MOST_MEMORY} GiB are used; shorten the text"
        )))
    }
}
