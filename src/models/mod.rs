//! Architectures: one file each, in its paper's order. This file tells them apart.

mod albert;
mod bert;
mod classes;
mod electra;
mod encoder;
mod fields;
mod generation;
mod gpt2;
mod initial;
mod llama;
mod notices;
mod parts;
mod positions;
mod roberta;
mod settings;
mod t5;

use std::sync::Arc;

use crate::error::{Error, Result, shown};
use crate::graph::{Graph, Lens, NodeId};
use crate::json::parse;
use crate::ops::Op;
use crate::tensor::size;
pub use classes::{Classes, Scores};
pub use generation::{EarlyStopping, Generation, Rules};
pub use initial::{Initial, Unused, initials, saved_name, unused};
pub use notices::{Notice, NoticeKind};
pub use positions::Positions;
use settings::Settings;

/// Which halves of the first Transformer a model keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Encoder,
    EncoderDecoder,
    Decoder,
}

impl Family {
    pub fn name(self) -> &'static str {
        match self {
            Family::Encoder => "encoder",
            Family::EncoderDecoder => "encoder-decoder",
            Family::Decoder => "decoder",
        }
    }
}

/// A model without its numbers: the graph and what a text must know about it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The published class, e.g. `T5ForConditionalGeneration`.
    pub architecture: &'static str,
    pub family: Family,
    /// Shared with the device that computes it.
    pub graph: Arc<Graph>,
    pub inputs: Inputs,
    /// What a run always brings back: `logits` first, then those of a second head. None where there is no head.
    pub outputs: Vec<NodeId>,
    /// Blocks, of the deeper half where there are two.
    pub layers: usize,
    pub heads: usize,
    pub d_model: usize,
    /// Rows of the embedding table: ids below this are tokens.
    pub vocab: usize,
    /// Texts that a token can belong to; 0 where the model does not tell them apart.
    pub token_types: usize,
    /// What the numbers of a head over the whole text mean; `None` where there is no such head.
    pub classes: Option<Classes>,
    pub special: SpecialTokens,
    /// The longest text that the model can place, in tokens; `None` where any length has a position.
    pub max_positions: Option<usize>,
    /// How the checkpoint wants its texts written; of a model that does not write, nothing.
    pub generation: Generation,
}

/// The graph's input nodes: of the text that is read once, and of the one that is written.
#[derive(Clone, Debug)]
pub struct Inputs {
    pub source: Option<TextInputs>,
    pub target: Option<TextInputs>,
}

#[derive(Clone, Debug)]
pub struct TextInputs {
    pub ids: NodeId,
    /// 1 for a token, 0 for padding; over the cache's positions too, where there is one.
    pub attention_mask: NodeId,
    /// Which of two texts a token belongs to.
    pub token_type_ids: Option<NodeId>,
    pub positions: Option<Positions>,
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

impl Model {
    /// What generation samples from: \[batch pos d_vocab\]. None where the model does not write.
    pub fn next_token(&self) -> Option<NodeId> {
        let writes = self.inputs.target.is_some();
        self.outputs.first().copied().filter(|_| writes)
    }

    /// Takes over what a `generation_config.json` says of how texts are written: as in `transformers`, nothing that `config.json` says of it counts then.
    ///
    /// # Errors
    /// A file that is not JSON; a field of another type, or an id that is no token.
    pub fn generate_by(&mut self, generation_config: &str) -> Result<()> {
        const FILE: &str = "generation_config.json";
        let value = parse(FILE, generation_config)?;
        self.take_generation(Settings::of(FILE, &value)?)
    }

    fn take_generation(&mut self, settings: Settings) -> Result<()> {
        if self.inputs.target.is_none() {
            return Ok(());
        }
        self.generation = Generation::read(settings, self.vocab)?;
        let ends = generation::SpecialIds::read(settings, self.vocab)?;
        self.special.eos = ends.eos;
        self.special.pad = ends.pad.unwrap_or(self.special.pad);
        if self.family == Family::EncoderDecoder {
            self.special.decoder_start = ends.decoder_start.unwrap_or(self.special.decoder_start);
        }
        Ok(())
    }

    /// None for a model that does not write.
    pub fn cache(&self) -> Option<Cache> {
        let appended = self.graph.nodes.iter().filter(|node| matches!(node.op(), Some(Op::Append(_))));
        let shapes: Vec<Vec<usize>> = appended.map(|node| node.shape(&Lens::ONE)).collect(); // [keys batch kv_head d_head]
        let numbers: usize = shapes.iter().map(|shape| size(shape)).sum();
        Some(Cache { kv_heads: shapes.first()?[2], bytes: numbers * size_of::<f32>() })
    }
}

/// What a decoder keeps of each token that it has read: a key and a value in every layer, in f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    pub kv_heads: usize,
    /// For one token of one sequence.
    pub bytes: usize,
}

impl Cache {
    /// Bytes for a token if there were this many key/value heads: all of them (multi-head attention), fewer (grouped-query,
    /// Ainslie et al. 2023, §2.2) or one (multi-query, Shazeer 2019, §3).
    pub fn with(self, kv_heads: usize) -> usize {
        self.bytes / self.kv_heads * kv_heads
    }
}

/// Tensors that the reference may tie: the target, and the source whose numbers it shares where both have the same, or a checkpoint has only one.
pub const TIED: [(&str, &str); 10] = [
    ("lm_head.weight", "shared.weight"),
    ("encoder.embed_tokens.weight", "shared.weight"),
    ("decoder.embed_tokens.weight", "shared.weight"),
    ("lm_head.weight", "model.embed_tokens.weight"),
    ("lm_head.weight", "transformer.wte.weight"),
    ("lm_head.weight", "wte.weight"),
    ("cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"),
    ("lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight"),
    ("predictions.decoder.weight", "albert.embeddings.word_embeddings.weight"),
    ("generator_lm_head.weight", "electra.embeddings.word_embeddings.weight"),
];

/// Builds the model that a `config.json` describes. `tensors` are the names in its checkpoint, best without the copies of tied tensors
/// (`Checkpoint::distinct_names`): they tell where two that `config.json` ties have numbers of their own.
pub fn build(config: &str, tensors: &[String]) -> Result<Model> {
    let value = parse("config.json", config)?;
    let settings = Settings::of("config.json", &value)?;
    let mut model = match settings.word("model_type")? {
        Some("t5" | "mt5") => t5::build(settings, tensors),
        Some("bert") => bert::build(settings, tensors),
        Some("roberta") => roberta::build(settings, tensors),
        Some("albert") => albert::build(settings, tensors),
        Some("electra") => electra::build(settings, tensors),
        Some("gpt2") => gpt2::build(settings, tensors),
        Some("llama") => llama::build(settings, tensors),
        Some(other) => {
            let other = shown(other);
            Err(Error::Config(format!("model_type \"{other}\" is not built in; this version runs {SUPPORTED}")))
        }
        None => Err(Error::Config(format!(
            "config.json names no model_type, so its architecture is unknown; this version runs {SUPPORTED}"
        ))),
    }?;
    model.take_generation(settings)?;
    Ok(model)
}

const SUPPORTED: &str = "bert, roberta, albert, electra, t5, gpt2 and llama";
