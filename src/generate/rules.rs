//! The rules of a checkpoint's `generation_config.json` on the scores of the next token: `(scores, text so far) → scores`.
//!
//! `transformers` 5.23: `generation/logits_process.py`, in the order of `GenerationMixin._get_logits_processor`. They act before the
//! temperature and the cuts of a draw, on greedy choice, and in a beam search on log-probabilities. A forbidden token scores −∞.

use std::borrow::Cow;

use super::input::Prompt;
use crate::error::{Error, Result};
use crate::models::{Family, Model, Rules};

/// A text so far, as the rules look at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written<'t> {
    /// What the encoder reads; of a decoder by itself, its prompt.
    pub source: &'t [u32],
    /// All that the decoder has read: its prompt, then what was generated.
    pub ids: &'t [u32],
    /// Tokens of the prompt.
    pub prompt: usize,
    /// Tokens of padding ahead of the prompt.
    pub padding: usize,
    /// Tokens of prompt and text together, where their number is limited.
    pub longest: Option<usize>,
}

impl<'t> Written<'t> {
    /// `limit`: new tokens in all; the checkpoint's own limit where nobody sets one.
    pub fn of(model: &Model, prompt: &'t Prompt, ids: &'t [u32], limit: Option<usize>) -> Self {
        let n = prompt.target.ids.len();
        let source = if model.family == Family::EncoderDecoder { &prompt.source.ids } else { &prompt.target.ids };
        let padding = prompt.target.attention_mask.iter().position(|allowed| *allowed != 0).unwrap_or(0);
        let longest = limit.or(model.generation.limit(n)).map(|limit| n.saturating_add(limit));
        Written { source, ids, prompt: n, padding, longest }
    }
}

/// The scores as the model's rules leave them; untouched where it has none.
///
/// # Errors
/// Rules that together forbid every token.
pub(super) fn ruled<'s>(model: &Model, written: &Written, scores: &'s [f32]) -> Result<Cow<'s, [f32]>> {
    let rules = &model.generation.rules;
    if *rules == Rules::default() {
        return Ok(Cow::Borrowed(scores));
    }
    let mut scores = scores.to_vec();
    apply(rules, &model.special.eos, written, &mut scores);
    if scores.iter().all(|score| *score == f32::NEG_INFINITY) {
        let place = written.ids.len() - written.prompt + 1;
        return Err(Error::Input(format!(
            "the model's generation settings forbid every token at place {place} of the text; change its generation_config.json"
        )));
    }
    Ok(Cow::Owned(scores))
}

fn apply(rules: &Rules, eos: &[u32], written: &Written, scores: &mut [f32]) {
    let (ids, length) = (written.ids, written.ids.len());
    add_biases(&rules.sequence_bias, ids, scores);
    if let Some(penalty) = rules.encoder_repetition_penalty {
        penalize(written.source, 1.0 / penalty, scores);
    }
    if let Some(penalty) = rules.repetition_penalty {
        penalize(&ids[written.padding.min(length)..], penalty, scores);
    }
    if rules.no_repeat_ngram_size > 0 {
        forbid(&followers(ids, ids, rules.no_repeat_ngram_size), scores);
    }
    if rules.encoder_no_repeat_ngram_size > 0 {
        forbid(&followers(written.source, ids, rules.encoder_no_repeat_ngram_size), scores);
    }
    // An end alone is not a word that can be forbidden.
    let words = rules.bad_words_ids.iter().filter(|word| !(word.len() == 1 && eos.contains(&word[0])));
    let banned: Vec<(Vec<u32>, f32)> = words.map(|word| (word.clone(), f32::NEG_INFINITY)).collect();
    add_biases(&banned, ids, scores);
    let shortest = rules.min_new_tokens.map_or(rules.min_length, |new| written.prompt.saturating_add(new));
    if length < shortest {
        forbid(eos, scores);
    }
    if let Some(id) = rules.forced_bos_token_id.filter(|_| length == 1) {
        force(&[id], scores);
    }
    if !rules.forced_eos_token_id.is_empty() && written.longest == Some(length + 1) {
        force(&rules.forced_eos_token_id, scores);
    }
    if rules.remove_invalid_values {
        scores.iter_mut().for_each(|score| *score = if score.is_nan() { 0.0 } else { score.clamp(f32::MIN, f32::MAX) });
    }
    if let Some((start, factor)) = rules.exponential_decay_length_penalty {
        let beyond = length as i64 - written.prompt as i64 - start; // tokens
        let raise = |score: f32| if beyond > 0 { score.abs() * (factor.powf(beyond as f64) - 1.0) as f32 } else { 0.0 };
        eos.iter().for_each(|&id| {
            if scores[id as usize].is_finite() {
                scores[id as usize] += raise(scores[id as usize])
            }
        });
    }
    forbid(&rules.suppress_tokens, scores);
    // Where the first token is forced, the first free one is the one after it.
    let forced = rules.forced_bos_token_id.is_some() && written.prompt == 1;
    if length == written.prompt + forced as usize {
        forbid(&rules.begin_suppress_tokens, scores);
    }
    if rules.renormalize_logits {
        let max = scores.iter().copied().fold(f32::MIN, f32::max);
        let log_sum = max + scores.iter().map(|score| (score - max).exp()).sum::<f32>().ln();
        scores.iter_mut().for_each(|score| *score -= log_sum);
    }
}

