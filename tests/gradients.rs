//! Gradients against PyTorch's autograd: every weight and the attention patterns of every family, on both devices.

mod common;

use std::collections::BTreeMap;

use common::training::{batch, for_every_family, trainer};
use common::{Golden, goldens};
use diorama::device::Choice;
use diorama::train::{Batch, Derivatives, Trainer};
use diorama::weights;
use pollster::block_on;

for_every_family!(gradients_are_pytorchs);

fn gradients_are_pytorchs(name: &str, choice: Choice) {
    let golden = Golden::at(&goldens().join(format!("gradients/{name}.safetensors")));
    let batch = batch(&golden, "batch/");
    let (trainer, found) = derivatives(name, &batch, choice, &["*.hook_pattern"]);
    let loss = golden.get("loss").expect("a loss").1[0];
    assert!((found.loss - loss).abs() <= 1e-4 * loss.max(1.0), "{name}: the loss is {}, PyTorch has {loss}", found.loss);

    let tensors = golden.tensors();
    let names: Vec<String> = tensors.names().iter().filter_map(|name| Some(name.strip_prefix("weights/")?.into())).collect();
    let stored = weights::stored(&trainer.model().graph, &found.weights, &names);
    let ours: BTreeMap<String, &[f32]> = stored
        .iter()
        .map(|tensor| (format!("weights/{}", tensor.name), &tensor.data[..]))
        .chain(
            found.activations.iter().map(|tensor| (format!("hooks/{}", tensor.name.trim_end_matches("_grad")), &tensor.data[..])),
        )
        .collect();
    let wanted = tensors.names().into_iter().filter(|name| name.starts_with("weights/") || name.starts_with("hooks/"));
    let theirs: Vec<(&str, Vec<f32>)> = wanted.map(|name| (name, golden.get(name).expect("a tensor").1)).collect();
    assert!(theirs.iter().any(|(name, _)| name.starts_with("hooks/")), "the golden has gradients of patterns");
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

fn derivatives(name: &str, batch: &Batch, choice: Choice, captured: &[&str]) -> (Trainer, Derivatives) {
    let (trainer, mut device) = trainer(name, batch, choice, captured);
    let captured: Vec<String> = captured.iter().map(|glob| glob.to_string()).collect();
    let found = block_on(trainer.derivatives(&mut device, batch, &captured)).expect("gradients");
    (trainer, found)
}

#[test]
fn a_gradient_that_is_merely_passed_on_has_a_name() {
    let golden = Golden::at(&goldens().join("gradients/gpt2.safetensors"));
    let (_, found) = derivatives("gpt2", &batch(&golden, "batch/"), Choice::Cpu, &["blocks.1.hook_mlp_out"]);
    let names: Vec<&str> = found.activations.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["blocks.1.hook_mlp_out", "blocks.1.hook_mlp_out_grad"]);
}
