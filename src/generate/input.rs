//! What a model is asked to read, and whether it can.

use crate::error::{Error, Result};
use crate::graph::Lens;
use crate::models::{Family, Model};

/// The memory that texts may take, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// What all nodes of a pass may hold together: every node keeps its own buffer, and a page's memory ends at 4 GiB. A pass that needs
    /// more is refused.
    pub activations: u64,
    /// What the caches of all texts may hold together: three full texts of GPT-2 small, some hundred of a tiny model. Beyond it the least
    /// recently used is given up, and its text is read again by its next step. The newest stays, whatever it holds.
    pub caches: u64,
}

impl Limits {
    pub const USUAL: Limits = Limits { activations: if cfg!(target_arch = "wasm32") { GIB } else { 4 * GIB }, caches: GIB / 4 };
}

const GIB: u64 = 1 << 30; // bytes

/// What a model reads, as token ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    pub ids: Vec<u32>,
    /// What an encoder-decoder's decoder has written so far; the model's start token where empty.
    pub decoder_ids: Vec<u32>,
    /// 1 for a token of `ids`, 0 for padding; all tokens where empty.
    pub attention_mask: Vec<u32>,
    /// Which of two texts each of `ids` belongs to; all 0 where empty.
    pub token_type_ids: Vec<u32>,
}

/// A checked input, by the halves of the model: what is read once, and what is read and written on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Prompt {
    pub source: Text,
    pub target: Text,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text {
    pub ids: Vec<u32>,
    pub attention_mask: Vec<u32>,
    pub token_type_ids: Vec<u32>,
    /// Where each token stands; counted from 0 where empty.
    pub positions: Vec<u32>,
}

impl Text {
    /// Where the token at this index stands. Those behind the list follow its last.
    pub fn position(&self, index: usize) -> u32 {
        let next = self.positions.last().map_or(0, |last| last + 1);
        self.positions.get(index).copied().unwrap_or_else(|| next + (index - self.positions.len()) as u32)
    }
}

impl Input {
    /// Whether the model can read this.
    ///
    /// # Errors
    /// No token, an id outside the vocabulary, a mask of another length, or more positions than fit.
    pub fn check(&self, model: &Model) -> Result<()> {
        self.prompt(model).map(|_| ())
    }

    /// New tokens behind this when nobody says how many: as the model's `max_new_tokens` or `max_length` has it, else `usual`.
    ///
    /// # Errors
    /// As [`Input::check`]; a `max_length` that the prompt takes up.
    pub fn usual_length(&self, model: &Model, usual: usize) -> Result<usize> {
        let prompt = self.prompt(model)?.target.ids.len();
        match (model.generation.limit(prompt), model.generation.max_length) {
            (Some(0), Some(all)) => Err(Error::Input(format!(
                "the model's generation settings end a text at max_length {all}, and the prompt has {prompt} tokens already; \
                 say how many new tokens to write"
            ))),
            (limit, _) => Ok(limit.unwrap_or(usual)),
        }
    }

    /// The checked input, to be written on: padding takes no position, so that a padded text goes on as it does without its padding. (A mere pass
    /// counts it, as the reference does in both cases.)
    pub(super) fn prompt_to_continue(&self, model: &Model) -> Result<Prompt> {
        let mut prompt = self.prompt(model)?;
        if prompt.target.attention_mask.contains(&0) {
            let tokens = prompt.target.attention_mask.iter().scan(0, |tokens, allowed| {
                *tokens += allowed;
                Some(if *allowed == 0 { 0 } else { *tokens - 1 })
            });
            prompt.target.positions = tokens.collect();
        }
        Ok(prompt)
    }

