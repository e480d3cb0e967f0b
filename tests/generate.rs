//! Text written token by token: caches, seeds, steps back, sessions side by side, and a GPU that goes away.

mod common;

use common::{activation, check, engine, for_every_engine, same, source};
use diorama::device::Choice;
use diorama::error::Error;
use diorama::generate::{Engine, Input, Sampling, Session, Step};
use diorama::tensor::Axis;
use pollster::block_on;

for_every_engine!(
    stepping_equals_a_whole_run,
    the_same_seed_draws_the_same_tokens,
    going_back_and_on_again_gives_the_same_tokens,
    sessions_side_by_side_do_not_disturb_each_other,
    a_run_between_steps_does_not_disturb,
    a_forced_token_is_taken_and_read,
    an_end_token_ends_the_text,
    a_step_carries_the_newest_row,
    the_encoder_is_seen_in_the_first_step_only,
    what_is_peeked_at_is_what_comes,
);

fn stepping_equals_a_whole_run(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    for prompt in [vec![], vec![0, 9, 41, 17]] {
        let input = Input { decoder_ids: prompt.clone(), ..source() };
        let mut session = engine.start(&input).expect("a session");
        let everything = ["decoder.*".to_string()];
        let steps: Vec<Step> =
            (0..10).map(|_| block_on(engine.step(&mut session, &warm(5), &everything, None)).expect("a step")).collect();
        let mut decoder_ids = if prompt.is_empty() { vec![engine.model.special.decoder_start] } else { prompt };
        for step in &steps {
            let input = Input { decoder_ids: decoder_ids.clone(), ..source() };
            let whole = block_on(engine.run(&input, &everything)).expect("a run");
            let vocab = engine.model.vocab;
            let last = &whole.logits[0].data[(decoder_ids.len() - 1) * vocab..];
            same(&format!("logits of step {}", step.position), choice, &step.trace.logits[0].data, last);
            for row in step.trace.activations.iter().filter(|tensor| tensor.shape[1] == 1 && tensor.axes[1] == Axis::Pos) {
                let whole = activation(&whole.activations, &row.name);
                let start = whole.data.len() - whole.data.len() / whole.shape[1];
                same(&format!("{} of step {}", row.name, step.position), choice, &row.data, &whole.data[start..]);
            }
            decoder_ids.push(step.id);
        }
    }
}

fn the_same_seed_draws_the_same_tokens(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let texts: Vec<Vec<u32>> = (0..6).map(|seed| write(&mut engine, &warm(seed), 10)).collect();
    for (seed, text) in (0..).zip(&texts) {
        assert_eq!(&write(&mut engine, &warm(seed), 10), text, "seed {seed}");
    }
    assert!(texts.iter().any(|text| *text != texts[0]), "another seed gives another text: {texts:?}");
}

fn going_back_and_on_again_gives_the_same_tokens(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let mut session = engine.start(&source()).expect("a session");
    go_on(&mut engine, &mut session, &warm(3), 9);
    let first = session.ids().to_vec();
    for n in [1, 4, 9] {
        session.back(n);
        assert_eq!(session.ids(), &first[..9 - n]);
        go_on(&mut engine, &mut session, &warm(3), n);
        assert_eq!(session.ids(), first, "back {n} and on again");
    }
    session.back(100);
    assert!(session.ids().is_empty(), "nothing is left, and the prompt is not taken");
    // Back and on another way, then again the first: no stale key may be left behind.
    go_on(&mut engine, &mut session, &warm(4), 9);
    session.back(9);
    go_on(&mut engine, &mut session, &warm(3), 9);
    assert_eq!(session.ids(), first);
}

fn sessions_side_by_side_do_not_disturb_each_other(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let inputs = [source(), Input { ids: vec![5, 4, 3, 2, 44, 1], ..Input::default() }];
    let alone: Vec<Vec<u32>> = inputs
        .iter()
        .map(|input| {
            let mut session = engine.start(input).expect("a session");
            go_on(&mut engine, &mut session, &warm(2), 8);
            session.ids().to_vec()
        })
        .collect();
    assert_ne!(alone[0], alone[1], "the two texts differ");
    let mut sessions: Vec<Session> = inputs.iter().map(|input| engine.start(input).expect("a session")).collect();
    for turn in 0..16 {
        go_on(&mut engine, &mut sessions[turn % 2], &warm(2), 1);
    }
    assert_eq!(sessions.iter().map(|session| session.ids().to_vec()).collect::<Vec<_>>(), alone);
}

