//! A pass that gives turns: the same numbers as one that gives none, and an engine that goes on after it was stopped.

mod common;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use common::{Golden, engine, same, source};
use diorama::capture::{Intervention, Trace};
use diorama::cpu::Turns;
use diorama::device::Choice;
use diorama::error::{Error, Result};
use diorama::generate::{Engine, Input, Sampling};
use pollster::block_on;

#[test]
fn turns_change_no_bit() {
    for (name, input) in texts() {
        let mut engine = engine(name, Choice::Cpu);
        let whole = run(&mut engine, &input).expect("a pass");
        let shares = Rc::new(RefCell::new(vec![]));
        let heard = shares.clone();
        engine.device.turns = Some(Turns::often(Box::new(move |share| {
            heard.borrow_mut().push(share);
            Box::pin(async { true })
        })));
        same_trace(name, &run(&mut engine, &input).expect("a pass with turns"), &whole);
        let shares = shares.borrow();
        let computed = engine.model.graph.nodes.iter().filter(|node| node.op().is_some()).count();
        assert!(shares.len() > computed, "{name}: {} turns for {computed} nodes, of which some are cut", shares.len());
        assert!(shares.is_sorted(), "{name}: {shares:?}");
        assert!(shares[0] > 0.0 && shares[shares.len() - 1] <= 1.0, "{name}: {shares:?}");
        assert!(shares[shares.len() - 1] > 0.9, "{name}: the last turn is near the end: {shares:?}");
    }
}

#[test]
fn a_stopped_pass_leaves_an_engine_that_computes_right() {
    for (name, input) in texts() {
        let mut engine = engine(name, Choice::Cpu);
        let whole = run(&mut engine, &input).expect("a pass");
        for turns in [0, 1, 7, 20] {
            engine.device.turns = Some(stopping_after(turns));
            let fault = run(&mut engine, &input).expect_err("stopped");
            assert_eq!(fault, Error::Stopped, "{name} after {turns} turns");
            engine.device.turns = None;
            // A shorter text in between, so that no buffer is left as the pass after it needs it.
            let shorter = Input { ids: input.ids[..3].to_vec(), decoder_ids: vec![], ..Input::default() };
            run(&mut engine, &shorter).expect("a shorter pass");
            same_trace(name, &run(&mut engine, &input).expect("a pass afterwards"), &whole);
        }
    }
}

#[test]
fn a_text_goes_on_after_a_stopped_step() {
    for name in ["t5-v1_0", "gpt2"] {
        let mut engine = engine(name, Choice::Cpu);
        let input = if name == "gpt2" { Golden::open("gpt2.safetensors").input(0) } else { source() };
        let sampling = Sampling { temperature: 0.8, top_k: 0, top_p: 1.0, seed: 5, listed: 3, limit: None };
        let mut undisturbed = engine.start(&input).expect("a session");
        let mut stopped = engine.start(&input).expect("a session");
        for _ in 0..8 {
            block_on(engine.step(&mut undisturbed, &sampling, &[], None)).expect("a step");
        }
        for step in 0..8 {
            engine.device.turns = Some(stopping_after(step * 5));
            let before = stopped.ids().to_vec();
            let fault = block_on(engine.step(&mut stopped, &sampling, &[], None)).expect_err("stopped");
            assert_eq!(fault, Error::Stopped);
            assert_eq!(stopped.ids(), before, "{name}: a stopped step writes nothing");
            engine.device.turns = None;
            block_on(engine.step(&mut stopped, &sampling, &[], None)).expect("a step");
        }
        assert_eq!(stopped.ids(), undisturbed.ids(), "{name}");
    }
}

#[test]
fn a_search_goes_on_after_a_stopped_step() {
    let mut engine = engine("t5-v1_0", Choice::Cpu);
    let found = block_on(engine.beam_search(&source(), 3, 10, &[])).expect("a search");
    let mut search = engine.start_beams(&source(), 3, 10, &[]).expect("a search");
    for turns in 0.. {
        if let Some(ids) = search.found() {
            assert!(turns > 3, "the search takes some steps");
            return assert_eq!(ids, found);
        }
        engine.device.turns = Some(stopping_after(turns));
        assert_eq!(block_on(engine.step_beams(&mut search)).expect_err("stopped"), Error::Stopped);
        engine.device.turns = None;
        block_on(engine.step_beams(&mut search)).expect("a step");
    }
}

/// Several passes of one call: they can be stopped in between, too, and what is told is the share of all of them.
#[test]
fn passes_that_differ_a_little_give_turns_as_one_work() {
    let mut engine = engine("gpt2", Choice::Cpu);
    let (input, layers) = (Golden::open("gpt2.safetensors").input(0), ["blocks.1", "blocks.0", "blocks.1"]);
    let change = |layer: &str| format!(r#"{{ "hook": "{layer}.hook_mlp_out", "set": 0 }}"#);
    let variants = layers.map(|layer| Intervention::read(&change(layer), &mut |_| Ok(None)).expect("an intervention"));
    let whole = block_on(engine.run_each(&input, &[], &[], &variants)).expect("passes");
    let shares = Rc::new(RefCell::new(vec![]));
    let heard = shares.clone();
    engine.device.turns = Some(Turns::often(Box::new(move |share| {
        heard.borrow_mut().push(share);
        Box::pin(async { true })
    })));
    let again = block_on(engine.run_each(&input, &[], &[], &variants)).expect("passes with turns");
    whole.iter().zip(&again).for_each(|(ours, theirs)| same_trace("gpt2", ours, theirs));
    let shares = shares.borrow();
    assert!(shares.is_sorted() && shares[shares.len() - 1] <= 1.0 && shares[shares.len() - 1] > 0.9, "{shares:?}");
    let between = shares.iter().position(|share| *share == 2.0 / 3.0).expect("a turn before the last pass");
    engine.device.turns = Some(stopping_after(between));
    assert_eq!(block_on(engine.run_each(&input, &[], &[], &variants)).expect_err("stopped"), Error::Stopped);
}

/// A text for each family, longer than the rows that a matrix product takes at once.
fn texts() -> Vec<(&'static str, Input)> {
    let golden = |name: &'static str| (name, Golden::open(&format!("{name}.safetensors")).input(0));
    vec![golden("bert-mlm"), golden("gpt2"), golden("llama2-gqa"), ("t5-v1_0", source())]
}

fn run(engine: &mut Engine, input: &Input) -> Result<Trace> {
    block_on(engine.run(input, &["*".to_string()]))
}

/// Goes on for so many turns, then stops.
fn stopping_after(turns: usize) -> Turns {
    let left = Cell::new(turns);
    Turns::often(Box::new(move |_| {
        let goes_on = left.get() > 0;
        left.set(left.get().saturating_sub(1));
        Box::pin(async move { goes_on })
    }))
}

fn same_trace(name: &str, ours: &Trace, theirs: &Trace) {
    let all = |trace: &Trace| trace.logits.iter().chain(&trace.activations).cloned().collect::<Vec<_>>();
    for (ours, theirs) in all(ours).iter().zip(&all(theirs)) {
        same(&format!("{name}: {}", theirs.name), Choice::Cpu, &ours.data, &theirs.data);
    }
}