/// Adds a bias to the last id of each sequence whose other ids stand at the end of the text. Of a single id, no other stands before it.
fn add_biases(biases: &[(Vec<u32>, f32)], ids: &[u32], scores: &mut [f32]) {
    for (sequence, bias) in biases {
        if let Some((last, before)) = sequence.split_last()
            && ids.ends_with(before)
        {
            scores[*last as usize] += bias;
        }
    }
}

/// Makes each of these ids less likely, once however often it comes (Keskar et al. 2019, §4.1, for scores of either sign).
fn penalize(ids: &[u32], penalty: f32, scores: &mut [f32]) {
    let mut once = ids.to_vec();
    once.sort_unstable();
    once.dedup();
    for id in once {
        let score = &mut scores[id as usize];
        *score = if *score < 0.0 { *score * penalty } else { *score / penalty };
    }
}

/// Ids that would complete `n` tokens in a row that stand in `text`: there, they follow the last n − 1 of `ids`.
fn followers(text: &[u32], ids: &[u32], n: usize) -> Vec<u32> {
    let Some(from) = (ids.len() + 1).checked_sub(n) else { return vec![] };
    let met = text.windows(n).filter(|row| row[..n - 1] == ids[from..]);
    met.map(|row| row[n - 1]).collect()
}

fn forbid(ids: &[u32], scores: &mut [f32]) {
    ids.iter().for_each(|&id| scores[id as usize] = f32::NEG_INFINITY);
}