fn a_run_between_steps_does_not_disturb(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let alone = write(&mut engine, &warm(1), 6);
    let mut session = engine.start(&source()).expect("a session");
    let other = Input { ids: vec![60; 20], decoder_ids: vec![0, 1, 2, 3, 4, 5, 6, 7, 8], ..Input::default() };
    for _ in 0..6 {
        block_on(engine.run(&other, &[])).expect("a run");
        go_on(&mut engine, &mut session, &warm(1), 1);
    }
    assert_eq!(session.ids(), alone);
}

fn a_forced_token_is_taken_and_read(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let mut session = engine.start(&source()).expect("a session");
    for id in [30, 0, 59] {
        let step = block_on(engine.step(&mut session, &Sampling::default(), &[], Some(id))).expect("a step");
        assert_eq!(step.id, id);
        assert_eq!(step.candidates.len(), engine.model.vocab, "what the model would have chosen is still told");
    }
    assert_eq!(session.ids(), [30, 0, 59]);
    let step = block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("a step");
    let start = engine.model.special.decoder_start;
    let whole = block_on(engine.run(&Input { decoder_ids: vec![start, 30, 0, 59], ..source() }, &[])).expect("a run");
    same("logits after forced tokens", choice, &step.trace.logits[0].data, &whole.logits[0].data[3 * engine.model.vocab..]);

    let before = session.ids().to_vec();
    let fault = block_on(engine.step(&mut session, &Sampling::default(), &[], Some(61))).expect_err("61 is no token");
    assert!(matches!(&fault, Error::Input(why) if why.contains("61")), "{fault}");
    assert_eq!(session.ids(), before, "a refused token leaves the text as it is");
}

fn an_end_token_ends_the_text(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    assert_eq!(engine.model.special.eos, [1]);
    let mut session = engine.start(&source()).expect("a session");
    let ends = |step: &Step| step.done;
    let steps: Vec<Step> = (0..300)
        .map(|_| block_on(engine.step(&mut session, &Sampling { temperature: 8.0, ..warm(9) }, &[], None)).expect("a step"))
        .take_while(|step| !ends(step))
        .collect();
    assert!(steps.len() < 299, "61 tokens at a high temperature: the end comes");
    assert_eq!(session.ids().last(), Some(&1), "the end token is part of the ids");
    assert!(steps.iter().all(|step| step.id != 1), "no end before the end");
}

fn a_step_carries_the_newest_row(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let hooks = ["decoder.*".to_string()];
    let input = source();
    let mut session = engine.start(&input).expect("a session");
    for length in 1..=5 {
        let step = block_on(engine.step(&mut session, &Sampling::default(), &hooks, None)).expect("a step");
        assert_eq!(step.position, length - 1);
        assert_eq!(step.trace.logits[0].shape, [1, 1, engine.model.vocab]);
        let shape = |hook: &str| activation(&step.trace.activations, hook).shape.clone();
        assert_eq!(shape("decoder.0.attn.hook_pattern"), [1, 3, 1, length], "one query, and a key for each token so far");
        assert_eq!(shape("decoder.2.cross_attn.hook_pattern"), [1, 3, 1, input.ids.len()]);
        assert_eq!(shape("decoder.1.hook_resid_post"), [1, 1, engine.model.d_model]);
    }
}

fn the_encoder_is_seen_in_the_first_step_only(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let mut session = engine.start(&source()).expect("a session");
    let hooks = ["encoder.*".to_string(), "*.cross_attn.hook_k".to_string()];
    let whole = block_on(engine.run(&source(), &hooks)).expect("a run");
    let first = block_on(engine.step(&mut session, &Sampling::default(), &hooks, None)).expect("a step");
    assert_eq!(first.trace.activations.len(), whole.activations.len());
    for (ours, theirs) in first.trace.activations.iter().zip(&whole.activations) {
        assert_eq!((&ours.name, &ours.shape), (&theirs.name, &theirs.shape));
        same(&ours.name, choice, &ours.data, &theirs.data);
    }
    let later = block_on(engine.step(&mut session, &Sampling::default(), &hooks, None)).expect("a step");
    assert!(later.trace.activations.is_empty(), "the encoder did not run again");
}

fn what_is_peeked_at_is_what_comes(model: &str, choice: Choice) {
    let mut engine = engine(model, choice);
    let mut session = engine.start(&source()).expect("a session");
    for _ in 0..3 {
        let before = session.ids().to_vec();
        let seen = block_on(engine.peek(&mut session, &warm(6))).expect("a look");
        assert_eq!(session.ids(), before, "looking adds nothing");
        let cut = block_on(engine.peek(&mut session, &Sampling { top_k: 3, ..warm(6) })).expect("a look");
        assert_eq!(cut.iter().filter(|candidate| candidate.kept).count(), 3);
        let step = block_on(engine.step(&mut session, &warm(6), &[], None)).expect("a step");
        let logits = |candidates: &[diorama::generate::Candidate]| candidates.iter().map(|c| c.logit).collect::<Vec<_>>();
        same("candidates", choice, &logits(&step.candidates), &logits(&seen));
    }
}

