//! One distribution, cut by temperature, top-k and top-p, and one token drawn from it.
//!
//! Top-k: Fan et al. 2018, §5.4. Top-p (nucleus): Holtzman et al. 2020, §3.1. The cuts come in the order of the reference:
//! temperature, then k, then p over what k left.

use rand::SeedableRng;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand_chacha::ChaCha8Rng;

use crate::error::{Error, Result};
use crate::tensor::lanes::{self, Lanes, Usual, exp};
use crate::tensor::ranked;

/// Logits that are looked at together, when a few of them are sought.
const BLOCK: usize = 64;

/// How the next token is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// 0 takes the most probable token; 1 leaves the distribution as it is.
    pub temperature: f32,
    /// Keep this many of the most probable tokens; 0 keeps all.
    pub top_k: usize,
    /// Keep the fewest tokens that together hold this much probability; 1 keeps all.
    pub top_p: f32,
    pub seed: u64,
    /// Candidates that the caller wants to see; sorting a whole vocabulary takes longer than a tiny model's step.
    pub listed: usize,
    /// New tokens that the text may get in all, where that is known: some rules act on the last of them.
    pub limit: Option<usize>,
}

impl Default for Sampling {
    fn default() -> Self {
        Sampling { temperature: 0.0, top_k: 0, top_p: 1.0, seed: 0, listed: usize::MAX, limit: None }
    }
}

impl Sampling {
    /// The same, with every candidate listed.
    pub fn listing_all(self) -> Self {
        Sampling { listed: usize::MAX, ..self }
    }

    /// Candidates that must be sorted: those to see, and those that the cuts could leave in.
    fn sorted(&self) -> usize {
        match self {
            Sampling { temperature: 0.0, .. } => self.listed.max(1),
            Sampling { top_k: 0, .. } => usize::MAX,
            Sampling { top_k, .. } => self.listed.max(*top_k),
        }
    }

    pub fn check(&self) -> Result<()> {
        if !(self.temperature >= 0.0 && self.temperature.is_finite()) {
            return Err(Error::Input(format!("temperature is {}; it must be 0 or more", self.temperature)));
        }
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            return Err(Error::Input(format!("top-p is {}; it must be above 0 and at most 1", self.top_p)));
        }
        Ok(())
    }
}

/// A token that could come next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub id: u32,
    /// The model's score, as the rules of its `generation_config.json` leave it: −∞ for a token that they forbid.
    pub logit: f32,
    /// After temperature, before the cuts: of all tokens together 1. Greedy shows the distribution at temperature 1.
    pub probability: f32,
    /// Whether the cuts leave it in.
    pub kept: bool,
}

/// The most probable tokens, in order, as many as [`Sampling::listed`] and the cuts need; equal logits in the order of their ids.
pub fn candidates(logits: &[f32], sampling: &Sampling) -> Vec<Candidate> {
    let greedy = sampling.temperature == 0.0;
    let temperature = if greedy { 1.0 } else { sampling.temperature };
    let max = lanes::max::<Usual>(logits, f32::MIN);
    let power = |logit: Usual| exp(logit.minus(Usual::splat(max)).over(Usual::splat(temperature)));
    let mut sums = Usual::splat(0.0);
    lanes::each(logits, f32::MIN, |logit| sums = sums.plus(power(logit)));
    let sum = sums.sum();
    let mut all: Vec<Candidate> = best(logits, sampling.sorted())
        .into_iter()
        .map(|(id, logit)| Candidate { id, logit, probability: power(Usual::splat(logit)).to_array()[0] / sum, kept: false })
        .collect();

    let by_k = if sampling.top_k == 0 { all.len() } else { sampling.top_k.min(all.len()) };
    let left: f32 = all[..by_k].iter().map(|candidate| candidate.probability).sum();
    let mut before = 0.0; // probability of the tokens ahead, among those that k left
    for (rank, candidate) in all[..by_k].iter_mut().enumerate() {
        candidate.kept = rank == 0 || (!greedy && before < sampling.top_p && candidate.logit > f32::NEG_INFINITY);
        before += candidate.probability / left;
    }
    all
}

