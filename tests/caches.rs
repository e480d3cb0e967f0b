//! Several texts on one engine: each keeps its own keys and values, within a limit on the memory of all.

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::{engine, engine_in, same, source};
use diorama::device::Choice;
use diorama::generate::{Computed, Engine, Input, Sampling, Session, Step};
use pollster::block_on;

/// A decoder by itself and one with an encoder, on both devices.
const ENGINES: [(&str, Choice); 4] =
    [("gpt2", Choice::Cpu), ("gpt2", Choice::Gpu), ("t5-v1_0", Choice::Cpu), ("t5-v1_0", Choice::Gpu)];

const ONE_TOKEN: Computed = Computed { passes: 1, partial: 0, tokens: 1 };

#[test]
fn texts_in_turns_compute_each_token_once() {
    for (model, choice) in ENGINES {
        let mut engine = engine(model, choice);
        let inputs = [given(model, 3), given(model, 9), given(model, 20)];
        let alone: Vec<Vec<Step>> = inputs
            .iter()
            .map(|input| {
                let mut session = engine.start(input).expect("a session");
                (0..12).map(|_| step(&mut engine, &mut session)).collect()
            })
            .collect();
        let mut sessions: Vec<Session> = inputs.iter().map(|input| engine.start(input).expect("a session")).collect();
        let mut search = engine.start_beams(&inputs[0], 3, 12, &[]).expect("a search");
        for turn in 0..12 {
            for (session, alone) in sessions.iter_mut().zip(&alone) {
                let before = engine.computed;
                let ours = step(&mut engine, session);
                if turn > 0 {
                    assert_eq!(since(before, engine.computed), ONE_TOKEN, "{model} on {choice:?}, step {turn}");
                }
                assert_eq!(ours.id, alone[turn].id, "{model} on {choice:?}, step {turn}");
                same("logits", choice, &ours.trace.logits[0].data, &alone[turn].trace.logits[0].data);
                for (ours, alone) in ours.trace.activations.iter().zip(&alone[turn].trace.activations) {
                    same(&ours.name, choice, &ours.data, &alone.data);
                }
            }
            // Whatever else is asked in between leaves the texts as they are.
            block_on(engine.run(&given(model, 13), &["*".into()])).expect("a run");
            block_on(engine.step_beams(&mut search)).expect("a step of the search");
        }
    }
}

/// A best of several, on the model of the page: two texts in turns, and a run between any two steps, against one text by itself.
#[test]
fn a_step_in_turns_takes_as_long_as_a_step_alone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/gpt2-tiny");
    let mut engine = engine_in(&folder, Choice::Cpu);
    let input = given("gpt2", 24);
    let mut best = |texts: usize| {
        let mut all = vec![];
        for _ in 0..7 {
            let mut sessions: Vec<Session> = (0..texts).map(|_| engine.start(&input).expect("a session")).collect();
            sessions.iter_mut().for_each(|session| drop(step(&mut engine, session)));
            let mut time = Duration::ZERO;
            for turn in 0..100 {
                let start = Instant::now();
                block_on(engine.step(&mut sessions[turn % texts], &Sampling::default(), &[], None)).expect("a step");
                time += start.elapsed();
                if texts > 1 && turn % 10 == 0 {
                    block_on(engine.run(&input, &[])).expect("a run");
                }
            }
            all.push(time);
        }
        all.into_iter().min().expect("several")
    };
    let (alone, in_turns) = (best(1), best(2));
    let ratio = in_turns.as_secs_f64() / alone.as_secs_f64();
    assert!(ratio < 1.5, "100 steps in turns take {in_turns:?}, {alone:?} alone: {ratio:.2} times");
}

