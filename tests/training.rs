//! Training against PyTorch: the losses and gradient norms of forty steps of AdamW, for every class on both devices.

mod common;

use std::collections::BTreeMap;

use common::training::{batches, for_every_family, trainer};
use common::{Golden, goldens};
use diorama::capture::Intervention;
use diorama::device::{Choice, Device};
use diorama::train::{Batch, Optimizer, Setup, Trainer};
use pollster::block_on;

const STEPS: usize = 40;

#[derive(serde::Deserialize)]
struct Run {
    rate: f32,
    losses: Vec<f32>,
    norms: Vec<f32>,
}

for_every_family!(forty_steps_are_pytorchs);

fn forty_steps_are_pytorchs(name: &str, choice: Choice) {
    let runs = std::fs::read_to_string(goldens().join("gradients/adamw.json")).expect("adamw.json");
    let runs: BTreeMap<String, Run> = serde_json::from_str(&runs).expect("runs");
    let (batches, mut trainer, mut device) = ready(name, choice);
    trainer.plan(Optimizer { rate: runs[name].rate, ..Optimizer::default() }, STEPS).expect("a plan");
    for (step, (loss, norm)) in runs[name].losses.iter().zip(&runs[name].norms).enumerate() {
        let did = block_on(trainer.step(&mut device, &batches[step % batches.len()])).expect("a step");
        let near = |ours: f32, theirs: f32, bound: f32| (ours - theirs).abs() <= bound * theirs.abs().max(1.0);
        assert!(near(did.loss, *loss, 1e-4), "{name}: at step {step} the loss is {}, PyTorch has {loss}", did.loss);
        assert!(near(did.grad_norm, *norm, 1e-3), "{name}: at step {step} the norm is {}, PyTorch has {norm}", did.grad_norm);
    }
}

fn ready(name: &str, choice: Choice) -> (Vec<Batch>, Trainer, Device) {
    let batches = batches(&Golden::at(&goldens().join(format!("gradients/{name}.batches.safetensors"))));
    let (mut trainer, device) = trainer(name, &batches[0], choice, &Setup::default());
    trainer.plan(Optimizer::default(), STEPS).expect("a plan");
    (batches, trainer, device)
}

#[test]
fn a_restored_snapshot_goes_on_with_the_same_numbers() {
    let (batches, mut trainer, mut device) = ready("gpt2", Choice::Cpu);
    let run = |trainer: &mut Trainer, device: &mut Device, steps: std::ops::Range<usize>| -> Vec<u32> {
        steps.map(|step| block_on(trainer.step(device, &batches[step % batches.len()])).expect("a step").loss.to_bits()).collect()
    };
    run(&mut trainer, &mut device, 0..5);
    let snapshot = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
    let once = run(&mut trainer, &mut device, 5..12);
    trainer.restore(&mut device, &snapshot).expect("restored");
    assert_eq!(run(&mut trainer, &mut device, 5..12), once, "bit for bit");
    // On a trainer of its own, too: what is saved is all that there is.
    let (_, mut other, mut elsewhere) = ready("gpt2", Choice::Cpu);
    other.restore(&mut elsewhere, &snapshot).expect("restored");
    assert_eq!(run(&mut other, &mut elsewhere, 5..12), once);
}

#[test]
fn a_rate_that_breaks_the_model_is_told_and_changes_nothing() {
    let (batches, mut trainer, mut device) = ready("llama1", Choice::Cpu);
    trainer.plan(Optimizer { rate: 1e30, clip: 0.0, ..Optimizer::default() }, STEPS).expect("a plan");
    let fault =
        (0..STEPS).find_map(|step| block_on(trainer.step(&mut device, &batches[step % batches.len()])).err()).expect("it breaks");
    assert!(fault.to_string().contains("no longer finite (learning rate"), "{fault}");
}

#[test]
fn eight_texts_are_two_batches_of_four() {
    let (batches, trainer, mut device) = ready("bert-mlm", Choice::Cpu);
    // As many labels in both: then the mean over all is the mean of the means.
    let twice = |batch: &Batch| {
        let mut both = batch.clone();
        for array in both.arrays.values_mut() {
            array.shape[0] *= 2;
            array.data.extend(array.data.clone());
        }
        both
    };
    let one = block_on(trainer.derivatives(&mut device, &batches[0], &[])).expect("gradients");
    let two = block_on(trainer.derivatives(&mut device, &twice(&batches[0]), &[])).expect("gradients");
    for ((id, one), (_, two)) in one.weights.iter().zip(&two.weights) {
        let most = one.iter().fold(0.0f32, |most, g| most.max(g.abs()));
        assert!(one.iter().zip(two).all(|(a, b)| (a - b).abs() <= 1e-5 * most.max(1e-3)), "node {id:?}");
    }
}