    /// The input with what it leaves out filled in, each part in its place.
    pub(super) fn prompt(&self, model: &Model) -> Result<Prompt> {
        if self.ids.is_empty() {
            return Err(Error::Input("the text is empty; give at least one token".into()));
        }
        let vocabulary = model.vocab;
        if let Some(id) = self.ids.iter().chain(&self.decoder_ids).find(|id| **id as usize >= vocabulary) {
            let last = vocabulary - 1;
            return Err(Error::Input(format!("id {id} is outside the vocabulary; this model's ids run from 0 to {last}")));
        }
        let given = self.given(model)?;
        let prompt = match model.family {
            Family::EncoderDecoder => {
                let start = vec![model.special.decoder_start];
                let ids = if self.decoder_ids.is_empty() { start } else { self.decoder_ids.clone() };
                let written =
                    Text { attention_mask: vec![1; ids.len()], token_type_ids: vec![0; ids.len()], ids, positions: vec![] };
                Prompt { source: given, target: written }
            }
            _ if !self.decoder_ids.is_empty() => {
                return Err(Error::Input("this model has no second half that reads decoder ids; leave them out".into()));
            }
            Family::Encoder => Prompt { source: given, target: Text::default() },
            Family::Decoder => Prompt { source: Text::default(), target: given },
        };
        prompt.check_size(model, &Limits::USUAL, 1, prompt.target.ids.len(), 0)?;
        Ok(prompt)
    }

    fn given(&self, model: &Model) -> Result<Text> {
        let n = self.ids.len();
        let per_token = |what: &str, list: &[u32], default: u32, most: u32| match list {
            [] => Ok(vec![default; n]),
            list if list.len() != n => {
                Err(Error::Input(format!("the {what} has {} entries for {n} tokens; give one for each token", list.len())))
            }
            list => match list.iter().find(|entry| **entry > most) {
                Some(entry) => Err(Error::Input(format!("the {what} has an entry {entry}; its entries run from 0 to {most}"))),
                None => Ok(list.to_vec()),
            },
        };
        if !self.token_type_ids.is_empty() && model.token_types == 0 {
            return Err(Error::Input("this architecture has no token types; leave the token type ids out".into()));
        }
        Ok(Text {
            ids: self.ids.clone(),
            attention_mask: per_token("attention mask", &self.attention_mask, 1, 1)?,
            token_type_ids: per_token("token type list", &self.token_type_ids, 0, model.token_types.saturating_sub(1) as u32)?,
            positions: vec![],
        })
    }
}

impl Prompt {
    /// Its lengths, alone.
    pub(super) fn lens(&self) -> Lens {
        Lens { batch: 1, source: self.source.ids.len(), target: self.target.ids.len(), past: 0 }
    }

    /// Padding behind its texts, up to these lengths.
    pub(super) fn pad(&mut self, source: usize, target: usize, pad: u32) {
        for (text, length) in [(&mut self.source, source), (&mut self.target, target)] {
            text.ids.resize(length, pad);
            text.attention_mask.resize(length, 0);
            text.token_type_ids.resize(length, 0);
        }
    }

    /// Tokens that a model can write behind this prompt. The last of them needs no position: nobody reads it.
    pub(super) fn room(&self, model: &Model) -> usize {
        model.max_positions.map_or(usize::MAX, |limit| (limit + 1).saturating_sub(self.target.ids.len()))
    }

    /// Whether there are the positions and the memory for a pass over the `new` tokens that come after `past` others in each of
    /// `batch` sequences.
    pub(super) fn check_size(&self, model: &Model, limits: &Limits, batch: usize, new: usize, past: usize) -> Result<()> {
        let source = self.source.ids.len();
        let target = past.saturating_add(new);
        let longest = source.max(target);
        if let Some(limit) = model.max_positions.filter(|limit| longest > *limit) {
            let given = source.max(self.target.ids.len());
            return Err(Error::Input(if given > limit {
                format!("the text has {given} tokens, but this model takes at most {limit}; shorten it")
            } else {
                format!(
                    "the text is full: all {limit} positions of this model are taken; go some tokens back, or begin with a shorter text"
                )
            }));
        }
        let lens = Lens { batch, source, target: new, past: target - new };
        let computed = model.graph.nodes.iter().filter(|node| node.op().is_some());
        let numbers: f64 = computed.map(|node| node.dims.iter().map(|dim| dim.at(&lens) as f64).product::<f64>()).sum();
        let [memory, most] = [numbers * size_of::<f32>() as f64, limits.activations as f64].map(|bytes| bytes / GIB as f64); // GiB
        if memory <= most {
            return Ok(());
        }
        let beams = if batch > 1 { format!(" in {batch} sequences") } else { String::new() };
        Err(Error::Input(format!(
            "{source} tokens to read and {target} to write{beams} need {memory:.1} GiB for their activations, and at most \
             {most} GiB are used; shorten the text"
        )))
    }
}
