//! Masked places filled from one pass, and ELECTRA's pair.

mod common;

use common::{engine, same};
use diorama::device::Choice;
use diorama::generate::{Input, Sampling};
use pollster::block_on;

const IDS: [u32; 7] = [2, 9, 4, 33, 4, 17, 3];

fn text() -> Input {
    Input { ids: IDS.to_vec(), ..Input::default() }
}

#[test]
fn places_are_filled_with_the_softmax_of_a_run() {
    for choice in [Choice::Cpu, Choice::Gpu] {
        let mut engine = engine("bert-mlm", choice);
        let run = block_on(engine.run(&text(), &[])).expect("a run");
        let (trace, filled) = block_on(engine.fill(&text(), &[2, 4], &Sampling::default(), &[], &[])).expect("filled");
        same("the logits", choice, &trace.logits[0].data, &run.logits[0].data);
        assert_eq!(filled.iter().map(|place| place.position).collect::<Vec<_>>(), [2, 4]);
        for place in filled {
            let row = &run.logits[0].data[place.position * engine.model.vocab..][..engine.model.vocab];
            let best = (0u32..).zip(row).max_by(|a, b| a.1.total_cmp(b.1)).expect("a vocabulary").0;
            assert_eq!(place.id, best, "temperature 0 takes the likeliest");
            let sum: f32 = row.iter().map(|logit| logit.exp()).sum();
            for candidate in &place.candidates {
                assert!((candidate.probability - row[candidate.id as usize].exp() / sum).abs() < 1e-5, "{candidate:?}");
            }
        }
    }
}

#[test]
fn draws_repeat_with_their_seed_and_differ_by_place() {
    let mut engine = engine("electra-mlm", Choice::Cpu);
    let mut draw = |seed| -> Vec<u32> {
        let sampling = Sampling { temperature: 5.0, seed, ..Sampling::default() };
        let (_, filled) = block_on(engine.fill(&text(), &[0, 1, 2, 3, 4, 5, 6], &sampling, &[], &[])).expect("filled");
        filled.iter().map(|place| place.id).collect()
    };
    assert_eq!(draw(1), draw(1));
    assert!((2..6).any(|seed| draw(seed) != draw(1)), "another seed, other words");
    assert!(draw(1).windows(2).any(|pair| pair[0] != pair[1]), "each place draws for itself");
}

#[test]
fn what_cannot_be_filled_is_said() {
    let refusal = |model: &str, places: &[usize]| {
        let mut engine = engine(model, Choice::Cpu);
        block_on(engine.fill(&text(), places, &Sampling::default(), &[], &[])).expect_err("a refusal").to_string()
    };
    assert!(refusal("bert-classification", &[2]).contains("has no head over masked words"), "a classifier");
    assert!(refusal("gpt2", &[2]).contains("has no head over masked words"), "a decoder");
    assert!(refusal("bert-mlm", &[7]).contains("place 7 lies outside the text"), "seven tokens count to 6");
}

#[test]
fn a_pair_that_does_not_fit_is_refused() {
    for (judge, reason) in
        [("electra-discriminator", "71 tokens and the discriminator 73"), ("bert-mlm", "does not score every token")]
    {
        let (mut generator, mut judge) = (engine("electra-mlm", Choice::Cpu), engine(judge, Choice::Cpu));
        let (text, greedy) = (text(), Sampling::default());
        let detected = block_on(generator.replace_and_detect(&mut judge, &text, &[2], 4, &greedy, &[]));
        assert!(detected.expect_err("a refusal").to_string().contains(reason), "{reason}");
    }
}
