//! Gradients against PyTorch's autograd: every weight and the attention patterns of every family, on both devices and with the kernels of both kinds of adapters; and
//! with hooks that change activations and gradients on their way.

mod common;

use std::collections::BTreeMap;

use common::training::{batch, batches, for_every_family, trainer};
use common::{Golden, goldens};
use diorama::capture::Intervention;
use diorama::device::Choice;
use diorama::ops::Profile;
use diorama::tensor::Tensor;
use diorama::train::{Batch, Derivatives, Optimizer, Setup, Step, Trainer};
use diorama::weights;
use pollster::block_on;
use serde_json::Value;

for_every_family!(gradients_are_pytorchs);

fn gradients_are_pytorchs(name: &str, choice: Choice) {
    let golden = Golden::at(&goldens().join(format!("gradients/{name}.safetensors")));
    let batch = batch(&golden, "batch/");
    let (trainer, found) = derivatives(name, &batch, choice, &["*.hook_pattern"], &[]);
    compare(name, "", &golden, &trainer, &found);
}

#[test]
fn the_kernels_of_hardware_find_the_same_gradients() {
    for name in ["bert-pretraining", "electra-discriminator", "t5-v1_0", "t5-v1_1", "gpt2", "llama1", "llama3-mqa"] {
        let golden = Golden::at(&goldens().join(format!("gradients/{name}.safetensors")));
        let batch = batch(&golden, "batch/");
        let captured = ["*.hook_pattern".to_string()];
        let (trainer, mut device) = trainer(name, &batch, Choice::Gpu, &Setup::capturing(&captured));
        block_on(device.with_kernels(Profile::Hardware)).expect("the same GPU");
        let found = block_on(trainer.derivatives(&mut device, &batch, &captured)).expect("gradients");
        compare(name, "", &golden, &trainer, &found);
    }
}

#[test]
fn the_kernels_of_hardware_learn_as_the_cpu_does() {
    for name in ["gpt2", "llama1", "t5-v1_0"] {
        let batches = batches(&Golden::at(&goldens().join(format!("gradients/{name}.batches.safetensors"))));
        let run = |choice: Choice| -> Vec<Step> {
            let (mut trainer, mut device) = trainer(name, &batches[0], choice, &Setup::default());
            block_on(device.with_kernels(Profile::Hardware)).expect("the same device");
            trainer.plan(Optimizer::default(), 20).expect("a plan");
            let step = |step: usize| block_on(trainer.step(&mut device, &batches[step % batches.len()])).expect("a step");
            (0..20).map(step).collect()
        };
        for (cpu, gpu) in run(Choice::Cpu).iter().zip(run(Choice::Gpu)) {
            let near = |ours: f32, theirs: f32, bound: f32| (ours - theirs).abs() <= bound * theirs.abs().max(1.0);
            assert!(
                near(gpu.loss, cpu.loss, 1e-4) && near(gpu.grad_norm, cpu.grad_norm, 1e-3),
                "{name}: {gpu:?} against {cpu:?}"
            );
        }
    }
}

