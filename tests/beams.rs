//! Beam search: against the reference, one step at a time, and beside others.

mod common;

use common::{engine, for_every_engine, goldens, same, source};
use diorama::device::Choice;
use diorama::generate::{Continuation, Fate, Input, Sampling};
use pollster::block_on;

for_every_engine!(
    one_beam_is_greedy,
    beams_choose_what_the_reference_chooses,
    a_beam_search_tells_its_steps,
    a_search_goes_on_after_others,
);

fn one_beam_is_greedy(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let mut session = engine.start(&source()).expect("a session");
    for _ in 0..10 {
        block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("a step");
    }
    assert_eq!(block_on(engine.beam_search(&source(), 1, 10, &[])).expect("beams"), session.ids());
}

/// The reference's beam search keeps the same texts, and ends where ours ends; `training/golden_beams.py` asked it.
fn beams_choose_what_the_reference_chooses(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let golden = std::fs::read_to_string(goldens().join("beams.json")).expect("the golden of beam search");
    let golden: Vec<Beams> = serde_json::from_str(&golden).expect("a sound golden");
    let cases: Vec<&Beams> = golden.iter().filter(|case| case.model == model).collect();
    assert!(cases.iter().any(|case| case.beams == engine.model.vocab), "as many beams as there are tokens is a case");
    for case in cases {
        let Beams { beams, max_new_tokens, ids, attention_mask, best, .. } = case;
        let input = Input { ids: ids.clone(), attention_mask: attention_mask.clone(), ..Input::default() };
        let ours = block_on(engine.beam_search(&input, *beams, *max_new_tokens, &[])).expect("beams");
        assert_eq!(ours, *best, "{beams} beams, {max_new_tokens} tokens, source {ids:?}");
    }
}

/// The texts that its steps spell are those that it chose among.
fn a_beam_search_tells_its_steps(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let search = block_on(engine.beam_steps(&source(), 3, 8, &[])).expect("a search");
    let mut texts: Vec<Vec<u32>> = vec![vec![]];
    let mut finished: Vec<(f32, Vec<u32>)> = vec![];
    for step in &search.steps {
        assert!(step.windows(2).all(|pair| pair[0].score >= pair[1].score), "the likeliest first");
        let of = |fate: Fate| step.iter().filter(move |continuation| continuation.fate == fate);
        let longer = |continuation: &Continuation| [texts[continuation.beam].as_slice(), &[continuation.id]].concat();
        finished.extend(of(Fate::Finished).map(|end| (end.score / (texts[end.beam].len() + 1) as f32, longer(end))));
        let kept: Vec<Vec<u32>> = of(Fate::Kept).map(longer).collect();
        assert!(kept.len() <= 3 && step.len() > kept.len(), "{step:?}");
        texts = kept;
    }
    let best = finished.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).expect("an end");
    assert_eq!(best.1, search.ids);
    assert_eq!(block_on(engine.beam_search(&source(), 3, 8, &[])).expect("a search"), search.ids);
}

/// What takes the caches between two steps, a run or another search, changes nothing in what is found.
fn a_search_goes_on_after_others(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let undisturbed = block_on(engine.beam_steps(&source(), 3, 8, &[])).expect("a search");
    let scores = |steps: &[Vec<Continuation>]| steps.iter().flatten().map(|c| c.score).collect::<Vec<_>>();
    let places = |steps: &[Vec<Continuation>]| steps.iter().flatten().map(|c| (c.beam, c.id, c.fate)).collect::<Vec<_>>();
    let mut begin = || engine.start_beams(&source(), 3, 8, &[]).expect("a search");
    let (mut one, mut other) = (begin(), begin());
    let mut steps = vec![];
    while one.found().is_none() {
        steps.push(block_on(engine.step_beams(&mut one)).expect("a step"));
        block_on(engine.step_beams(&mut other)).expect("a step of another search");
        block_on(engine.run(&source(), &[])).expect("a run");
    }
    assert_eq!(one.found(), Some(&undisturbed.ids[..]));
    assert_eq!(other.found(), one.found());
    assert_eq!(places(&steps), places(&undisturbed.steps));
    same("scores", choice, &scores(&steps), &scores(&undisturbed.steps));
    assert!(block_on(engine.step_beams(&mut one)).expect("no step").is_empty(), "what has ended stays as it is");
}

#[derive(serde::Deserialize)]
struct Beams {
    model: String,
    beams: usize,
    max_new_tokens: usize,
    ids: Vec<u32>,
    attention_mask: Vec<u32>,
    best: Vec<u32>,
}

#[test]
fn beams_out_of_range_are_refused() {
    let mut engine = engine("t5-v1_0", Choice::Cpu);
    for beams in [0, 62, usize::MAX] {
        let fault = block_on(engine.beam_search(&source(), beams, 4, &[])).expect_err("no such number of beams").to_string();
        assert!(fault.contains(&beams.to_string()) && fault.contains("61"), "{fault}");
    }
    assert!(block_on(engine.beam_search(&source(), 3, 0, &[])).expect("nothing to write").is_empty());
}
