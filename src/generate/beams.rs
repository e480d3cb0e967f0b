//! Beam search: the likeliest text found by keeping several at each step (Sutskever et al. 2014, §3.2).
//!
//! Scores are log-probabilities, as the checkpoint's rules leave them, divided by length (Wu et al. 2016, eq. 14 with the reference's
//! plain length, and α = 1 unless the checkpoint's `length_penalty` says otherwise). The search ends as `transformers` ends it by
//! default: when all places are taken by finished texts and the best running one, at its present length, scores no better than the
//! worst of them. The checkpoint's `early_stopping` changes that ([`EarlyStopping`]).

use super::caches::Cache;
use super::engine::Engine;
use super::input::{Input, Prompt};
use super::rules::{Written, ruled};
use super::sample::best;
use crate::capture::{Aims, Intervention};
use crate::error::{Error, Result};
use crate::models::{EarlyStopping, Model};
use crate::tensor::Tensor;

/// A text that is still being written.
#[derive(Clone)]
struct Running {
    /// Generated ids.
    ids: Vec<u32>,
    /// Sum of log-probabilities, in nats.
    score: f32,
}

impl Running {
    fn followed_by(&self, id: u32) -> Vec<u32> {
        [&self.ids[..], &[id]].concat()
    }
}

/// What a search found, and how.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The generated ids of the best text.
    pub ids: Vec<u32>,
    /// What each step looked at, the likeliest first.
    pub steps: Vec<Vec<Continuation>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Continuation {
    /// Which of the texts that the step before kept, in its order, is continued.
    pub beam: usize,
    pub id: u32,
    /// Sum of log-probabilities, in nats.
    pub score: f32,
    pub fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Dropped,
    /// Goes on in the next step.
    Kept,
    /// Ends, and competes by its score divided by its length.
    Finished,
}

/// A search under way. Belongs to the engine that made it; where its cache was given up, the next step reads the texts again.
pub struct Beams {
    prompt: Prompt,
    aims: Aims,
    /// Whether a position sees what comes after it, so that every step computes the whole texts anew.
    looks_ahead: bool,
    /// Texts kept at each step.
    width: usize,
    max_new_tokens: usize,
    /// As many as `width` after the first step.
    running: Vec<Running>,
    /// Ids and score divided by length, the best first.
    finished: Vec<(Vec<u32>, f32)>,
    /// The keys and values of all running texts.
    cache: Cache,
    /// Steps taken, and so the length of every running text.
    taken: usize,
    done: bool,
}

impl Beams {
    /// The generated ids of the best text, once the search has ended.
    pub fn found(&self) -> Option<&[u32]> {
        self.done.then(|| self.finished.first().map_or(&[][..], |(ids, _)| ids))
    }
}

impl Engine {
    /// The best text of up to `max_new_tokens` tokens, or as many as have a position, with `beams` kept at each step: the generated ids.
    pub async fn beam_search(
        &mut self,
        input: &Input,
        beams: usize,
        max_new_tokens: usize,
        interventions: &[Intervention],
    ) -> Result<Vec<u32>> {
        Ok(self.beam_steps(input, beams, max_new_tokens, interventions).await?.ids)
    }

    /// The same search with all that it looked at.
    pub async fn beam_steps(
        &mut self,
        input: &Input,
        beams: usize,
        max_new_tokens: usize,
        interventions: &[Intervention],
    ) -> Result<Search> {
        let mut search = self.start_beams(input, beams, max_new_tokens, interventions)?;
        let mut steps = vec![];
        loop {
            if let Some(ids) = search.found() {
                return Ok(Search { ids: ids.to_vec(), steps });
            }
            steps.push(self.step_beams(&mut search).await?);
        }
    }

    /// Begins a search; nothing is computed yet.
    pub fn start_beams(
        &mut self,
        input: &Input,
        beams: usize,
        max_new_tokens: usize,
        interventions: &[Intervention],
    ) -> Result<Beams> {
        if beams == 0 || beams > self.model.vocab {
            return Err(Error::Input(format!("{beams} beams; give from 1 to the vocabulary's {}", self.model.vocab)));
        }
        let prompt = input.prompt_to_continue(&self.model)?;
        self.next_token()?;
        let max_new_tokens = max_new_tokens.min(prompt.room(&self.model));
        let aims = self.aims(&prompt, beams, interventions)?;
        let looks_ahead = aims.look_ahead(self.graph());
        // The first pass and the longest: what does not fit is refused before anything is computed.
        let (read, written) = (prompt.target.ids.len(), max_new_tokens.saturating_sub(1));
        prompt.check_size(&self.model, &self.limits, beams, read, 0)?;
        match looks_ahead {
            true => prompt.check_size(&self.model, &self.limits, beams, read.saturating_add(written), 0)?,
            false => prompt.check_size(&self.model, &self.limits, beams, 1, (read - 1).saturating_add(written))?,
        }
        Ok(Beams {
            looks_ahead,
            prompt,
            aims,
            width: beams,
            max_new_tokens,
            running: vec![Running { ids: vec![], score: 0.0 }],
            finished: vec![],
            cache: Cache::default(),
            taken: 0,
            done: max_new_tokens == 0,
        })
    }