/// The `n` greatest logits with their ids, in order. A short list is kept sorted while the logits pass by once, block by block: most
/// blocks have nothing for it, and SIMD sees that.
pub(super) fn best(logits: &[f32], n: usize) -> Vec<(u32, f32)> {
    if n >= logits.len() {
        return ranked(logits).into_iter().map(|id| (id as u32, logits[id])).collect();
    }
    let mut list: Vec<(u32, f32)> = Vec::with_capacity(n + 1);
    let better = |list: &[(u32, f32)], logit| list.len() < n || list.last().is_some_and(|worst| logit > worst.1);
    for (block, first) in logits.chunks(BLOCK).zip((0u32..).step_by(BLOCK)) {
        if !better(&list, lanes::max::<Usual>(block, f32::MIN)) {
            continue;
        }
        for (id, logit) in (first..).zip(block.iter().copied()) {
            if better(&list, logit) {
                list.insert(list.partition_point(|listed| listed.1 >= logit), (id, logit));
                list.truncate(n);
            }
        }
    }
    list
}

/// Draws one of the kept candidates. The position is a stream of its own: going back and on again draws the same tokens.
pub fn draw(candidates: &[Candidate], sampling: &Sampling, position: usize) -> u32 {
    if sampling.temperature == 0.0 {
        return candidates[0].id;
    }
    let weights = candidates.iter().map(|c| if c.kept { c.probability } else { 0.0 });
    let mut random = ChaCha8Rng::seed_from_u64(sampling.seed);
    random.set_stream(position as u64);
    let index = WeightedIndex::new(weights).map_or(0, |weights| weights.sample(&mut random));
    candidates[index].id
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logits that are logarithms: their softmax is the fractions themselves.
    fn logits() -> Vec<f32> {
        [0.1f32, 0.4, 0.2, 0.3].map(f32::ln).to_vec()
    }

    fn kept(sampling: Sampling) -> Vec<u32> {
        candidates(&logits(), &sampling).iter().filter(|c| c.kept).map(|c| c.id).collect()
    }

    #[test]
    fn probabilities_are_the_softmax() {
        let all = candidates(&logits(), &Sampling { temperature: 1.0, ..Sampling::default() });
        assert_eq!(all.iter().map(|c| c.id).collect::<Vec<_>>(), [1, 3, 2, 0]);
        assert!((all[0].probability - 0.4).abs() < 1e-6 && (all[3].probability - 0.1).abs() < 1e-6);
    }

    #[test]
    fn a_short_list_is_the_top_of_the_whole() {
        let logits: Vec<f32> = (0..500).map(|id| ((id * 37) % 101) as f32).collect();
        for top_k in [0, 7] {
            let sampling = Sampling { top_k, listed: 5, ..Sampling::default() };
            let whole = candidates(&logits, &sampling.listing_all());
            assert_eq!(candidates(&logits, &sampling)[..5], whole[..5]);
        }
    }

    #[test]
    fn cuts_keep_what_they_say() {
        let open = Sampling { temperature: 1.0, ..Sampling::default() };
        assert_eq!(kept(Sampling::default()), [1], "greedy");
        assert_eq!(kept(open), [1, 3, 2, 0], "no cut");
        assert_eq!(kept(Sampling { top_k: 2, ..open }), [1, 3]);
        assert_eq!(kept(Sampling { top_p: 0.65, ..open }), [1, 3], "0.4 is less than 0.65, 0.4 + 0.3 is more");
        // Among the two that k leaves, the first holds 0.4 / 0.7 = 0.57.
        assert_eq!(kept(Sampling { top_k: 2, top_p: 0.5, ..open }), [1]);
    }

    #[test]
    fn draws_follow_the_distribution_and_the_seed() {
        let sampling = Sampling { temperature: 1.0, seed: 7, ..Sampling::default() };
        let all = candidates(&logits(), &sampling);
        let draws: Vec<u32> = (0..4000).map(|position| draw(&all, &sampling, position)).collect();
        let share = draws.iter().filter(|id| **id == 1).count() as f32 / 4000.0;
        assert!((share - 0.4).abs() < 0.03, "token 1 holds 0.4 of the probability, drawn {share}");
        assert_eq!(draws, (0..4000).map(|position| draw(&all, &sampling, position)).collect::<Vec<_>>());
    }
}