#[test]
fn what_an_intervention_cuts_off_learns_nothing() {
    let changed = r#"[{ "hook": "blocks.1.hook_mlp_out", "set": 0 }, { "hook": "blocks.0.hook_attn_out_grad", "set": 0 }]"#;
    let interventions = Intervention::read(changed, &mut |_| unreachable!("no activations")).expect("interventions");
    let changed = Setup { interventions, ..Setup::default() };
    let batches = batches(&Golden::at(&goldens().join("gradients/gpt2.batches.safetensors")));
    for choice in [Choice::Cpu, Choice::Gpu] {
        let (mut trainer, mut device) = trainer("gpt2", &batches[0], choice, &changed);
        trainer.plan(Optimizer { weight_decay: 0.0, ..Optimizer::default() }, STEPS).expect("a plan");
        let before = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
        for batch in &batches {
            block_on(trainer.step(&mut device, batch)).expect("a step");
        }
        let after = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
        for ((id, before), (_, after)) in trainer.weights(&before).iter().zip(trainer.weights(&after)) {
            let name = &trainer.graph().node(*id).name;
            let layer = ["transformer.h.1.mlp", "transformer.h.1.ln_2", "transformer.h.0.attn", "transformer.h.0.ln_1"];
            let cut = layer.iter().any(|part| name.starts_with(part));
            assert_eq!(*before == after, cut, "{name} on {choice:?}");
        }
    }
}

#[test]
fn numbers_that_break_the_loss_are_told_as_an_intervention() {
    let batches = batches(&Golden::at(&goldens().join("gradients/gpt2.batches.safetensors")));
    let changed = r#"{ "hook": "logits", "scale": 3e38 }"#;
    let interventions = Intervention::read(changed, &mut |_| unreachable!("no activations")).expect("an intervention");
    let changed = Setup { interventions, ..Setup::default() };
    let (mut trainer, mut device) = trainer("gpt2", &batches[0], Choice::Cpu, &changed);
    trainer.plan(Optimizer::default(), STEPS).expect("a plan");
    let faults = [
        block_on(trainer.derivatives(&mut device, &batches[0], &[])).expect_err("it breaks"),
        block_on(trainer.step(&mut device, &batches[0])).expect_err("it breaks"),
    ];
    for fault in faults {
        let said = fault.to_string();
        assert!(said.contains("interventions") && said.contains("finite"), "{said}");
    }
}

#[test]
fn trainers_that_share_each_batch_learn_what_one_learns() {
    for name in ["bert-pretraining", "t5-v1_0", "llama2-gqa"] {
        let (batches, mut one, mut device) = ready(name, Choice::Cpu);
        let mut crew: Vec<(Trainer, Device)> = (0..3).map(|_| ready(name, Choice::Cpu)).map(|(_, t, d)| (t, d)).collect();
        let texts = batches[0].arrays["input_ids"].shape[0];
        assert!(texts > 1, "{name}: there is something to share");
        for step in 0..6 {
            let batch = &batches[step % batches.len()];
            let alone = block_on(one.step(&mut device, batch)).expect("a step");
            let of = crew.len();
            let share = |(rank, (trainer, device)): (usize, &mut (Trainer, Device))| {
                block_on(trainer.share(device, batch, rank, of)).expect("a share")
            };
            let shares: Vec<Vec<f32>> = crew.iter_mut().enumerate().map(share).collect();
            let sum: Vec<f32> = (0..shares[0].len()).map(|i| shares.iter().map(|share| share[i]).sum()).collect();
            for (trainer, device) in &mut crew {
                let did = block_on(trainer.learn(device, &sum)).expect("a step");
                assert!(
                    (did.loss - alone.loss).abs() <= 1e-5 * alone.loss,
                    "{name}, step {step}: {} and {}",
                    did.loss,
                    alone.loss
                );
                assert!((did.grad_norm - alone.grad_norm).abs() <= 1e-4 * alone.grad_norm, "{name}, step {step}");
                assert_eq!((did.step, did.tokens, did.rate), (alone.step, alone.tokens, alone.rate));
            }
        }
        let packed = |(trainer, device): &mut (Trainer, Device)| {
            let snapshot = block_on(trainer.snapshot(device)).expect("a snapshot");
            let file = trainer.packed(&snapshot).expect("a file");
            assert_eq!(trainer.unpacked(&file).expect("a snapshot"), snapshot);
            file
        };
        let files: Vec<Vec<u8>> = crew.iter_mut().map(packed).collect();
        assert!(files.iter().all(|file| *file == files[0]), "{name}: all have the same numbers, bit for bit");
        assert!(crew[0].0.unpacked(b"nonsense").is_err());
    }
}
