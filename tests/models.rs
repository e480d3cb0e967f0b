//! Every architecture against `transformers`: each hook in graph order, on both devices, so that the first wrong node is
//! named. `training/golden.py` wrote the goldens.

use std::path::{Path, PathBuf};

use diorama::device::Choice;
use diorama::generate::{Engine, Input, Sampling};
use diorama::models;
use diorama::weights::Checkpoint;
use pollster::block_on;
use safetensors::SafeTensors;

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

fn engine(model: &str, choice: Choice) -> Engine {
    let dir = goldens().join("models").join(model);
    let config = std::fs::read_to_string(dir.join("config.json")).expect("a golden's config.json");
    let bytes = std::fs::read(dir.join("model.safetensors")).expect("a golden's model.safetensors");
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound checkpoint");
    let model = models::build(&config, &checkpoint.names()).expect("a known architecture");
    let parameters = checkpoint.parameters(&model.graph).expect("all tensors in place");
    block_on(Engine::open(model, parameters, choice)).expect("the device opens")
}

/// The reference's numbers, and the inputs that gave them.
struct Golden {
    bytes: Vec<u8>,
}

impl Golden {
    fn open(name: &str) -> Self {
        Golden { bytes: std::fs::read(goldens().join(name)).expect("a golden file") }
    }

    fn tensors(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.bytes).expect("a sound golden file")
    }

    fn get(&self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        let tensors = self.tensors();
        let view = tensors.tensor(name).ok()?;
        let numbers = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Some((view.shape().to_vec(), numbers))
    }

    fn ids(&self, name: &str) -> Vec<u32> {
        self.get(name).unwrap_or_else(|| panic!("the golden lacks {name}")).1.into_iter().map(|id| id as u32).collect()
    }

    fn input(&self, case: usize) -> Input {
        Input {
            ids: self.ids(&format!("case{case}/input.ids")),
            decoder_ids: self.ids(&format!("case{case}/input.decoder_ids")),
            attention_mask: self.ids(&format!("case{case}/input.attention_mask")),
        }
    }

    fn cases(&self) -> usize {
        (0..).take_while(|case| self.get(&format!("case{case}/logits")).is_some()).count()
    }
}

/// max |Δ| ≤ 1e-4 × max(1, max |x|); what is masked in one is masked in the other. A NaN fails.
fn check(what: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{what}: sizes differ");
    let largest = theirs.iter().filter(|x| **x > -1.0e29).fold(1.0f32, |max, x| max.max(x.abs()));
    for (index, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let close = (a - b).abs() <= 1e-4 * largest;
        assert!(close, "{what}[{index}]: {a}, the reference has {b} (largest {largest})");
    }
}

fn every_hook(model: &str, golden: &str, choice: Choice) {
    let golden = Golden::open(golden);
    let mut engine = engine(model, choice);
    assert!(golden.cases() >= 3, "padded, shortest and long inputs");
    for case in 0..golden.cases() {
        let trace = block_on(engine.run(&golden.input(case), &["*".into()])).expect("a run");
        let mut compared = 0;
        for tensor in &trace.activations {
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
    for case in 0..golden.cases() {
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

golden!(t5_v1_0, "t5-v1_0", "t5-v1_0-relu.safetensors");
golden!(t5_v1_1, "t5-v1_1", "t5-v1_1-gated.safetensors");
