//! What a token cannot see must not reach it: causality, padding, and rows in which nothing is left to look at.

mod common;

use common::{Golden, NEARLY_MASKED, activation, check, engine, for_every_engine, same};
use diorama::capture::Trace;
use diorama::device::Choice;
use diorama::generate::{Engine, Input, Sampling};
use diorama::ops::MASKED;
use diorama::tensor::{Axis, Tensor};
use pollster::block_on;

for_every_engine!(
    a_decoder_token_changes_nothing_before_it,
    a_padded_token_changes_no_logit,
    masked_keys_are_exactly_masked,
    a_fully_masked_row_is_all_zeros,
    every_other_row_sums_to_one,
);

fn a_decoder_token_changes_nothing_before_it(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let input = golden(model).input(2);
    let before = run(&mut engine, &input);
    for t in 1..input.decoder_ids.len() {
        let mut changed = input.clone();
        changed.decoder_ids[t] = (changed.decoder_ids[t] + 7) % engine.model.vocab as u32;
        let after = run(&mut engine, &changed);
        for (old, new) in before.activations.iter().zip(&after.activations) {
            same(&format!("{}, token {t} changed", old.name), choice, &out_of_reach(new, t), &out_of_reach(old, t));
        }
        let (old, new) = (&before.logits[0].data, &after.logits[0].data);
        let row = t * engine.model.vocab..(t + 1) * engine.model.vocab;
        assert_ne!(old[row.clone()], new[row], "token {t} is read at its own position");
    }
}

fn a_padded_token_changes_no_logit(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    for input in padded(model) {
        let before = run(&mut engine, &input);
        let mut changed = input.clone();
        for (id, allowed) in changed.ids.iter_mut().zip(&input.attention_mask) {
            *id = if *allowed == 0 { (*id + 11) % engine.model.vocab as u32 } else { *id };
        }
        let after = run(&mut engine, &changed);
        same("logits", choice, &after.logits[0].data, &before.logits[0].data);
        let embed = |trace: &Trace| activation(&trace.activations, "encoder.hook_embed").data.clone();
        assert_ne!(embed(&before), embed(&after), "the padded tokens did change");
    }
}

fn masked_keys_are_exactly_masked(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    for input in padded(model) {
        let trace = run(&mut engine, &input);
        for (scores, pattern) in attentions(&trace) {
            let [heads, queries, keys] = [scores.shape[1], scores.shape[2], scores.shape[3]];
            for (index, (score, share)) in scores.data.iter().zip(&pattern.data).enumerate() {
                let (query, key) = (index / keys % queries, index % keys);
                let allowed = match scores.name.starts_with("decoder") && !scores.name.contains("cross_attn") {
                    true => key <= query,
                    false => input.attention_mask[key] == 1,
                };
                let place = format!("{} head {} query {query} key {key}", scores.name, index / keys / queries % heads);
                if allowed {
                    assert!(*score > NEARLY_MASKED, "{place}: {score} is masked and should not be");
                } else {
                    assert_eq!((*score, *share), (MASKED, 0.0), "{place}");
                }
            }
        }
    }
}

fn a_fully_masked_row_is_all_zeros(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let mut input = golden(model).input(0);
    input.attention_mask.fill(0);
    let trace = run(&mut engine, &input);
    let over_source = |tensor: &&Tensor| !tensor.name.starts_with("decoder") || tensor.name.contains("cross_attn");
    let patterns: Vec<&Tensor> = attentions(&trace).into_iter().map(|(_, pattern)| pattern).filter(over_source).collect();
    assert_eq!(patterns.len(), 5, "two encoder layers and three that look at the source");
    for pattern in patterns {
        assert!(pattern.data.iter().all(|share| *share == 0.0), "{}: nothing may be looked at", pattern.name);
    }
    for tensor in trace.logits.iter().chain(&trace.activations) {
        assert!(tensor.data.iter().all(|x| x.is_finite()), "{} has an infinity or a NaN", tensor.name);
    }
}

