//! A model on a device: checks an input, turns it into passes, and brings back traces.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::input::Input;
use crate::capture::{Trace, select};
use crate::device::{Choice, Device, Probe};
use crate::error::Result;
use crate::graph::{Graph, Lens, NodeId, Stage};
use crate::models::{DecoderInputs, Model};
use crate::pass::{Parameters, Pass, Read, Rows};
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
        let input = input.completed(&self.model)?;
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