#[test]
fn beyond_the_limit_the_least_recently_used_text_is_read_again() {
    for (model, choice) in ENGINES {
        let mut engine = engine(model, choice);
        let inputs = [given(model, 7), given(model, 8), given(model, 6)];
        let alone: Vec<Vec<u32>> = inputs
            .iter()
            .map(|input| {
                let mut session = engine.start(input).expect("a session");
                (0..10).for_each(|_| drop(step(&mut engine, &mut session)));
                session.ids().to_vec()
            })
            .collect();
        assert_eq!(engine.cached_bytes(), 0, "what a text keeps is freed with it");

        let mut sessions: Vec<Session> = inputs.iter().map(|input| engine.start(input).expect("a session")).collect();
        for _ in 0..2 {
            sessions[..2].iter_mut().for_each(|session| drop(step(&mut engine, session)));
        }
        // Room for two of three texts.
        engine.limits.caches = engine.cached_bytes() as u64;
        let before = engine.computed;
        step(&mut engine, &mut sessions[0]);
        assert_eq!(since(before, engine.computed), ONE_TOKEN, "{model} on {choice:?}: there is room for both");
        step(&mut engine, &mut sessions[2]);
        let before = engine.computed;
        step(&mut engine, &mut sessions[0]);
        assert_eq!(since(before, engine.computed), ONE_TOKEN, "{model} on {choice:?}: it was used after the second text");
        let before = engine.computed;
        step(&mut engine, &mut sessions[1]);
        assert!(since(before, engine.computed).tokens > 1, "{model} on {choice:?}: the second text was given up");
        for _ in 0..7 {
            sessions.iter_mut().for_each(|session| drop(step(&mut engine, session)));
        }
        for session in &mut sessions {
            while session.ids().len() < 10 {
                step(&mut engine, session);
            }
        }
        assert_eq!(
            sessions.iter().map(|session| session.ids()[..10].to_vec()).collect::<Vec<_>>(),
            alone,
            "{model} on {choice:?}"
        );

        // Not even one fits: the newest stays, so that a text by itself is never read twice.
        engine.limits.caches = 0;
        step(&mut engine, &mut sessions[1]);
        let before = engine.computed;
        step(&mut engine, &mut sessions[1]);
        assert_eq!(since(before, engine.computed), ONE_TOKEN, "{model} on {choice:?}: the newest stays");
        drop(sessions);
        assert_eq!(engine.cached_bytes(), 0, "{model} on {choice:?}: what a text keeps is freed with it");
    }
}

/// A step takes one row of each node; a text is read again in parts where all of it at once does not fit.
#[test]
fn a_text_grows_beyond_what_could_be_read_at_once() {
    for choice in [Choice::Cpu, Choice::Gpu] {
        let mut engine = engine("gpt2", choice);
        let write = |engine: &mut Engine, session: &mut Session| (0..31).map(|_| step(engine, session)).collect::<Vec<_>>();
        let mut session = engine.start(&given("gpt2", 10)).expect("a session");
        let unlimited = write(&mut engine, &mut session);

        let lens = diorama::graph::Lens { target: 12, ..diorama::graph::Lens::ONE };
        let computed = engine.model.graph.nodes.iter().filter(|node| node.op().is_some());
        engine.limits.activations = computed.map(|node| node.shape(&lens).iter().product::<usize>() as u64 * 4).sum();
        let fault = block_on(engine.run(&given("gpt2", 13), &[])).expect_err("12 tokens fit").to_string();
        assert!(fault.contains("GiB for their activations"), "{fault}");
        let mut session = engine.start(&given("gpt2", 10)).expect("a session");
        let mut other = engine.start(&given("gpt2", 12)).expect("a session");
        for (turn, unlimited) in unlimited.iter().enumerate() {
            // Given up again and again.
            if turn > 20 {
                engine.limits.caches = 0;
                step(&mut engine, &mut other);
            }
            let ours = step(&mut engine, &mut session);
            assert_eq!(ours.id, unlimited.id, "{choice:?}, step {turn}");
            same("logits", choice, &ours.trace.logits[0].data, &unlimited.trace.logits[0].data);
        }
    }
}

#[test]
fn every_text_goes_on_after_a_lost_gpu() {
    let mut engine = engine("gpt2", Choice::Gpu);
    let inputs = [given("gpt2", 4), given("gpt2", 9)];
    let mut write = |lose: bool| {
        let mut sessions: Vec<Session> = inputs.iter().map(|input| engine.start(input).expect("a session")).collect();
        for turn in 0..8 {
            if lose && turn == 4 {
                engine.device.lose_gpu();
                block_on(engine.step(&mut sessions[0], &Sampling::default(), &[], None)).expect_err("the GPU is gone");
            }
            sessions.iter_mut().for_each(|session| drop(step(&mut engine, session)));
        }
        sessions.iter().map(|session| session.ids().to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(write(true), write(false));
}

/// The greedy next token, with the patterns that lead to it.
fn step(engine: &mut Engine, session: &mut Session) -> Step {
    block_on(engine.step(session, &Sampling::default(), &["*.hook_pattern".into()], None)).expect("a step")
}

fn since(before: Computed, now: Computed) -> Computed {
    Computed { passes: now.passes - before.passes, partial: now.partial - before.partial, tokens: now.tokens - before.tokens }
}

/// Tokens for a decoder by itself to go on from; for one with an encoder, to begin from beside its source.
fn given(model: &str, tokens: u32) -> Input {
    let ids = (0..tokens).map(|i| (i * 7 + tokens) % 59).collect();
    match model {
        "gpt2" => Input { ids, ..Input::default() },
        _ => Input { decoder_ids: ids, ids: source().ids[..5 + tokens as usize % 4].to_vec(), ..Input::default() },
    }
}