fn every_other_row_sums_to_one(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let golden = golden(model);
    let inputs = (0..golden.cases()).map(|case| golden.input(case)).chain(padded(model));
    for input in inputs {
        let trace = run(&mut engine, &input);
        for (scores, pattern) in attentions(&trace) {
            let keys = pattern.shape[3];
            for (row, (scores, shares)) in scores.data.chunks_exact(keys).zip(pattern.data.chunks_exact(keys)).enumerate() {
                assert!(scores.iter().any(|score| *score > NEARLY_MASKED), "{} row {row} is fully masked", pattern.name);
                let sum: f64 = shares.iter().map(|share| f64::from(*share)).sum();
                assert!((sum - 1.0).abs() <= 1e-5, "{} row {row} sums to {sum}", pattern.name);
                assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)), "{} row {row}: {shares:?}", pattern.name);
            }
        }
    }
}

#[test]
fn padding_before_a_text_that_is_written_on_takes_no_position() {
    for model in ["gpt2", "llama2-gqa"] {
        for choice in [Choice::Cpu, Choice::Gpu] {
            let mut engine = engine(model, choice);
            let plain = Input { ids: vec![7, 33, 12, 50], ..Input::default() };
            let padded =
                Input { ids: vec![3, 3, 3, 7, 33, 12, 50], attention_mask: vec![0, 0, 0, 1, 1, 1, 1], ..Input::default() };
            let mut write = |input: &Input, beams: usize| block_on(engine.beam_search(input, beams, 9, &[])).expect("a text");
            for beams in [1, 3] {
                assert_eq!(write(&padded, beams), write(&plain, beams), "{model} with {beams} beams");
            }
            let mut step = |input: &Input| {
                let mut session = engine.start(input).expect("a session");
                let mut logits = vec![];
                for _ in 0..5 {
                    let step = block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("a step");
                    logits.extend_from_slice(&step.trace.logits[0].data);
                }
                logits
            };
            check(model, &step(&padded), &step(&plain));
        }
    }
}

fn golden(model: &str) -> Golden {
    Golden::open(if model == "t5-v1_0" { "t5-v1_0-relu.safetensors" } else { "t5-v1_1-gated.safetensors" })
}

/// Padding at the end, as tokenizers pad, and in holes.
fn padded(model: &str) -> [Input; 2] {
    let at_the_end = golden(model).input(0);
    assert!(at_the_end.attention_mask.contains(&0), "the case is padded");
    let mut in_holes = at_the_end.clone();
    in_holes.attention_mask.iter_mut().enumerate().for_each(|(key, allowed)| *allowed = u32::from(key % 3 == 1));
    [at_the_end, in_holes]
}

fn run(engine: &mut Engine, input: &Input) -> Trace {
    block_on(engine.run(input, &["*".into()])).expect("a run")
}

/// Scores with their pattern, of every attention.
fn attentions(trace: &Trace) -> Vec<(&Tensor, &Tensor)> {
    let scores: Vec<&Tensor> = trace.activations.iter().filter(|tensor| tensor.name.ends_with(".hook_attn_scores")).collect();
    assert_eq!(scores.len(), 8, "two encoder layers, three decoder layers with two attentions each");
    let pattern = |scores: &Tensor| scores.name.replace("hook_attn_scores", "hook_pattern");
    scores.into_iter().map(|scores| (scores, activation(&trace.activations, &pattern(scores)))).collect()
}

/// The numbers that decoder token `t` must not reach: all of the encoder's side, and what belongs to earlier tokens.
fn out_of_reach(tensor: &Tensor, t: usize) -> Vec<f32> {
    let keys_of_source = tensor.name.contains("cross_attn.hook_k") || tensor.name.contains("cross_attn.hook_v");
    if tensor.name.starts_with("encoder") || keys_of_source {
        return tensor.data.clone();
    }
    let length = |axis: Axis| tensor.axes.iter().position(|a| *a == axis).map(|at| tensor.shape[at]);
    if let Some(positions) = length(Axis::Pos) {
        assert_eq!((tensor.axes[1], tensor.shape[0]), (Axis::Pos, 1), "{}: batch pos …", tensor.name);
        return tensor.data[..tensor.data.len() / positions * t].to_vec();
    }
    let (Some(queries), Some(keys)) = (length(Axis::QueryPos), length(Axis::KeyPos)) else {
        panic!("{} has neither positions nor queries", tensor.name)
    };
    // Before the mask, an early query has a score for a later key; nobody reads it.
    let unmasked = tensor.name.ends_with("attn_scores_unmasked") && !tensor.name.contains("cross_attn");
    let reach = if unmasked { t } else { keys };
    let rows = tensor.data.chunks_exact(keys).enumerate().filter(|(row, _)| row % queries < t);
    rows.flat_map(|(_, scores)| &scores[..reach]).copied().collect()
}