    /// Makes all running texts longer by one token: what was looked at, the likeliest first; nothing where the search has ended.
    pub async fn step_beams(&mut self, search: &mut Beams) -> Result<Vec<Continuation>> {
        if search.done {
            return Ok(vec![]);
        }
        let (beams, eos) = (search.width, self.model.special.eos.clone());
        let logits = self.forward_beams(search).await?;
        search.taken += 1;
        let length = search.taken;
        let per_length = Normal::of(&self.model);

        // As many continuations as it takes to have enough that do not end.
        let best = continuations(&self.model, search, &logits.data, beams * (1 + eos.len()).max(2))?;
        let ends = |id: &u32| eos.contains(id) || length == search.max_new_tokens;
        let finished = &mut search.finished;
        for (beam, id, score) in best.iter().take(beams).filter(|(_, id, _)| ends(id)) {
            let (ids, score) = (search.running[*beam].followed_by(*id), per_length.score(*score, length));
            finished.insert(finished.partition_point(|better| better.1 >= score), (ids, score));
        }
        finished.truncate(beams);
        let looked = judged(&best, beams, ends);
        let next: Vec<&(usize, u32, f32)> = best.iter().filter(|(_, id, _)| !ends(id)).take(beams).collect();
        let over = |next: &[&(usize, u32, f32)]| {
            let worst = finished.get(beams - 1).map(|(_, score)| *score); // none while a place is free
            worst.is_some_and(|worst| !per_length.can_win(next[0].2, length, search.max_new_tokens, worst))
        };
        if next.is_empty() || over(&next) {
            search.done = true;
            return Ok(looked);
        }
        let mut order: Vec<usize> = next.iter().map(|(beam, _, _)| *beam).collect();
        order.resize(beams, 0);
        self.reorder(&search.cache, &order);
        let running = next.iter().map(|(beam, id, score)| Running { ids: search.running[*beam].followed_by(*id), score: *score });
        search.running = running.collect();
        // More places than continuations: filled by copies that can win against nothing.
        let spare = Running { score: f32::NEG_INFINITY, ..search.running[0].clone() };
        search.running.resize(beams, spare);
        Ok(looked)
    }

    /// The scores of every running text's next token.
    async fn forward_beams(&mut self, search: &Beams) -> Result<Tensor> {
        let Beams { prompt, cache, aims, .. } = search;
        let mut texts: Vec<Vec<u32>> = search.running.iter().map(|beam| [&prompt.target.ids[..], &beam.ids].concat()).collect();
        texts.resize(search.width, prompt.target.ids.clone());
        let rows: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        let last = rows[0].len() - 1;
        let mut from = if search.looks_ahead { 0 } else { cache.tokens().min(last) };
        if search.taken > 0 && !search.looks_ahead {
            self.catch_up(cache, prompt, &rows, from..last, aims).await?;
            from = last;
        }
        let rows: Vec<&[u32]> = rows.iter().map(|row| &row[from..]).collect();
        Ok(self.pass(Some(cache), prompt, &rows, from, aims, vec![self.next_token()?]).await?.remove(0))
    }
}

/// What becomes of each continuation: an end counts among the first `beams` of all, the first `beams` that do not end go on.
/// Copies that fill places can win against nothing, and are left out.
fn judged(best: &[(usize, u32, f32)], beams: usize, ends: impl Fn(&u32) -> bool) -> Vec<Continuation> {
    let mut kept = 0;
    let mut fate = |rank, id: &u32| match ends(id) {
        true if rank < beams => Fate::Finished,
        false if kept < beams => {
            kept += 1;
            Fate::Kept
        }
        _ => Fate::Dropped,
    };
    let real = best.iter().enumerate().filter(|(_, (_, _, score))| score.is_finite());
    real.map(|(rank, &(beam, id, score))| Continuation { beam, id, score, fate: fate(rank, &id) }).collect()
}

/// How texts of different lengths compare, and when a search is over.
struct Normal {
    length_penalty: f32,
    early_stopping: EarlyStopping,
}

impl Normal {
    fn of(model: &Model) -> Self {
        let generation = &model.generation;
        Normal { length_penalty: generation.length_penalty.unwrap_or(1.0), early_stopping: generation.early_stopping }
    }

    /// A sum of log-probabilities, divided by `length` to the power of the penalty.
    fn score(&self, sum: f32, length: usize) -> f32 {
        sum / (length as f32).powf(self.length_penalty)
    }

    /// Whether the best running text could still be better than the worst finished one, where all places are taken by those.
    fn can_win(&self, sum: f32, length: usize, longest: usize, worst: f32) -> bool {
        let length = if self.early_stopping == EarlyStopping::Never && self.length_penalty > 0.0 { longest } else { length };
        self.early_stopping != EarlyStopping::WhenFull && self.score(sum, length) > worst
    }
}

/// The `n` best of every beam with every token, those that are forbidden left out: `(beam, id, score)`.
fn continuations(model: &Model, search: &Beams, logits: &[f32], n: usize) -> Result<Vec<(usize, u32, f32)>> {
    let mut scores = Vec::with_capacity(logits.len());
    for (running, logits) in search.running.iter().zip(logits.chunks_exact(model.vocab)) {
        let max = logits.iter().copied().fold(f32::MIN, f32::max);
        let log_sum = logits.iter().map(|logit| (logit - max).exp()).sum::<f32>().ln();
        let log_probabilities: Vec<f32> = logits.iter().map(|logit| logit - max - log_sum).collect();
        let ids = [&search.prompt.target.ids[..], &running.ids].concat();
        let written = Written::of(model, &search.prompt, &ids, Some(search.max_new_tokens));
        scores.extend(ruled(model, &written, &log_probabilities)?.iter().map(|score| running.score + score));
    }
    let vocab = model.vocab as u32;
    let ranked = best(&scores, n).into_iter().filter(|(_, score)| *score > f32::NEG_INFINITY);
    Ok(ranked.map(|(at, score)| ((at / vocab) as usize, at % vocab, score)).collect())
}
