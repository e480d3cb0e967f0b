//! Weights that stay as they are while others learn.

mod common;

use std::sync::Arc;

use common::goldens;
use common::shell::{model, refused};
use common::training::{batches, trainer, untrained};
use diorama::device::Choice;
use diorama::graph::{Kind, NodeId};
use diorama::train::{Batch, Optimizer, Setup, Trainer};
use pollster::block_on;

const STEPS: usize = 4;

fn globs(globs: &[&str]) -> Vec<String> {
    globs.iter().map(|glob| glob.to_string()).collect()
}

fn first_batches(name: &str) -> Vec<Batch> {
    batches(&common::Golden::at(&goldens().join(format!("gradients/{name}.batches.safetensors"))))
}

/// Takes some steps; the names of the weights that are other numbers then.
fn changed(name: &str, choice: Choice, setup: &Setup) -> Vec<String> {
    let batches = first_batches(name);
    let (mut trainer, mut device) = trainer(name, &batches[0], choice, setup);
    trainer.plan(Optimizer { rate: 1e-2, ..Optimizer::default() }, STEPS).expect("a plan");
    let before = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
    for step in 0..STEPS {
        block_on(trainer.step(&mut device, &batches[step % batches.len()])).expect("a step");
    }
    let after = block_on(trainer.snapshot(&mut device)).expect("a snapshot");
    let pairs = trainer.weights(&before).into_iter().zip(trainer.weights(&after));
    let moved = pairs.filter(|((_, before), (_, after))| before != after);
    moved.map(|((id, _), _)| trainer.graph().node(id).name.clone()).collect()
}

#[test]
fn only_the_head_learns() {
    for choice in [Choice::Cpu, Choice::Gpu] {
        let setup = Setup { trained: globs(&["classifier.*"]), ..Setup::default() };
        let moved = changed("bert-classification", choice, &setup);
        assert_eq!(moved, ["classifier.weight", "classifier.bias"]);
    }
}

#[test]
fn everything_learns_but_the_embedding() {
    let setup = Setup { frozen: globs(&["transformer.wte.*"]), ..Setup::default() };
    let moved = changed("gpt2", Choice::Cpu, &setup);
    assert!(moved.len() > 10 && !moved.iter().any(|name| name.contains("wte")), "{moved:?}");
    // The head is tied to it: under either name it is the same weight.
    assert_eq!(changed("gpt2", Choice::Cpu, &Setup { frozen: globs(&["lm_head.weight"]), ..Setup::default() }), moved);
}

#[test]
fn a_frozen_weight_costs_nothing() {
    let batch = &first_batches("llama1")[0];
    let setup = Setup { trained: globs(&["lm_head.weight"]), ..Setup::default() };
    let part = Trainer::new(Arc::new(untrained("llama1")), batch, &setup).expect("a trainer");
    let whole = Trainer::new(Arc::new(untrained("llama1")), batch, &Setup::default()).expect("a trainer");
    let states = |trainer: &Trainer| {
        let graph = trainer.graph().clone();
        let ids = (0..graph.nodes.len()).map(NodeId);
        ids.filter(|id| graph.node(*id).kind == Kind::State).map(|id| graph.node(id).name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(states(&part).iter().filter(|name| name.ends_with(".mean")).count(), 1, "{:?}", states(&part));
    assert!(part.bytes() < whole.bytes());
    // Nothing comes back for the layers below.
    assert!(part.graph().nodes.iter().all(|node| !node.name.contains("layers.0") || !node.name.ends_with("_grad")));
}

#[test]
fn globs_that_match_nothing_are_one_sentence() {
    let given = goldens().join("gradients/gpt2.batches.safetensors").display().to_string();
    let ask = |what: &str, more: &[&str], substance: &[&str]| {
        refused(what, &[&["train", &model("gpt2"), "--batches", &given, "--steps", "1"], more].concat(), substance);
    };
    ask("a weight that is not there", &["--train", "classifier.*"], &["classifier.*", "no weight", "transformer.wte.weight"]);
    ask("a frozen weight that is not there", &["--freeze", "h.9.*"], &["h.9.*", "no weight"]);
    ask("nothing left", &["--freeze", "*"], &["frozen", "nothing"]);
}
