//! Replaced tokens: Clark et al. 2020, §2. A generator fills the masked places by drawing from its distribution; the discriminator says of every token
//! whether it is the original. A place where the draw is the original counts as original.

use std::collections::BTreeMap;
use std::ops::Range;

use super::draws::Draws;
use crate::error::{Error, Result};
use crate::train::batch::{Array, Batch, IGNORED};

/// The discriminator's batch: `input_ids` with the draws, `labels` 1 where they differ from the original, 0 elsewhere, −100 on padding.
/// `masked` is the generator's batch; `logits` are its scores for some of the texts, \[batch pos d_vocab\]: only these are filled, as they would be in the whole batch.
///
/// # Errors
/// Logits of another size; logits that are not finite.
pub fn replace(masked: &Batch, logits: &[f32], texts: Range<usize>, draws: &mut Draws) -> Result<Batch> {
    let part = |name: &str| {
        masked
            .arrays
            .get(name)
            .ok_or_else(|| Error::Input(format!("the generator's batch lacks {name}; take it from the rtd objective")))
    };
    let (ids, seen, asked) = (part("input_ids")?, part("attention_mask")?, part("labels")?);
    let (all, pos) = (ids.data.len(), ids.shape.last().copied().unwrap_or(0));
    let own = texts.start * pos..texts.end * pos;
    let places = own.len();
    if !texts.is_empty() && (places == 0 || !logits.len().is_multiple_of(places) || logits.is_empty()) {
        return Err(Error::Input(format!(
            "the generator gave {} scores for {places} tokens; one for each token of its vocabulary is expected",
            logits.len()
        )));
    }
    let vocab = logits.len() / places.max(1);
    let (mut written, mut labels) = (ids.data.clone(), vec![0.0; all]);
    for at in 0..all {
        if seen.data[at] == 0.0 {
            labels[at] = IGNORED as f64;
        } else if asked.data[at] != IGNORED as f64 {
            // Each masked place takes one draw, whoever fills it.
            let share = draws.share();
            if !own.contains(&at) {
                continue;
            }
            written[at] = draw(&logits[(at - own.start) * vocab..][..vocab], share)? as f64;
            labels[at] = f64::from(u8::from(written[at] != asked.data[at]));
        }
    }
    let array = |data: Vec<f64>| Array { shape: ids.shape.clone(), data };
    let arrays = [("input_ids", array(written)), ("attention_mask", seen.clone()), ("labels", array(labels))];
    Ok(Batch { arrays: BTreeMap::from(arrays.map(|(name, array)| (name.to_string(), array))) })
}

/// A token from the softmax of its scores, by a number from 0 to below 1.
fn draw(logits: &[f32], share: f64) -> Result<usize> {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let weights: Vec<f64> = logits.iter().map(|logit| libm::exp(f64::from(*logit) - f64::from(most))).collect();
    let sum: f64 = weights.iter().sum();
    if !sum.is_finite() {
        return Err(Error::Input("the generator's scores are not finite; its weights are too large for these texts".into()));
    }
    let mut left = share * sum;
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    // What rounding leaves over goes to the last token that can be drawn at all.
    Ok(found.unwrap_or_else(|| weights.iter().rposition(|weight| *weight > 0.0).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::super::draws::Purpose;
    use super::super::rows::{Row, batch};
    use super::*;

    #[test]
    fn draws_follow_the_generator_and_labels_the_original() {
        // The second of three tokens is masked (9): it was 1. The generator gives 1, 2 and 3 the probabilities .5, .25 and .25.
        let rows = [
            Row { ids: vec![4, 9, 5], labels: vec![IGNORED, 1, IGNORED], types: vec![] },
            Row { ids: vec![6], labels: vec![IGNORED], types: vec![] },
        ];
        let masked = batch(&rows, 0);
        let mut logits = vec![f32::NEG_INFINITY; 6 * 10];
        logits[11..14].copy_from_slice(&[0.5f32.ln(), 0.25f32.ln(), 0.25f32.ln()]);
        let mut drawn = [0; 10];
        for stream in 0..4000 {
            let found = replace(&masked, &logits, 0..2, &mut Draws::of(1, Purpose::Generator, stream)).expect("a batch");
            let id = found.arrays["input_ids"].data[1];
            drawn[id as usize] += 1;
            let label = if id == 1.0 { 0.0 } else { 1.0 };
            assert_eq!(found.arrays["labels"].data, [0.0, label, 0.0, 0.0, -100.0, -100.0], "no label on padding");
            assert_eq!(found.arrays["input_ids"].data, [4.0, id, 5.0, 6.0, 0.0, 0.0], "only what was masked is replaced");
        }
        assert!(
            (1880..2120).contains(&drawn[1]) && (890..1110).contains(&drawn[2]) && drawn[1] + drawn[2] + drawn[3] == 4000,
            "{drawn:?}"
        );
        // Whoever fills a part of the texts fills it so.
        let masked = batch(&[rows[1].clone(), rows[0].clone(), rows[0].clone()], 0);
        let wide = [vec![0.0; 3 * 10], logits[..30].to_vec(), logits[..30].to_vec()].concat();
        let fill = |texts: Range<usize>| {
            let scores = &wide[texts.start * 30..texts.end * 30];
            replace(&masked, scores, texts, &mut Draws::of(1, Purpose::Generator, 3)).expect("a batch").arrays["input_ids"]
                .data
                .clone()
        };
        let (whole, first, last, none) = (fill(0..3), fill(0..2), fill(2..3), fill(1..1));
        assert_eq!([&first[..6], &last[6..]].concat(), whole);
        assert_eq!(none, masked.arrays["input_ids"].data);

        let masked = batch(&rows, 0);
        let short = replace(&masked, &logits[1..], 0..2, &mut Draws::of(1, Purpose::Generator, 0)).expect_err("59 scores");
        assert!(short.to_string().contains("59 scores for 6 tokens"), "{short}");
    }
}
