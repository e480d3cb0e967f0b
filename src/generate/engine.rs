//! A model on a device: checks an input, turns it into passes, and brings back traces.

use std::sync::Arc;

use super::input::{Input, Prompt, Text};
use crate::capture::{Aims, Extent, Intervention, Trace, select};
use crate::device::{Choice, Device, Probe};
use crate::error::{Error, Result};
use crate::graph::{Graph, Lens, Stage};
use crate::models::{Family, Model, TextInputs};
use crate::pass::{ByNode, Parameters, Pass, Read, Rows};
use crate::tensor::Tensor;

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
        self.run_with(input, capture, &[]).await
    }

    /// The same, with some hooks changed on the way.
    pub async fn run_with(&mut self, input: &Input, capture: &[String], interventions: &[Intervention]) -> Result<Trace> {
        let prompt = input.prompt(&self.model)?;
        let stages = [Stage::Source, Stage::Target];
        let heads =
            self.model.outputs.iter().map(|&node| Read { name: self.graph().node(node).name.clone(), node, rows: Rows::All });
        let mut reads: Vec<Read> = heads.collect();
        let n_heads = reads.len();
        reads.extend(select(&self.model.graph, capture, &stages)?);
        let aims = Aims::find(self.graph(), interventions, Extent::Whole)?;
        self.owner = None;
        let mut tensors = self.pass(&prompt, &[&prompt.target.ids], 0, &aims, reads).await?;
        let activations = tensors.split_off(n_heads);
        Ok(Trace { logits: tensors, activations })
    }

    /// A pass over the source (where `past` is 0) and over the decoder's new tokens: one row of them for each sequence.
    pub(super) async fn pass(
        &mut self,
        prompt: &Prompt,
        new: &[&[u32]],
        past: usize,
        aims: &Aims,
        reads: Vec<Read>,
    ) -> Result<Vec<Tensor>> {
        let mut pass = assemble(&self.model, prompt, new, past, reads);
        pass.edits = aims.edits(self.graph(), &pass.lens, &pass.stages)?;
        let tensors = self.device.run(&pass).await?;
        let broken = tensors.iter().find(|tensor| !pass.edits.is_empty() && tensor.data.iter().any(|x| !x.is_finite()));
        match broken {
            Some(Tensor { name, .. }) => Err(Error::Intervention(format!("\"{name}\" is no longer finite; use smaller numbers"))),
            None => Ok(tensors),
        }
    }

    /// Interventions on a text that is written from this prompt; those that can never fit are refused before anything is computed.
    pub(super) fn aims(&self, prompt: &Prompt, batch: usize, interventions: &[Intervention]) -> Result<Aims> {
        let target = prompt.target.ids.len();
        let aims = Aims::find(self.graph(), interventions, Extent::Growing { prompt: target })?;
        let lens = Lens { batch, source: prompt.source.ids.len(), target, past: 0 };
        aims.edits(self.graph(), &lens, &[Stage::Source, Stage::Target])?;
        Ok(aims)
    }

    /// The scores of the next token.
    pub(super) fn next_token(&self) -> Result<Read> {
        let node = self.model.next_token().ok_or_else(|| {
            Error::Input(format!("{} reads a text but does not write one; run it instead", self.model.architecture))
        })?;
        Ok(Read { name: "logits".into(), node, rows: Rows::Last })
    }

    pub(super) fn graph(&self) -> &Graph {
        &self.model.graph
    }
}

fn assemble(model: &Model, prompt: &Prompt, new: &[&[u32]], past: usize, reads: Vec<Read>) -> Pass {
    let (batch, target) = (new.len(), new.first().map_or(0, |row| row.len()));
    let lens = Lens { batch, source: prompt.source.ids.len(), target, past };
    let stages = if past == 0 { vec![Stage::Source, Stage::Target] } else { vec![Stage::Target] };
    let mut inputs = ByNode::new();
    if let Some(nodes) = &model.inputs.source {
        inputs.insert(nodes.attention_mask, numbers(&prompt.source.attention_mask).repeat(batch));
        if past == 0 {
            text(&mut inputs, nodes, &vec![&prompt.source.ids[..]; batch], &prompt.source, 0);
        }
    }
    if let Some(nodes) = &model.inputs.target {
        let mut allowed = numbers(&prompt.target.attention_mask);
        allowed.resize(past + target, 1.0);
        inputs.insert(nodes.attention_mask, allowed.repeat(batch));
        text(&mut inputs, nodes, new, &prompt.target, past);
    }
    Pass { lens, stages, inputs, edits: vec![], reads }
}

/// The input nodes of one text: `rows` are the ids of each sequence, of which the first comes after `past` others.
fn text(inputs: &mut ByNode<Vec<f32>>, nodes: &TextInputs, rows: &[&[u32]], prompt: &Text, past: usize) {
    let len = rows.first().map_or(0, |row| row.len());
    inputs.insert(nodes.ids, rows.iter().flat_map(|row| numbers(row)).collect());
    if let Some(node) = nodes.token_type_ids {
        inputs.insert(node, numbers(&prompt.token_type_ids).repeat(rows.len()));
    }
    if let Some(positions) = &nodes.positions {
        let places: Vec<u32> = (past..past + len).map(|index| prompt.position(index)).collect();
        inputs.insert(positions.node(), positions.numbers(rows, &places));
    }
}

fn numbers(list: &[u32]) -> Vec<f32> {
    list.iter().map(|&n| n as f32).collect()
}

/// Passes of the size that the page meets: devices are compared and timed on them.
fn probe(model: &Model) -> Probe {
    let n = model.max_positions.unwrap_or(usize::MAX).saturating_sub(1).clamp(1, 12);
    let ids: Vec<u32> = (0..n).map(|i| (i * 37 % model.vocab) as u32).collect();
    let read = Text { attention_mask: vec![1; n], token_type_ids: vec![0; n], ids, positions: vec![] };
    let start =
        Text { ids: vec![model.special.decoder_start], attention_mask: vec![1], token_type_ids: vec![0], positions: vec![] };
    let prompt = match model.family {
        Family::Encoder => Prompt { source: read, target: Text::default() },
        Family::EncoderDecoder => Prompt { source: read, target: start },
        Family::Decoder => Prompt { source: Text::default(), target: read },
    };
    let first = &prompt.target.ids;
    let reads: Vec<Read> =
        model.next_token().map(|node| Read { name: "logits".into(), node, rows: Rows::Last }).into_iter().collect();
    let pass = |new: &[u32], past| assemble(model, &prompt, &[new], past, reads.clone());
    let later = if model.family == Family::Encoder { pass(&[], 0) } else { pass(&first[..1], first.len()) };
    Probe { first: pass(first, 0), later }
}
