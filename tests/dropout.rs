//! Dropout against PyTorch under the same masks, and what holds of the masks: they come back with the seed, and only passes that learn have them.

mod common;

use std::collections::BTreeMap;

use common::training::{batches, for_every_family, trainer};
use common::{Golden, goldens};
use diorama::device::{Choice, Device};
use diorama::graph::Lens;
use diorama::tensor::size;
use diorama::train::{Batch, Dropout, Optimizer, Setup, Trainer};
use pollster::block_on;

const DROPOUT: Dropout = Dropout { share: 0.25, seed: 5 };
const DEVICES: [Choice; 2] = [Choice::Cpu, Choice::Gpu];

#[derive(serde::Deserialize)]
struct Run {
    rate: f32,
    losses: Vec<f32>,
    norms: Vec<f32>,
    /// Numbers of each place of dropout, at the lengths of the batches.
    sizes: Vec<usize>,
}

fn ready(name: &str, choice: Choice, dropout: Dropout) -> (Vec<Batch>, Trainer, Device) {
    let batches = batches(&Golden::at(&goldens().join(format!("gradients/{name}.batches.safetensors"))));
    let (mut trainer, device) = trainer(name, &batches[0], choice, &Setup { dropout, ..Setup::default() });
    trainer.plan(Optimizer::default(), 40).expect("a plan");
    (batches, trainer, device)
}

/// The bits of the losses and norms of some steps.
fn run(trainer: &mut Trainer, device: &mut Device, batches: &[Batch], steps: usize) -> Vec<[u32; 2]> {
    let step = |_| {
        let did = block_on(trainer.step(device, &batches[trainer.done() % batches.len()])).expect("a step");
        [did.loss.to_bits(), did.grad_norm.to_bits()]
    };
    (0..steps).map(step).collect()
}

for_every_family!(steps_under_dropout_are_pytorchs);

fn steps_under_dropout_are_pytorchs(name: &str, choice: Choice) {
    let runs = std::fs::read_to_string(goldens().join("gradients/dropout.json")).expect("dropout.json");
    let runs: BTreeMap<String, Run> = serde_json::from_str(&runs).expect("runs");
    let run = &runs[name];
    let (batches, mut trainer, mut device) = ready(name, choice, DROPOUT);
    let graph = trainer.graph();
    let shape = |array: &str| batches[0].arrays.get(array).map_or(&[][..], |array| &array.shape);
    let [batch, source] = <[usize; 2]>::try_from(shape("input_ids")).expect("texts and positions");
    let target = if name.starts_with("t5") { shape("labels")[1] } else { source };
    let lens = Lens { batch, source, target, past: 0 };
    let sizes: Vec<usize> = graph.dropped.iter().map(|id| size(&graph.node(*id).shape(&lens))).collect();
    assert_eq!(sizes, run.sizes, "{name}: the places of dropout");
    trainer.plan(Optimizer { rate: run.rate, ..Optimizer::default() }, run.losses.len()).expect("a plan");
    for (step, (loss, norm)) in run.losses.iter().zip(&run.norms).enumerate() {
        let did = block_on(trainer.step(&mut device, &batches[step % batches.len()])).expect("a step");
        let near = |ours: f32, theirs: f32, bound: f32| (ours - theirs).abs() <= bound * theirs.abs().max(1.0);
        assert!(near(did.loss, *loss, 1e-4), "{name}: at step {step} the loss is {}, PyTorch has {loss}", did.loss);
        assert!(near(did.grad_norm, *norm, 1e-3), "{name}: at step {step} the norm is {}, PyTorch has {norm}", did.grad_norm);
    }
}

#[test]
fn masks_come_back_with_the_seed() {
    let numbers = |dropout| {
        let (batches, mut trainer, mut device) = ready("gpt2", Choice::Cpu, dropout);
        run(&mut trainer, &mut device, &batches, 6)
    };
    let first = numbers(DROPOUT);
    assert_eq!(numbers(DROPOUT), first, "bit for bit");
    for other in [Dropout { seed: 6, ..DROPOUT }, Dropout { share: 0.2, ..DROPOUT }, Dropout::default()] {
        assert_ne!(numbers(other)[0], first[0], "{other:?}");
    }
    // With a share of 0 the seed means nothing, and the graph is the same.
    let none = Dropout { share: 0.0, seed: 9 };
    assert_eq!(numbers(none), numbers(Dropout::default()));
    assert_eq!(ready("gpt2", Choice::Cpu, none).1.graph(), ready("gpt2", Choice::Cpu, Dropout::default()).1.graph());
    // A batch that comes twice is not masked twice alike.
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Cpu, DROPOUT);
    trainer.plan(Optimizer { rate: 0.0, ..Optimizer::default() }, 2).expect("a plan");
    let twice = run(&mut trainer, &mut device, &batches[..1], 2);
    assert_ne!(twice[0], twice[1]);
}