/// Every gradient that lies in the golden under `at`: a hook's is that of its numbers as their readers see them.
fn compare(name: &str, at: &str, golden: &Golden, trainer: &Trainer, found: &Derivatives) {
    let loss = golden.get(&format!("{at}loss")).expect("a loss").1[0];
    assert!((found.loss - loss).abs() <= 1e-4 * loss.max(1.0), "{name}: the loss is {}, PyTorch has {loss}", found.loss);

    let tensors = golden.tensors();
    let (weights_at, hooks_at) = (format!("{at}weights/"), format!("{at}hooks/"));
    let names: Vec<String> = tensors.names().iter().filter_map(|name| Some(name.strip_prefix(&weights_at)?.into())).collect();
    let stored = weights::stored(&trainer.model().graph, &found.weights, &names);
    let hooks = found.activations.iter().filter_map(|tensor| Some((tensor.name.strip_suffix("_grad")?, tensor)));
    let ours: BTreeMap<String, &[f32]> = stored
        .iter()
        .map(|tensor| (format!("{weights_at}{}", tensor.name), &tensor.data[..]))
        .chain(hooks.map(|(hook, tensor)| (format!("{hooks_at}{hook}"), &tensor.data[..])))
        .collect();
    let wanted = tensors.names().into_iter().filter(|name| name.starts_with(&weights_at) || name.starts_with(&hooks_at));
    let theirs: Vec<(&str, Vec<f32>)> = wanted.map(|name| (name, golden.get(name).expect("a tensor").1)).collect();
    assert!(theirs.iter().any(|(name, _)| name.starts_with(&hooks_at)), "the golden has gradients of hooks");
    let largest = theirs.iter().flat_map(|(_, numbers)| numbers).fold(0.0f32, |most, g| most.max(g.abs()));
    for (key, theirs) in &theirs {
        let most = theirs.iter().fold(0.0f32, |most, g| most.max(g.abs()));
        let Some(ours) = ours.get(*key) else {
            // What the loss does not depend on has no gradient node.
            assert_eq!(most, 0.0, "{name}: there is no gradient of {key}");
            continue;
        };
        assert_eq!(ours.len(), theirs.len(), "{name}: {key}");
        let bound = 1e-4 * most.max(1e-3 * largest);
        for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            assert!((ours - theirs).abs() <= bound, "{name}: {key}[{at}] is {ours}, PyTorch has {theirs} (bound {bound})");
        }
    }
}

fn derivatives(
    name: &str,
    batch: &Batch,
    choice: Choice,
    captured: &[&str],
    interventions: &[Intervention],
) -> (Trainer, Derivatives) {
    let captured: Vec<String> = captured.iter().map(|glob| glob.to_string()).collect();
    let setup = Setup { interventions: interventions.to_vec(), ..Setup::capturing(&captured) };
    let (trainer, mut device) = trainer(name, batch, choice, &setup);
    let found = block_on(trainer.derivatives(&mut device, batch, &captured)).expect("gradients");
    (trainer, found)
}

#[derive(serde::Deserialize)]
struct Edited {
    model: String,
    interventions: Value,
}

#[test]
fn interventions_act_on_gradients_as_pytorchs_hooks_do() {
    let golden = Golden::at(&goldens().join("gradients/edited.safetensors"));
    let list = std::fs::read_to_string(goldens().join("gradients/edited.json")).expect("the golden's cases");
    let cases: Vec<Edited> = serde_json::from_str(&list).expect("a list of cases");
    assert!(cases.len() >= 9, "three families: {}", cases.len());
    for (index, case) in cases.iter().enumerate() {
        let at = format!("case{index}/");
        let mut open = |from: &Value| {
            let name = from.as_str().expect("a tensor's name, or a hook's");
            if !name.starts_with(&at) {
                return Ok(None);
            }
            let (shape, data) = golden.get(name).expect("the golden has it");
            Ok(Some(vec![Tensor { name: name.into(), axes: vec![], shape, data }]))
        };
        let interventions = Intervention::read(&case.interventions.to_string(), &mut open).expect("interventions");
        let batch = batch(&golden, &format!("{at}batch/"));
        for choice in [Choice::Cpu, Choice::Gpu] {
            let captured = ["*.hook_pattern", "*.mlp.hook_post", "*.hook_resid_post"];
            let (trainer, found) = derivatives(&case.model, &batch, choice, &captured, &interventions);
            compare(&format!("{at}{} on {choice:?}", case.model), &at, &golden, &trainer, &found);
        }
    }
}

#[test]
fn a_gradient_that_is_merely_passed_on_has_a_name() {
    let golden = Golden::at(&goldens().join("gradients/gpt2.safetensors"));
    let (_, found) = derivatives("gpt2", &batch(&golden, "batch/"), Choice::Cpu, &["blocks.1.hook_mlp_out"], &[]);
    let names: Vec<&str> = found.activations.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["blocks.1.hook_mlp_out", "blocks.1.hook_mlp_out_grad"]);
}
