//! SGD with momentum against PyTorch, the average of the weights against PyTorch and a plain calculation, and updates that write in place.

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;

use common::training::{batches, trainer};
use common::{Golden, goldens};
use diorama::cpu::Turns;
use diorama::device::{Choice, Device};
use diorama::error::Error;
use diorama::graph::{Kind, Lens, NodeId, Stage};
use diorama::tensor::size;
use diorama::train::{Batch, Optimizer, Rule, Setup, Trainer};
use pollster::block_on;

const EMA: f32 = 0.9;

#[derive(serde::Deserialize)]
struct Run {
    rate: f32,
    losses: Vec<f32>,
    norms: Vec<f32>,
    weights: f64,
    averages: f64,
}

fn ready(name: &str, choice: Choice, setup: &Setup) -> (Vec<Batch>, Trainer, Device) {
    let batches = batches(&Golden::at(&goldens().join(format!("gradients/{name}.batches.safetensors"))));
    let (trainer, device) = trainer(name, &batches[0], choice, setup);
    (batches, trainer, device)
}

fn magnitude(numbers: &[(NodeId, Vec<f32>)]) -> f64 {
    numbers.iter().flat_map(|(_, numbers)| numbers).map(|number| f64::from(number.abs())).sum()
}

fn twenty_steps_of_sgd_are_pytorchs(choice: Choice) {
    let runs = std::fs::read_to_string(goldens().join("gradients/sgd.json")).expect("sgd.json");
    let runs: BTreeMap<String, Run> = serde_json::from_str(&runs).expect("runs");
    assert!(runs.len() >= 5);
    for (name, run) in &runs {
        let setup = Setup { rule: Rule::Sgd { momentum: 0.9 }, ema: Some(EMA), ..Setup::default() };
        let (batches, mut trainer, mut device) = ready(name, choice, &setup);
        trainer.plan(Optimizer { rate: run.rate, ..Optimizer::default() }, run.losses.len()).expect("a plan");
        for (step, (loss, norm)) in run.losses.iter().zip(&run.norms).enumerate() {
            let did = block_on(trainer.step(&mut device, &batches[step % batches.len()])).expect("a step");
            let near = |ours: f32, theirs: f32, bound: f32| (ours - theirs).abs() <= bound * theirs.abs().max(1.0);
            assert!(near(did.loss, *loss, 1e-4), "{name}: at step {step} the loss is {}, PyTorch has {loss}", did.loss);
            assert!(near(did.grad_norm, *norm, 1e-3), "{name}: at step {step} the norm is {}, PyTorch has {norm}", did.grad_norm);
        }
        let snapshot = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
        for (what, ours, theirs) in
            [("weights", trainer.weights(&snapshot), run.weights), ("averages", trainer.averages(&snapshot), run.averages)]
        {
            let ours = magnitude(&ours);
            assert!((ours - theirs).abs() <= 1e-5 * theirs, "{name}: the {what} come to {ours}, PyTorch has {theirs}");
        }
    }
}

#[test]
fn sgd_on_the_cpu() {
    twenty_steps_of_sgd_are_pytorchs(Choice::Cpu);
}

#[test]
fn sgd_on_the_gpu() {
    twenty_steps_of_sgd_are_pytorchs(Choice::Gpu);
}

#[test]
fn averages_are_what_the_weights_of_each_step_give() {
    for choice in [Choice::Cpu, Choice::Gpu] {
        let (batches, mut trainer, mut device) = ready("gpt2", choice, &Setup { ema: Some(EMA), ..Setup::default() });
        trainer.plan(Optimizer { rate: 1e-2, ..Optimizer::default() }, 8).expect("a plan");
        let mut plain: Vec<(NodeId, Vec<f32>)> = vec![];
        for step in 0..8 {
            block_on(trainer.step(&mut device, &batches[step % batches.len()])).expect("a step");
            let snapshot = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
            let now = trainer.weights(&snapshot);
            if step == 0 {
                plain = now;
                continue;
            }
            for ((_, average), (_, now)) in plain.iter_mut().zip(&now) {
                average.iter_mut().zip(now).for_each(|(average, now)| *average = EMA * *average + (1.0 - EMA) * now);
            }
        }
        let snapshot = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
        let averages = trainer.averages(&snapshot);
        assert_ne!(averages, trainer.weights(&snapshot));
        for ((id, ours), (_, plain)) in averages.iter().zip(&plain) {
            assert!(ours.iter().zip(plain).all(|(a, b)| (a - b).abs() <= 1e-6), "node {id:?}");
        }
    }
}

