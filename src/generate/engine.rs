//! A model on a device: checks an input, turns it into passes, and brings back traces.

use std::ops::Range;
use std::sync::Arc;

use super::caches::{Cache, Caches};
use super::input::{Limits, Prompt, Text};
use crate::capture::{Aims, Extent, Intervention};
use crate::device::{Choice, Device, Probe};
use crate::error::{Error, Result};
use crate::graph::{Graph, Lens, Stage};
use crate::models::{Family, Model, TextInputs};
use crate::pass::{ByNode, Parameters, Pass, Read, Rows};
use crate::tensor::Tensor;

pub struct Engine {
    pub model: Arc<Model>,
    pub device: Device,
    /// All that was computed so far: for tests and measurements.
    pub computed: Computed,
    pub limits: Limits,
    pub(super) caches: Caches,
}

/// How much was computed: a text that is read again counts again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Computed {
    pub passes: usize,
    /// Of these, such as went on from a pass before.
    pub partial: usize,
    /// Positions of sources and of targets, in every sequence; in a partial pass none.
    pub tokens: usize,
}

impl Computed {
    fn add(&mut self, pass: &Pass) {
        self.passes += 1;
        let source = if pass.lens.past == 0 { pass.lens.source } else { 0 };
        match pass.from {
            None => self.tokens += pass.lens.batch * (source + pass.lens.target),
            Some(_) => self.partial += 1,
        }
    }
}

impl Engine {
    pub async fn open(model: Model, parameters: Parameters, choice: Choice) -> Result<Self> {
        let device = Device::open(choice, model.graph.clone(), parameters, probe(&model, &Limits::USUAL)?).await?;
        let (computed, caches) = (Computed::default(), Caches::default());
        Ok(Engine { model: Arc::new(model), device, computed, limits: Limits::USUAL, caches })
    }

    /// Computes by a graph from now on that has more nodes behind the model's own: those of its training.
    ///
    /// # Errors
    /// As [`Device::widen`].
    pub async fn widen(&mut self, graph: Arc<Graph>) -> Result<()> {
        self.weights_changed();
        self.device.widen(graph).await
    }

    /// Forgets what texts keep: it was computed with other weights. Each text reads its tokens again.
    pub fn weights_changed(&mut self) {
        self.caches.clear();
    }

    /// Memory that the caches of all texts hold now, in bytes.
    pub fn cached_bytes(&self) -> usize {
        self.caches.bytes()
    }

    /// A pass over the source (where `past` is 0) and over the decoder's new tokens: one row of them for each sequence. The text keeps
    /// what its next pass needs in `cache`; a pass without one leaves all caches as they are.
    pub(super) async fn pass(
        &mut self,
        cache: Option<&Cache>,
        prompt: &Prompt,
        new: &[&[u32]],
        past: usize,
        aims: &Aims,
        reads: Vec<Read>,
    ) -> Result<Vec<Tensor>> {
        let pass = assemble(&self.model, &self.limits, &vec![prompt; new.len()], new, past, reads)?;
        self.compute(cache, pass, aims).await
    }

    pub(super) async fn compute(&mut self, cache: Option<&Cache>, mut pass: Pass, aims: &Aims) -> Result<Vec<Tensor>> {
        pass.edits = aims.edits(self.graph(), &pass.lens, &pass.stages)?;
        self.computed.add(&pass);
        let outcome = match cache {
            None => self.device.run(&pass).await,
            Some(cache) => {
                let mut state = cache.take();
                let outcome = self.device.go_on(&mut state, &pass).await;
                self.caches.put(cache, state, self.limits.caches);
                outcome
            }
        };
        if let Err(Error::DeviceLost(_)) = &outcome {
            self.caches.clear();
        }
        let tensors = outcome?;
        let broken = tensors.iter().find(|tensor| !pass.edits.is_empty() && tensor.data.iter().any(|x| !x.is_finite()));
        match broken {
            Some(Tensor { name, .. }) => Err(Error::Intervention(format!("\"{name}\" is no longer finite; use smaller numbers"))),
            None => Ok(tensors),
        }
    }

    /// Sequence `i` of what the cache holds becomes the old `order[i]`.
    pub(super) fn reorder(&mut self, cache: &Cache, order: &[usize]) {
        let mut state = cache.take();
        self.device.reorder(&mut state, order);
        self.caches.put(cache, state, self.limits.caches);
    }

