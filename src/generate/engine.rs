//! A model on a device: checks an input, turns it into passes, and brings back traces.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capture::{Trace, select};
use crate::device::{Choice, Device, Probe};
use crate::error::{Error, Result};
use crate::graph::{Graph, Lens, NodeId, Stage};
use crate::models::{DecoderInputs, Model};
use crate::pass::{Parameters, Pass, Read, Rows};
use crate::tensor::Tensor;

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

pub struct Engine {
    pub model: Arc<Model>,
    pub device: Device,
    /// The session whose keys and values lie in the device's caches.
    pub(super) owner: Option<u64>,
    pub(super) sessions: u64,
}

impl Engine {
    pub async fn open(model: Model, parameters: Parameters, choice: Choice) -> Result<Self> {
        let graph = Arc::new(model.graph.clone());
        let device = Device::open(choice, graph, parameters, probe(&model)).await?;
        Ok(Engine { model: Arc::new(model), device, owner: None, sessions: 0 })
    }

    /// One pass over a whole input.
    pub async fn run(&mut self, input: &Input, capture: &[String]) -> Result<Trace> {
        let input = self.checked(input)?;
        let stages = [Stage::Source, Stage::Target];
        let mut reads = vec![self.logits(Rows::All)];
        reads.extend(select(&self.model.graph, capture, &stages)?);
        self.owner = None;
        let mut tensors = self.pass(&input, &[&input.decoder_ids], 0, reads).await?;
        let activations = tensors.split_off(1);
        Ok(Trace { logits: tensors, activations })
    }

    /// A pass over the source (where `past` is 0) and over the decoder's new tokens: one row of them for each sequence.
    pub(super) async fn pass(&mut self, input: &Input, new: &[&[u32]], past: usize, reads: Vec<Read>) -> Result<Vec<Tensor>> {
        let pass = assemble(&self.model, input, new, past, reads);
        self.device.run(&pass).await
    }

    pub(super) fn logits(&self, rows: Rows) -> Read {
        Read { name: "logits".into(), node: self.model.logits, rows }
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.model.graph
    }

    /// The input with what it leaves out filled in.
    ///
    /// # Errors
    /// No token, an id outside the vocabulary, a mask of another length, or more positions than fit.
    pub(super) fn checked(&self, input: &Input) -> Result<Input> {
        let model = &self.model;
        let mut input = input.clone();
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
        self.check_size(&input, 1, input.decoder_ids.len())?;
        Ok(input)
    }

    /// Whether a decoder that reads `target` tokens in each of `batch` sequences has the positions and the memory for it.
    pub(super) fn check_size(&self, input: &Input, batch: usize, target: usize) -> Result<()> {
        let source = input.ids.len();
        let longest = source.max(target);
        if let Some(limit) = self.model.max_positions.filter(|limit| longest > *limit) {
            return Err(Error::Input(format!("the text has {longest} tokens, but this model takes at most {limit}; shorten it")));
        }
        let lens = Lens { batch, source, target, past: 0 };
        let computed = self.graph().nodes.iter().filter(|node| node.op().is_some());
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

fn assemble(model: &Model, input: &Input, new: &[&[u32]], past: usize, reads: Vec<Read>) -> Pass {
    let (batch, target) = (new.len(), new.first().map_or(0, |row| row.len()));
    let lens = Lens { batch, source: input.ids.len(), target, past };
    let stages = if past == 0 { vec![Stage::Source, Stage::Target] } else { vec![Stage::Target] };
    let repeat = |row: &[u32]| -> Vec<f32> { row.iter().map(|&n| n as f32).collect::<Vec<_>>().repeat(batch) };
    let mut inputs: BTreeMap<NodeId, Vec<f32>> = BTreeMap::new();
    inputs.insert(model.inputs.attention_mask, repeat(&input.attention_mask));
    if past == 0 {
        inputs.insert(model.inputs.ids, repeat(&input.ids));
    }
    if let Some(DecoderInputs { ids, attention_mask }) = model.inputs.decoder {
        inputs.insert(ids, new.iter().flat_map(|row| row.iter().map(|&id| id as f32)).collect());
        inputs.insert(attention_mask, vec![1.0; batch * (past + target)]);
    }
    Pass { lens, stages, inputs, reads }
}

/// Passes of the size that the page meets: devices are compared and timed on them.
fn probe(model: &Model) -> Probe {
    let ids: Vec<u32> = (0..12).map(|n| n * 37 % model.vocab as u32).collect();
    let input = Input { attention_mask: vec![1; ids.len()], decoder_ids: vec![], ids };
    let new = [model.special.decoder_start];
    let logits = Read { name: "logits".into(), node: model.logits, rows: Rows::Last };
    let pass = |past| assemble(model, &input, &[&new], past, vec![logits.clone()]);
    Probe { first: pass(0), later: pass(1) }
}
