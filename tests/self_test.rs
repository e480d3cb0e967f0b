//! The GPU's self-test: it blames a kernel for what the kernel does, and not for what a network makes of rounding.

mod common;

use std::sync::Arc;

use common::folder;
use diorama::device::Choice;
use diorama::generate::{Engine, Input};
use diorama::models::{self, Model};
use diorama::pass::Parameters;
use diorama::weights::Checkpoint;
use pollster::block_on;

/// Activations so steep that the last bit of a layer's input decides about the next layer: what comes out differs between any two
/// programs that add in another order.
#[test]
fn a_network_that_amplifies_rounding_is_no_fault_of_a_kernel() {
    for name in ["gpt2", "t5-v1_0", "t5-v1_1", "bert-mlm", "llama3"] {
        let (model, mut parameters) = load(name);
        let steep = [
            "c_fc.weight",
            "wi.weight",
            "wi_0.weight",
            "intermediate.dense.weight",
            "gate_proj.weight",
            "q.weight",
            "q_proj.weight",
        ];
        for (id, numbers) in &load(name).1.into_pairs().collect::<Vec<_>>() {
            if steep.iter().any(|end| model.graph.node(*id).name.ends_with(end)) {
                parameters.insert(*id, Arc::new(numbers.iter().map(|x| x * 300.0).collect()));
            }
        }
        let ids = Input { ids: vec![5, 9, 2, 30, 7], ..Input::default() };
        for choice in [Choice::Cpu, Choice::Gpu] {
            let mut engine = block_on(Engine::open(model.clone(), parameters.clone(), choice))
                .unwrap_or_else(|fault| panic!("{name} on {choice:?}: {fault}"));
            assert!(engine.device.self_test.iter().all(|test| test.passed()), "{name}: {:?}", engine.device.self_test);
            assert_eq!(engine.device.self_test.is_empty(), choice == Choice::Cpu);
            let trace = block_on(engine.run(&ids, &[])).expect("a run");
            assert!(trace.logits[0].data.iter().all(|x| x.is_finite()), "{name} on {choice:?}");
        }
    }
}

/// Every op of the model is compared, on numbers of which none is out of scale.
#[test]
fn every_op_is_compared_closely() {
    for name in ["gpt2", "t5-v1_1", "albert-pretraining", "llama2-gqa"] {
        let (model, parameters) = load(name);
        let words: std::collections::BTreeSet<&str> =
            model.graph.nodes.iter().filter_map(|node| Some(node.op()?.word())).collect();
        let engine = block_on(Engine::open(model, parameters, Choice::Gpu)).expect("a GPU");
        let tests = &engine.device.self_test;
        assert_eq!(tests.iter().map(|test| test.op).collect::<std::collections::BTreeSet<_>>(), words, "{name}");
        for test in tests {
            assert!(test.passed() && test.tolerance < 0.05, "{name}: {test:?}");
        }
    }
}

fn load(name: &str) -> (Model, Parameters) {
    let config = std::fs::read_to_string(folder(name).join("config.json")).expect("a golden's config.json");
    let bytes = std::fs::read(folder(name).join("model.safetensors")).expect("a golden's model.safetensors");
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound checkpoint");
    let model = models::build(&config, &checkpoint.names()).expect("a known architecture");
    let parameters = checkpoint.parameters(&model.graph).expect("all tensors in place");
    (model, parameters)
}