    /// Reads a range of the tokens of each row into the cache and brings nothing back, in as few passes as there is memory for.
    pub(super) async fn catch_up(
        &mut self,
        cache: &Cache,
        prompt: &Prompt,
        rows: &[&[u32]],
        unread: Range<usize>,
        aims: &Aims,
    ) -> Result<()> {
        let mut at = unread.start;
        if at < unread.end {
            // The token behind these is wanted: where it does not fit, nothing is read.
            prompt.check_size(&self.model, &self.limits, rows.len(), 1, unread.end)?;
        }
        while at < unread.end {
            let mut count = unread.end - at;
            while count > 1 && prompt.check_size(&self.model, &self.limits, rows.len(), count, at).is_err() {
                count = count.div_ceil(2);
            }
            let part: Vec<&[u32]> = rows.iter().map(|row| &row[at..at + count]).collect();
            self.pass(Some(cache), prompt, &part, at, aims, vec![]).await?;
            at += count;
        }
        Ok(())
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

/// The one way to a pass, whoever asks for it: here it is refused where the model has no position, no row or no memory for it. `prompts` has one for each sequence, all
/// equally long.
pub(super) fn assemble(
    model: &Model,
    limits: &Limits,
    prompts: &[&Prompt],
    new: &[&[u32]],
    past: usize,
    reads: Vec<Read>,
) -> Result<Pass> {
    let (batch, target) = (new.len(), new.first().map_or(0, |row| row.len()));
    let Some(prompt) = prompts.first() else { return Err(Error::Input("there is no text; give at least one".into())) };
    prompt.check_size(model, limits, batch, target, past)?;
    let lens = Lens { batch, source: prompt.source.ids.len(), target, past };
    let stages = if past == 0 { vec![Stage::Source, Stage::Target] } else { vec![Stage::Target] };
    let mut inputs = ByNode::new();
    if let Some(nodes) = &model.inputs.source {
        let sources: Vec<&Text> = prompts.iter().map(|prompt| &prompt.source).collect();
        let masks = sources.iter().flat_map(|source| numbers(&source.attention_mask));
        inputs.insert(nodes.attention_mask, masks.collect());
        if past == 0 {
            let rows: Vec<&[u32]> = sources.iter().map(|source| &source.ids[..]).collect();
            text(&mut inputs, nodes, &rows, &sources, 0);
        }
    }
    if let Some(nodes) = &model.inputs.target {
        let targets: Vec<&Text> = prompts.iter().map(|prompt| &prompt.target).collect();
        let allowed = |target_of: &&Text| {
            let mut allowed = numbers(&target_of.attention_mask);
            allowed.resize(past + target, 1.0);
            allowed
        };
        inputs.insert(nodes.attention_mask, targets.iter().flat_map(allowed).collect());
        text(&mut inputs, nodes, new, &targets, past);
    }
    let pass = Pass { lens, stages, from: None, inputs, edits: vec![], reads };
    pass.check(&model.graph)?;
    Ok(pass)
}

/// The input nodes of the texts on one side: `rows` are the ids of each sequence, of which the first comes after `past` others. All stand at the first one's positions.
fn text(inputs: &mut ByNode<Vec<f32>>, nodes: &TextInputs, rows: &[&[u32]], texts: &[&Text], past: usize) {
    let len = rows.first().map_or(0, |row| row.len());
    inputs.insert(nodes.ids, rows.iter().flat_map(|row| numbers(row)).collect());
    if let Some(node) = nodes.token_type_ids {
        inputs.insert(node, texts.iter().flat_map(|text| numbers(&text.token_type_ids)).collect());
    }
    if let Some(positions) = &nodes.positions {
        let places: Vec<u32> = (past..past + len).map(|index| texts[0].position(index)).collect();
        inputs.insert(positions.node(), positions.numbers(rows, &places));
    }
}

fn numbers(list: &[u32]) -> Vec<f32> {
    list.iter().map(|&n| n as f32).collect()
}

/// Passes of the size that the page meets: devices are compared and timed on them.
///
/// # Errors
/// A model that refuses even one token.
fn probe(model: &Model, limits: &Limits) -> Result<Probe> {
    let n = model.max_positions.unwrap_or(usize::MAX).clamp(1, 12);
    let ids: Vec<u32> = (0..n).map(|i| (i * 37 % model.vocab) as u32).collect();
    let read = Text { attention_mask: vec![1; n], token_type_ids: vec![0; n], ids, positions: vec![] };
    let start =
        Text { ids: vec![model.special.decoder_start], attention_mask: vec![1], token_type_ids: vec![0], positions: vec![] };
    let prompt = match model.family {
        Family::Encoder => Prompt { source: read, target: Text::default() },
        Family::EncoderDecoder => Prompt { source: read, target: start },
        Family::Decoder => Prompt { source: Text::default(), target: read },
    };
    let reads: Vec<Read> =
        model.next_token().map(|node| Read { name: "logits".into(), node, rows: Rows::Last }).into_iter().collect();
    let pass = |new: &[u32], past| assemble(model, limits, &[&prompt], &[new], past, reads.clone());
    let first = &prompt.target.ids;
    let later = match model.family {
        Family::Encoder => pass(&[], 0)?,
        Family::EncoderDecoder => pass(first, 1)?,
        // The last token once more: there need not be a position for a further one.
        Family::Decoder => pass(&first[n - 1..], n - 1)?,
    };
    Ok(Probe { first: pass(first, 0)?, later })
}