#[test]
fn sampling_settings_out_of_range_are_refused() {
    let mut engine = engine("t5-v1_0", Choice::Cpu);
    let mut session = engine.start(&source()).expect("a session");
    let open = warm(0);
    let refused = [
        (Sampling { temperature: -1.0, ..open }, "temperature is -1"),
        (Sampling { temperature: f32::NAN, ..open }, "temperature is NaN"),
        (Sampling { temperature: f32::INFINITY, ..open }, "temperature is inf"),
        (Sampling { top_p: 0.0, ..open }, "top-p is 0"),
        (Sampling { top_p: 1.5, ..open }, "top-p is 1.5"),
        (Sampling { top_p: f32::NAN, ..open }, "top-p is NaN"),
    ];
    for (sampling, substance) in refused {
        let stepped = block_on(engine.step(&mut session, &sampling, &[], None)).expect_err("out of range").to_string();
        let peeked = block_on(engine.peek(&mut session, &sampling)).expect_err("out of range").to_string();
        assert!(stepped.contains(substance) && peeked == stepped, "{stepped} / {peeked}");
        assert!(session.ids().is_empty());
    }
    // More candidates than there are tokens keeps all; a temperature near 0 is greedy in effect and gives no NaN.
    let all = block_on(engine.peek(&mut session, &Sampling { top_k: 1_000_000, ..open })).expect("a look");
    assert!(all.iter().all(|candidate| candidate.kept));
    let cold = block_on(engine.peek(&mut session, &Sampling { temperature: 1e-30, ..open })).expect("a look");
    assert!(cold[0].probability == 1.0 && cold[1..].iter().all(|candidate| candidate.probability == 0.0));
}

#[test]
fn a_lost_gpu_is_told_and_the_text_goes_on() {
    let mut engine = engine("t5-v1_0", Choice::Gpu);
    let undisturbed = write(&mut engine, &warm(8), 8);
    let hooks = ["decoder.*.hook_pattern".to_string()];
    let mut session = engine.start(&source()).expect("a session");
    go_on(&mut engine, &mut session, &warm(8), 3);
    engine.device.lose_gpu();
    let fault = block_on(engine.step(&mut session, &warm(8), &hooks, None)).expect_err("the GPU is gone");
    assert!(matches!(fault, Error::DeviceLost(_)), "{fault}");
    assert!(fault.to_string().contains("the text and the tokens are kept"), "{fault}");
    assert_eq!(session.ids(), &undisturbed[..3], "the tokens are kept");
    let step = block_on(engine.step(&mut session, &warm(8), &hooks, None)).expect("a step on the new GPU");
    assert_eq!(activation(&step.trace.activations, "decoder.0.attn.hook_pattern").shape, [1, 3, 1, 4]);
    go_on(&mut engine, &mut session, &warm(8), 4);
    assert_eq!(session.ids(), undisturbed);
    assert_eq!(engine.device.name(), "webgpu");
    assert!(engine.device.reason.to_string().contains("lost"), "the reader is told: {}", engine.device.reason);
}

#[test]
fn both_devices_write_the_same_greedy_text() {
    for model in ["t5-v1_0", "t5-v1_1"] {
        let [cpu, gpu] = [Choice::Cpu, Choice::Gpu].map(|choice| {
            let mut engine = engine(model, choice);
            let text = write(&mut engine, &Sampling::default(), 20);
            let step = block_on(engine.run(&Input { decoder_ids: text.clone(), ..source() }, &[])).expect("a run");
            (text, step.logits[0].data.clone())
        });
        assert_eq!(cpu.0, gpu.0, "{model}");
        check("logits", &gpu.1, &cpu.1);
    }
}

/// The distribution as it is, without a cut.
fn warm(seed: u64) -> Sampling {
    Sampling { temperature: 1.0, seed, ..Sampling::default() }
}

fn go_on(engine: &mut Engine, session: &mut Session, sampling: &Sampling, tokens: usize) {
    for _ in 0..tokens {
        block_on(engine.step(session, sampling, &[], None)).expect("a step");
    }
}

fn write(engine: &mut Engine, sampling: &Sampling, tokens: usize) -> Vec<u32> {
    let mut session = engine.start(&source()).expect("a session");
    go_on(engine, &mut session, sampling, tokens);
    session.ids().to_vec()
}