#[test]
fn what_is_measured_drops_nothing() {
    for choice in DEVICES {
        for name in ["bert-classification", "t5-v1_0", "gpt2"] {
            let measured = |dropout| {
                let (batches, mut trainer, mut device) = ready(name, choice, dropout);
                if dropout.share > 0.0 {
                    // A step leaves no trace of its masks.
                    let before = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
                    run(&mut trainer, &mut device, &batches, 1);
                    trainer.restore(&mut device, &before).expect("restored");
                }
                let loss = block_on(trainer.loss(&mut device, &batches[1])).expect("a loss");
                let found =
                    block_on(trainer.derivatives(&mut device, &batches[1], &["*hook_pattern".into()])).expect("gradients");
                let weights: Vec<Vec<f32>> = found.weights.into_iter().map(|(_, numbers)| numbers).collect();
                (loss, found.loss, weights, found.activations)
            };
            assert!(measured(DROPOUT) == measured(Dropout::default()), "{name} on {choice:?}: bit for bit");
        }
    }
}

#[test]
fn gradients_under_a_mask_are_slopes() {
    for name in ["roberta-classification", "albert-pretraining", "t5-v1_1", "gpt2", "llama3"] {
        let (batches, trainer, mut device) = ready(name, Choice::Cpu, DROPOUT);
        // The share of one in a batch is all of it: the loss, the tokens and the gradients, under the step's masks.
        let share = |device: &mut Device| block_on(trainer.share(device, &batches[0], 0, 1)).expect("a share");
        let found = share(&mut device);
        let weights: Vec<_> = trainer.graph().weights().collect();
        let numbers = block_on(device.numbers(&weights)).expect("weights");
        let norm = found[2..].iter().map(|g| f64::from(*g).powi(2)).sum::<f64>();
        let mut at = |by: f32| {
            let mut gradients = found[2..].iter();
            for (id, numbers) in weights.iter().zip(&numbers) {
                let moved = numbers.iter().zip(&mut gradients).map(|(x, g)| x + by * g).collect();
                device.renew(*id, moved).expect("a weight");
            }
            assert!(gradients.next().is_none(), "{name}: every weight has a gradient");
            f64::from(share(&mut device)[0])
        };
        let slope = |step: f32, at: &mut dyn FnMut(f32) -> f64| (at(step) - at(-step)) / f64::from(2.0 * step);
        // Along its own direction a gradient's slope is its square.
        let step = (1e-2 / norm) as f32;
        let slopes = [step, step / 2.0].map(|step| slope(step, &mut at));
        assert!(
            slopes.iter().any(|slope| (slope - norm).abs() <= 0.02 * norm),
            "{name}: slopes {slopes:?}, the gradient says {norm}"
        );
    }
}

#[test]
fn a_restored_snapshot_goes_on_with_the_same_masks() {
    let (batches, mut trainer, mut device) = ready("bert-mlm", Choice::Cpu, DROPOUT);
    run(&mut trainer, &mut device, &batches, 3);
    let snapshot = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
    let once = run(&mut trainer, &mut device, &batches, 4);
    trainer.restore(&mut device, &snapshot).expect("restored");
    assert_eq!(run(&mut trainer, &mut device, &batches, 4), once, "bit for bit");
}

#[test]
fn workers_that_share_a_batch_share_its_mask() {
    for name in ["bert-pretraining", "t5-v1_0", "gpt2"] {
        let (batches, mut one, mut device) = ready(name, Choice::Cpu, DROPOUT);
        let mut crew: Vec<(Trainer, Device)> =
            (0..2).map(|_| ready(name, Choice::Cpu, DROPOUT)).map(|(_, t, d)| (t, d)).collect();
        for step in 0..4 {
            let batch = &batches[step % batches.len()];
            let alone = block_on(one.step(&mut device, batch)).expect("a step");
            let share = |(rank, (trainer, device)): (usize, &mut (Trainer, Device))| {
                block_on(trainer.share(device, batch, rank, 2)).expect("a share")
            };
            let shares: Vec<Vec<f32>> = crew.iter_mut().enumerate().map(share).collect();
            let sum: Vec<f32> = shares[0].iter().zip(&shares[1]).map(|(a, b)| a + b).collect();
            for (trainer, device) in &mut crew {
                let did = block_on(trainer.learn(device, &sum)).expect("a step");
                assert!((did.loss - alone.loss).abs() <= 1e-5 * alone.loss, "{name}: {} and {}", did.loss, alone.loss);
                assert!((did.grad_norm - alone.grad_norm).abs() <= 1e-4 * alone.grad_norm, "{name}, step {step}");
            }
        }
    }
}

#[test]
fn a_share_that_is_none_is_one_sentence() {
    for share in [1.0, -0.1, f32::NAN, f32::INFINITY] {
        let setup = Setup { dropout: Dropout { share, seed: 0 }, ..Setup::default() };
        let said = setup.check().expect_err("no share").to_string();
        assert!(said.contains(&format!("dropout is {share}")) && said.contains("at least 0 and below 1"), "{said}");
    }
}