#[test]
fn an_update_has_no_memory_of_its_own() {
    for rule in [Rule::AdamW, Rule::Sgd { momentum: 0.9 }] {
        let (_, trainer, _) = ready("gpt2", Choice::Cpu, &Setup { rule, ema: Some(EMA), ..Setup::default() });
        let graph = trainer.graph();
        let numbers = |id: NodeId| size(&graph.node(id).shape(&Lens::ONE));
        let of = |wanted: fn(&Kind) -> bool| -> usize {
            (0..graph.nodes.len()).map(NodeId).filter(|id| wanted(&graph.node(*id).kind)).map(numbers).sum()
        };
        let weights = of(|kind| matches!(kind, Kind::Weight { .. }));
        let states = of(|kind| *kind == Kind::State);
        let computed = (0..graph.nodes.len()).map(NodeId).filter(|id| graph.node(*id).stage == Stage::Update);
        let own = computed.filter(|id| graph.node(*id).op().is_some() && graph.home(*id) == *id);
        // The norm of the gradients, in steps of one number, and the rates.
        assert!(own.clone().count() > 1);
        assert!(own.clone().all(|id| numbers(id) <= 10), "{:?}", own.map(|id| &graph.node(id).name).collect::<Vec<_>>());
        // Every weight learns and has a gradient; the record of sixteen steps is what no optimizer remembers.
        assert_eq!(trainer.bytes(), 4 * (2 * weights + states - 33));
        assert_eq!((states - 33) / weights, if rule == Rule::AdamW { 3 } else { 2 });
    }
}

#[test]
fn a_step_that_is_stopped_changes_nothing() {
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Cpu, &Setup { ema: Some(EMA), ..Setup::default() });
    trainer.plan(Optimizer { rate: 1e-2, ..Optimizer::default() }, 8).expect("a plan");
    block_on(trainer.step(&mut device, &batches[0])).expect("a step");
    let before = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
    let mut stopped = 0;
    loop {
        let turns = Cell::new(0);
        device.turns = Some(Turns::often(Box::new(move |_| {
            turns.set(turns.get() + 1);
            let goes_on = turns.get() <= stopped;
            Box::pin(async move { goes_on })
        })));
        let step = block_on(trainer.step(&mut device, &batches[1]));
        device.turns = None;
        match step {
            Err(fault) => assert_eq!(fault, Error::Stopped),
            Ok(_) => break,
        }
        assert!(block_on(trainer.snapshot(&mut device)).expect("a snapshot") == before, "stopped after {stopped} turns");
        stopped += 1;
    }
    assert!(stopped > 20, "there were {stopped} turns");
    assert!(block_on(trainer.snapshot(&mut device)).expect("a snapshot") != before);
}

#[test]
fn numbers_outside_their_ranges_are_refused() {
    let batch = &batches(&Golden::at(&goldens().join("gradients/gpt2.batches.safetensors")))[0];
    let refused = |setup: Setup, word: &str| {
        let model = std::sync::Arc::new(common::training::untrained("gpt2"));
        let fault = Trainer::new(model, batch, &setup).err().expect("it is refused").to_string();
        assert!(fault.contains(word) && fault.contains("below 1"), "{fault}");
    };
    refused(Setup { rule: Rule::Sgd { momentum: 1.0 }, ..Setup::default() }, "momentum");
    refused(Setup { ema: Some(f32::NAN), ..Setup::default() }, "ema");
}
