//! One text being written: its tokens, and how many of them its cache holds.

use std::borrow::Cow;

use super::caches::Cache;
use super::engine::Engine;
use super::input::{Input, Prompt};
use super::rules::{Written, ruled};
use super::sample::{Candidate, Sampling, candidates, draw};
use crate::capture::{Aims, Intervention, Trace, select};
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, Stage};
use crate::models::Model;
use crate::pass::{Read, Rows};
use crate::tensor::Tensor;

/// Belongs to the engine that made it. Where its cache was given up, for other texts or with a GPU that was lost, the next step reads
/// the tokens again.
pub struct Session {
    prompt: Prompt,
    /// All that the decoder reads: its prompt, then what was generated.
    ids: Vec<u32>,
    cache: Cache,
    /// Tokens of this text whose keys and values the cache holds, unless it was given up.
    cached: usize,
    /// For the token after the last, where they are known.
    logits: Option<Vec<f32>>,
    aims: Aims,
    /// Whether a position sees what comes after it, so that every step computes the whole text anew.
    looks_ahead: bool,
}

/// A token that was chosen, out of what, and what the model did to choose.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: u32,
    /// The most probable first: as many as were asked for, at least.
    pub candidates: Vec<Candidate>,
    /// Of the pass that gave these candidates: the newest token's row.
    pub trace: Trace,
    /// The scores that the candidates were ranked by, where the checkpoint's rules changed the model's logits.
    pub scores: Option<Vec<f32>>,
    /// The token ends the text.
    pub done: bool,
    /// Tokens generated before this one.
    pub position: usize,
}

impl Session {
    /// The generated ids, without the prompt.
    pub fn ids(&self) -> &[u32] {
        &self.ids[self.prompt.target.ids.len()..]
    }

    /// Tokens that the model can write in all, by its positions.
    pub fn room(&self, model: &Model) -> usize {
        self.prompt.room(model)
    }

    /// Forgets the last `n` generated tokens, or all where there are fewer.
    pub fn back(&mut self, n: usize) {
        self.ids.truncate(self.ids.len().saturating_sub(n).max(self.prompt.target.ids.len()));
        self.cached = self.cached.min(self.ids.len() - 1);
        self.logits = None;
    }
}

impl Engine {
    /// Begins a text; nothing is computed yet.
    pub fn start(&mut self, input: &Input) -> Result<Session> {
        let prompt = input.prompt_to_continue(&self.model)?;
        self.next_token()?;
        let ids = prompt.target.ids.clone();
        let (cache, aims) = (Cache::default(), Aims::default());
        Ok(Session { ids, prompt, cache, cached: 0, logits: None, aims, looks_ahead: false })
    }

    /// Changes these hooks from now on, in the tokens so far too: what the cache holds was computed without them, and is computed anew.
    pub fn intervene(&self, session: &mut Session, interventions: &[Intervention]) -> Result<()> {
        let aims = self.aims(&session.prompt, 1, interventions)?;
        if aims != session.aims {
            session.looks_ahead = aims.look_ahead(self.graph());
            session.aims = aims;
            session.cached = 0;
            session.logits = None;
        }
        Ok(())
    }

    /// Chooses one token, or takes `force`, and adds it to the text.
    pub async fn step(
        &mut self,
        session: &mut Session,
        sampling: &Sampling,
        capture: &[String],
        force: Option<u32>,
    ) -> Result<Step> {
        sampling.check()?;
        if let Some(id) = force.filter(|id| *id as usize >= self.model.vocab) {
            return Err(Error::Input(format!("id {id} is outside the vocabulary of {} tokens", self.model.vocab)));
        }
        let trace = self.forward(session, capture).await?;
        // A forced token is shown among the candidates wherever it stands.
        let listing = if force.is_some() { sampling.listing_all() } else { *sampling };
        let scores = self.scores(session, sampling)?;
        let candidates = candidates(&scores, &listing);
        let scores = if let Cow::Owned(scores) = scores { Some(scores) } else { None };
        let position = session.ids().len();
        let id = force.unwrap_or_else(|| draw(&candidates, sampling, position));
        session.ids.push(id);
        session.logits = None;
        Ok(Step { id, candidates, trace, scores, done: self.model.special.eos.contains(&id), position })
    }

    /// The candidates for the next token under these settings; the text stays as it is.
    pub async fn peek(&mut self, session: &mut Session, sampling: &Sampling) -> Result<Vec<Candidate>> {
        sampling.check()?;
        // What was given up, where weights changed, is of no use either.
        if session.logits.is_none() || session.cache.tokens() < session.cached {
            self.forward(session, &[]).await?;
        }
        Ok(candidates(&self.scores(session, sampling)?, sampling))
    }

    /// The known scores of the next token, as the checkpoint's rules leave them.
    fn scores<'s>(&self, session: &'s Session, sampling: &Sampling) -> Result<Cow<'s, [f32]>> {
        let logits = session.logits.as_deref().unwrap_or_default();
        ruled(&self.model, &Written::of(&self.model, &session.prompt, &session.ids, sampling.limit), logits)
    }

    /// Computes what is not in the cache yet, up to the logits for the next token.
    async fn forward(&mut self, session: &mut Session, capture: &[String]) -> Result<Trace> {
        let last = session.ids.len() - 1;
        let kept = if session.looks_ahead { 0 } else { session.cache.tokens() };
        session.cached = session.cached.min(kept).min(last);
        let stages: &[Stage] = if session.cached == 0 { &[Stage::Source, Stage::Target] } else { &[Stage::Target] };
        let mut reads = vec![self.next_token()?];
        reads.extend(select(self.graph(), capture, stages)?);
        let mut tensors = self.newest_row(session, last, reads).await?;
        let activations = tensors.split_off(1);
        session.cached = session.ids.len();
        session.logits = tensors.first().map(|logits| logits.data.clone());
        Ok(Trace { logits: tensors, activations })
    }

    /// Tokens that were generated before and are to be read again go first and unseen, so that what a reader gets is
    /// always the row of the newest token.
    async fn newest_row(&mut self, session: &Session, last: usize, reads: Vec<Read>) -> Result<Vec<Tensor>> {
        let Session { prompt, ids, cache, aims, cached, .. } = session;
        let writes = last >= prompt.target.ids.len();
        if session.looks_ahead && writes {
            let tensors = self.pass(Some(cache), prompt, &[&ids[..]], 0, aims, reads.clone()).await?;
            return Ok(reads.iter().zip(tensors).map(|(read, tensor)| newest(self.graph(), read, tensor)).collect());
        }
        let mut from = *cached;
        if writes {
            self.catch_up(cache, prompt, &[&ids[..]], from..last, aims).await?;
            from = last;
        }
        self.pass(Some(cache), prompt, &[&ids[from..]], from, aims, reads).await
    }
}

/// The newest token's row of what was computed for the whole text.
fn newest(graph: &Graph, read: &Read, tensor: Tensor) -> Tensor {
    let node = graph.node(read.node);
    let Some(rows) = node.dims.iter().position(|dim| *dim == Dim::Target).filter(|_| read.rows == Rows::All) else {
        return tensor;
    };
    let row: usize = tensor.shape[rows + 1..].iter().product();
    let block = tensor.shape[rows] * row;
    let data = tensor.data.chunks_exact(block).flat_map(|block| &block[block.len() - row..]).copied().collect();
    let mut shape = tensor.shape;
    shape[rows] = 1;
    Tensor { shape, data, ..tensor }
}
