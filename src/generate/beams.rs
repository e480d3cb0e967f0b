//! Beam search: the likeliest text found by keeping several at each step (Sutskever et al. 2014, §3.2).
//!
//! Scores are log-probabilities divided by length (Wu et al. 2016, eq. 14 with α = 1 and the reference's plain length),
//! and the search ends as `transformers` ends it by default: when all places are taken by finished texts and the best
//! running one, at its present length, scores no better than the worst of them.

use super::engine::Engine;
use super::input::Input;
use super::sample::best;
use crate::error::{Error, Result};

/// A text that is still being written.
#[derive(Clone)]
struct Running {
    /// Generated ids.
    ids: Vec<u32>,
    /// Sum of log-probabilities, in nats.
    score: f32,
}

impl Engine {
    /// The best text of up to `max_new_tokens` tokens, or as many as have a position, with `beams` kept at each step: the generated ids.
    pub async fn beam_search(&mut self, input: &Input, beams: usize, max_new_tokens: usize) -> Result<Vec<u32>> {
        if beams == 0 || beams > self.model.vocab {
            return Err(Error::Input(format!("{beams} beams; give from 1 to the vocabulary's {}", self.model.vocab)));
        }
        let prompt = input.prompt_to_continue(&self.model)?;
        let max_new_tokens = max_new_tokens.min(prompt.room(&self.model));
        prompt.check_size(&self.model, beams, prompt.target.ids.len().saturating_add(max_new_tokens.saturating_sub(1)))?;
        self.owner = None;
        let eos = self.model.special.eos.clone();
        let mut running = vec![Running { ids: vec![], score: 0.0 }];
        let mut finished: Vec<(Vec<u32>, f32)> = vec![];
        let mut past = 0;
        for length in 1..=max_new_tokens {
            let first = [prompt.target.ids.as_slice()];
            let lasts: Vec<[u32; 1]> = running.iter().filter_map(|beam| beam.ids.last().map(|id| [*id])).collect();
            let rows: Vec<&[u32]> = if past == 0 { first.repeat(beams) } else { lasts.iter().map(|id| &id[..]).collect() };
            let logits = self.pass(&prompt, &rows, past, vec![self.next_token()?]).await?.remove(0);
            past += rows[0].len();

            // As many continuations as it takes to have enough that do not end.
            let best = continuations(&running, &logits.data, self.model.vocab, beams * (1 + eos.len()).max(2));
            let ends = |id: &u32| eos.contains(id) || length == max_new_tokens;
            for (beam, id, score) in best.iter().take(beams).filter(|(_, id, _)| ends(id)) {
                let (ids, score) = ([running[*beam].ids.as_slice(), &[*id]].concat(), score / length as f32);
                finished.insert(finished.partition_point(|better| better.1 >= score), (ids, score));
            }
            finished.truncate(beams);
            let next: Vec<&(usize, u32, f32)> = best.iter().filter(|(_, id, _)| !ends(id)).take(beams).collect();
            let hopeless =
                |next: &[&(usize, u32, f32)]| finished.len() == beams && next[0].2 / length as f32 <= finished[beams - 1].1;
            if next.is_empty() || hopeless(&next) {
                break;
            }
            let mut order: Vec<usize> = next.iter().map(|(beam, _, _)| *beam).collect();
            order.resize(beams, 0);
            self.device.reorder(&order);
            running = next
                .iter()
                .map(|(beam, id, score)| Running { ids: [running[*beam].ids.as_slice(), &[*id]].concat(), score: *score })
                .collect();
            // More places than continuations: filled by copies that can win against nothing.
            let spare = Running { score: f32::NEG_INFINITY, ..running[0].clone() };
            running.resize(beams, spare);
        }
        Ok(finished.into_iter().next().map(|(ids, _)| ids).unwrap_or_default())
    }
}

/// The `n` best of every beam with every token: `(beam, id, score)`.
fn continuations(running: &[Running], logits: &[f32], vocab: usize, n: usize) -> Vec<(usize, u32, f32)> {
    let mut scores = Vec::with_capacity(logits.len());
    for (running, logits) in running.iter().zip(logits.chunks_exact(vocab)) {
        let max = logits.iter().copied().fold(f32::MIN, f32::max);
        let log_sum = logits.iter().map(|logit| (logit - max).exp()).sum::<f32>().ln();
        scores.extend(logits.iter().map(|logit| running.score + logit - max - log_sum));
    }
    let vocab = vocab as u32;
    best(&scores, n).into_iter().map(|(at, score)| ((at / vocab) as usize, at % vocab, score)).collect()
}