/// Forbids all others.
fn force(ids: &[u32], scores: &mut [f32]) {
    scores.fill(f32::NEG_INFINITY);
    ids.iter().for_each(|&id| scores[id as usize] = 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORBIDDEN: f32 = f32::NEG_INFINITY;

    /// Four tokens, of which 3 ends a text; the prompt is its first two tokens, and five are the most.
    fn after(rules: Rules, ids: &[u32]) -> Vec<f32> {
        let mut scores = vec![2.0, -2.0, 1.0, 0.5];
        let written = Written { source: &[0, 1, 2], ids, prompt: 2.min(ids.len()), padding: 0, longest: Some(5) };
        apply(&rules, &[3], &written, &mut scores);
        scores
    }

    #[test]
    fn penalties_act_once_on_each_token_and_by_the_sign() {
        let rules = Rules { repetition_penalty: Some(2.0), ..Rules::default() };
        assert_eq!(after(rules, &[0, 1, 1, 0]), [1.0, -4.0, 1.0, 0.5]);
        let rules = Rules { encoder_repetition_penalty: Some(2.0), ..Rules::default() };
        assert_eq!(after(rules, &[3, 3]), [4.0, -1.0, 2.0, 0.5], "what the encoder reads becomes likelier");
    }

    #[test]
    fn rows_of_tokens_come_once() {
        let rules = |n| Rules { no_repeat_ngram_size: n, ..Rules::default() };
        assert_eq!(after(rules(1), &[0, 2]), [FORBIDDEN, -2.0, FORBIDDEN, 0.5]);
        assert_eq!(after(rules(2), &[1, 0, 1, 2, 1]), [FORBIDDEN, -2.0, FORBIDDEN, 0.5], "0 and 2 followed 1");
        assert_eq!(after(rules(3), &[0]), [2.0, -2.0, 1.0, 0.5], "shorter than a row");
        let rules = Rules { encoder_no_repeat_ngram_size: 3, ..Rules::default() };
        assert_eq!(after(rules.clone(), &[3, 0, 1]), [2.0, -2.0, FORBIDDEN, 0.5], "the source has 0 1 2");
        assert_eq!(after(rules, &[0, 2]), [2.0, -2.0, 1.0, 0.5]);
    }

    #[test]
    fn biases_wait_for_the_tokens_before() {
        let rules = Rules { sequence_bias: vec![(vec![2], 1.0), (vec![0, 1], 5.0), (vec![2, 1], 7.0)], ..Rules::default() };
        assert_eq!(after(rules, &[2, 0]), [2.0, 3.0, 2.0, 0.5]);
        let rules = Rules { bad_words_ids: vec![vec![0], vec![3], vec![0, 1]], ..Rules::default() };
        assert_eq!(after(rules, &[2, 0]), [FORBIDDEN, FORBIDDEN, 1.0, 0.5], "the end stays");
    }

    #[test]
    fn lengths_forbid_and_force_the_end() {
        let rules = |min_length, min_new_tokens| Rules { min_length, min_new_tokens, ..Rules::default() };
        let ends = |rules: &Rules, ids: &[u32]| after(rules.clone(), ids)[3] != FORBIDDEN;
        assert!(!ends(&rules(4, None), &[0, 1, 2]) && ends(&rules(4, None), &[0, 1, 2, 0]));
        assert!(!ends(&rules(0, Some(2)), &[0, 1, 2]) && ends(&rules(0, Some(2)), &[0, 1, 2, 0]));
        assert!(ends(&rules(9, Some(0)), &[0, 1]), "new tokens count before all");
        let rules = Rules { forced_eos_token_id: vec![3], ..Rules::default() };
        assert_eq!(after(rules.clone(), &[0, 1, 2, 0]), [FORBIDDEN, FORBIDDEN, FORBIDDEN, 0.0], "the fifth of five");
        assert_eq!(after(rules, &[0, 1, 2]), [2.0, -2.0, 1.0, 0.5]);
        let rules = Rules { exponential_decay_length_penalty: Some((1, 3.0)), ..Rules::default() };
        assert_eq!(after(rules.clone(), &[0, 1, 2])[3], 0.5, "one new token is not beyond one");
        assert_eq!(after(rules, &[0, 1, 2, 0, 1])[3], 0.5 + 0.5 * (9.0 - 1.0), "two beyond: 3² − 1 times as much more");
    }

    #[test]
    fn the_first_token_is_forced_and_others_suppressed() {
        let rules = Rules { forced_bos_token_id: Some(2), begin_suppress_tokens: vec![0], ..Rules::default() };
        assert_eq!(after(rules.clone(), &[1]), [FORBIDDEN, FORBIDDEN, 0.0, FORBIDDEN]);
        assert_eq!(
            after(rules.clone(), &[1, 2])[0],
            FORBIDDEN,
            "two tokens of prompt: nothing is forced, the beginning is suppressed"
        );
        assert_eq!(after(rules, &[1, 2, 2])[0], 2.0);
        let rules = Rules { suppress_tokens: vec![1, 3], ..Rules::default() };
        assert_eq!(after(rules, &[0, 0, 0]), [2.0, FORBIDDEN, 1.0, FORBIDDEN]);
    }

    #[test]
    fn invalid_values_become_finite_and_all_sum_to_one() {
        let rules = Rules { bad_words_ids: vec![vec![0]], remove_invalid_values: true, ..Rules::default() };
        assert_eq!(after(rules, &[1]), [f32::MIN, -2.0, 1.0, 0.5]);
        let scores = after(Rules { suppress_tokens: vec![0, 1], renormalize_logits: true, ..Rules::default() }, &[1]);
        assert!((scores.iter().map(|score| score.exp()).sum::<f32>() - 1.0).abs() < 1e-6, "{scores:?}");
    }
}
