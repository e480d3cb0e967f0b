//! The GPU's self-test: it blames a kernel for what the kernel does, and not for what a network makes of rounding.

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::folder;
use diorama::device::Choice;
use diorama::generate::{Engine, Input};
use diorama::graph::NodeId;
use diorama::models::{self, Model};
use diorama::pass::Parameters;
use diorama::weights::Checkpoint;
use pollster::block_on;

/// Weights so large that the last bit of a layer's input decides about the next layer: what comes out differs between any two programs
/// that add in another order. Each of these networks is off by more than a kernel may be, in a whole pass on software adapters.
#[test]
fn a_network_that_amplifies_rounding_is_no_fault_of_a_kernel() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models");
    let networks: [(PathBuf, f32, &[&str]); 3] = [
        (folder("gpt2"), 30.0, &["c_fc.weight", "c_attn.weight"]),
        (ours.join("bert-tiny"), 300.0, &["intermediate.dense.weight"]),
        (ours.join("llama-tiny"), 300.0, &["gate_proj.weight", "q_proj.weight"]),
    ];
    for (folder, by, steep) in networks {
        let (model, parameters) = load(&folder);
        let larger = |(id, numbers): (NodeId, Arc<Vec<f32>>)| {
            let is_steep = steep.iter().any(|end| model.graph.node(id).name.ends_with(end));
            (id, if is_steep { Arc::new(numbers.iter().map(|x| x * by).collect()) } else { numbers })
        };
        let parameters: Parameters = parameters.into_pairs().map(larger).collect();
        let ids = Input { ids: vec![5, 9, 2, 30, 7], ..Input::default() };
        for choice in [Choice::Cpu, Choice::Gpu] {
            let what = format!("{} on {choice:?}", folder.display());
            let mut engine = block_on(Engine::open(model.clone(), parameters.clone(), choice))
                .unwrap_or_else(|fault| panic!("{what}: {fault}"));
            assert!(engine.device.self_test.iter().all(|test| test.passed()), "{what}: {:?}", engine.device.self_test);
            assert_eq!(engine.device.self_test.is_empty(), choice == Choice::Cpu, "{what}");
            let trace = block_on(engine.run(&ids, &[])).expect("a run");
            assert!(trace.logits[0].data.iter().all(|x| x.is_finite()), "{what}");
        }
    }
}

/// Every op of the model is compared, on numbers of which none is out of scale.
#[test]
fn every_op_is_compared_closely() {
    for name in ["gpt2", "t5-v1_1", "albert-pretraining", "llama2-gqa"] {
        let (model, parameters) = load(&folder(name));
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

fn load(folder: &Path) -> (Model, Parameters) {
    let config = std::fs::read_to_string(folder.join("config.json")).expect("a golden's config.json");
    let bytes = std::fs::read(folder.join("model.safetensors")).expect("a golden's model.safetensors");
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound checkpoint");
    let model = models::build(&config, &checkpoint.names()).expect("a known architecture");
    let parameters = checkpoint.parameters(&model.graph).expect("all tensors in place");
    (model, parameters)
}
