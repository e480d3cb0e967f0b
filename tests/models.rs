//! Every architecture against `transformers`: each hook in graph order, on both devices, so that the first wrong node is
//! named. `training/golden.py` and `golden_families.py` wrote the goldens.

mod common;

use common::{Golden, check, engine};
use diorama::device::Choice;
use diorama::generate::{Input, Sampling};
use pollster::block_on;

fn every_hook(model: &str, golden: &str, choice: Choice) {
    let golden = Golden::open(golden);
    let mut engine = engine(model, choice);
    assert!(golden.cases() >= 3, "padded, shortest and long inputs");
    for case in 0..golden.cases() {
        let trace = block_on(engine.run(&golden.input(case), &["*".into()])).expect("a run");
        let mut compared = 0;
        let heads = trace.logits.iter().filter(|head| !trace.activations.iter().any(|hook| hook.name == head.name));
        for tensor in trace.activations.iter().chain(heads) {
            let name = format!("case{case}/{}", tensor.name);
            let (shape, theirs) = golden.get(&name).unwrap_or_else(|| panic!("the golden lacks {name}"));
            assert_eq!(tensor.shape, shape, "{name}");
            check(&name, &tensor.data, &theirs);
            compared += 1;
        }
        let names: Vec<String> = golden.tensors().names().iter().map(|name| name.to_string()).collect();
        let hooks =
            names.iter().filter(|n| n.starts_with(&format!("case{case}/")) && !n.contains("/input.") && !n.ends_with("/greedy"));
        assert_eq!(compared, hooks.count(), "every hook of the golden was compared");
    }
}

fn greedy(model: &str, golden: &str, choice: Choice) {
    let golden = Golden::open(golden);
    let mut engine = engine(model, choice);
    let written = |case: &usize| golden.get(&format!("case{case}/greedy")).is_some();
    assert!((0..golden.cases()).any(|case| written(&case)), "some case writes");
    for case in (0..golden.cases()).filter(written) {
        let theirs = golden.ids(&format!("case{case}/greedy"));
        let input = Input { decoder_ids: vec![], ..golden.input(case) };
        let mut session = engine.start(&input).expect("a session");
        for expected in &theirs {
            let step = block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("a step");
            assert_eq!(step.id, *expected, "case {case}, token {}", step.position);
            if step.done {
                break;
            }
        }
    }
}

/// `golden!(module, checkpoint, golden)`: every hook on both devices; with `, writes`, its greedy tokens too.
macro_rules! golden {
    ($name:ident, $model:literal, $file:literal) => {
        mod $name {
            use super::*;

            #[test]
            fn every_hook_on_the_cpu() {
                every_hook($model, $file, Choice::Cpu);
            }

            #[test]
            fn every_hook_on_the_gpu() {
                every_hook($model, $file, Choice::Gpu);
            }
        }
    };
    ($name:ident, $model:literal, $file:literal, writes) => {
        mod $name {
            use super::*;

            golden!(hooks, $model, $file);

            #[test]
            fn greedy_on_the_cpu() {
                greedy($model, $file, Choice::Cpu);
            }

            #[test]
            fn greedy_on_the_gpu() {
                greedy($model, $file, Choice::Gpu);
            }
        }
    };
}

golden!(t5_v1_0, "t5-v1_0", "t5-v1_0-relu.safetensors", writes);
golden!(t5_v1_1, "t5-v1_1", "t5-v1_1-gated.safetensors", writes);
golden!(bert_pretraining, "bert-pretraining", "bert-pretraining.safetensors");
golden!(bert_mlm, "bert-mlm", "bert-mlm.safetensors");
golden!(bert_classification, "bert-classification", "bert-classification.safetensors");
golden!(bert_model, "bert-model", "bert-model.safetensors");
golden!(roberta_mlm, "roberta-mlm", "roberta-mlm.safetensors");
golden!(roberta_classification, "roberta-classification", "roberta-classification.safetensors");
golden!(albert_mlm, "albert-mlm", "albert-mlm.safetensors");
golden!(albert_pretraining, "albert-pretraining", "albert-pretraining.safetensors");
golden!(electra_mlm, "electra-mlm", "electra-mlm.safetensors");
golden!(electra_discriminator, "electra-discriminator", "electra-discriminator.safetensors");
golden!(gpt2, "gpt2", "gpt2.safetensors", writes);
golden!(gpt2_no_prefix, "gpt2-no-prefix", "gpt2.safetensors", writes);
golden!(llama1, "llama1", "llama1.safetensors", writes);
golden!(llama2_gqa, "llama2-gqa", "llama2-gqa.safetensors", writes);
golden!(llama3, "llama3", "llama3.safetensors", writes);
golden!(llama3_mqa, "llama3-mqa", "llama3-mqa.safetensors", writes);
