//! What several tests share: the tiny checkpoints of `tests/goldens`, the reference's numbers on them, and the bound that
//! both devices keep.
#![allow(dead_code)] // every test takes a part of this

pub mod shell;
pub mod training;

use std::path::{Path, PathBuf};

use diorama::device::Choice;
use diorama::generate::{Engine, Input};
use diorama::models;
use diorama::tensor::Tensor;
use diorama::weights::Checkpoint;
use pollster::block_on;
use safetensors::SafeTensors;

/// Masked scores are below this, all others above.
pub const NEARLY_MASKED: f32 = -1.0e29;

pub fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

/// The folder of a golden's checkpoint.
pub fn folder(model: &str) -> PathBuf {
    goldens().join("models").join(model)
}

pub fn engine(model: &str, choice: Choice) -> Engine {
    engine_in(&folder(model), choice)
}

pub fn engine_in(dir: &Path, choice: Choice) -> Engine {
    let config = std::fs::read_to_string(dir.join("config.json")).expect("a golden's config.json");
    let bytes = std::fs::read(dir.join("model.safetensors")).expect("a golden's model.safetensors");
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound checkpoint");
    let model = models::build(&config, &checkpoint.names()).expect("a known architecture");
    let parameters = checkpoint.parameters(&model.graph).expect("all tensors in place");
    block_on(Engine::open(model, parameters, choice)).expect("the device opens")
}

/// A padded text for an encoder-decoder.
pub fn source() -> Input {
    Input { ids: vec![7, 33, 12, 50, 2, 19, 1, 0, 0], attention_mask: vec![1, 1, 1, 1, 1, 1, 1, 0, 0], ..Input::default() }
}

/// The reference's numbers, and the inputs that gave them.
pub struct Golden {
    bytes: Vec<u8>,
}

impl Golden {
    pub fn open(name: &str) -> Self {
        Golden::at(&goldens().join(name))
    }

    pub fn at(path: &Path) -> Self {
        Golden { bytes: std::fs::read(path).expect("a golden file") }
    }

    pub fn tensors(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.bytes).expect("a sound golden file")
    }

    pub fn get(&self, name: &str) -> Option<(Vec<usize>, Vec<f32>)> {
        let tensors = self.tensors();
        let view = tensors.tensor(name).ok()?;
        let numbers = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Some((view.shape().to_vec(), numbers))
    }

    pub fn ids(&self, name: &str) -> Vec<u32> {
        self.get(name).unwrap_or_else(|| panic!("the golden lacks {name}")).1.into_iter().map(|id| id as u32).collect()
    }

    pub fn input(&self, case: usize) -> Input {
        // What an architecture does not read is left out.
        let optional = |name: &str| {
            let name = format!("case{case}/input.{name}");
            if self.get(&name).is_some() { self.ids(&name) } else { vec![] }
        };
        Input {
            ids: self.ids(&format!("case{case}/input.ids")),
            decoder_ids: optional("decoder_ids"),
            attention_mask: optional("attention_mask"),
            token_type_ids: optional("token_type_ids"),
        }
    }

    pub fn cases(&self) -> usize {
        (0..).take_while(|case| self.get(&format!("case{case}/input.ids")).is_some()).count()
    }
}

/// max |Δ| ≤ 1e-4 × max(1, max |x|); what is masked in one is masked in the other. A NaN fails.
pub fn check(what: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{what}: sizes differ");
    let largest = theirs.iter().filter(|x| **x > NEARLY_MASKED).fold(1.0f32, |max, x| max.max(x.abs()));
    for (index, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let close = (a - b).abs() <= 1e-4 * largest;
        assert!(close, "{what}[{index}]: {a}, the reference has {b} (largest {largest})");
    }
}

/// The same numbers: bit for bit on the CPU, within [`check`]'s bound on the GPU.
pub fn same(what: &str, choice: Choice, ours: &[f32], theirs: &[f32]) {
    match choice {
        Choice::Cpu => {
            assert_eq!(ours.len(), theirs.len(), "{what}: sizes differ");
            let first = ours.iter().zip(theirs).position(|(a, b)| a.to_bits() != b.to_bits());
            assert!(first.is_none(), "{what}: differs from [{}] on", first.unwrap_or_default());
        }
        Choice::Gpu | Choice::Auto => check(what, ours, theirs),
    }
}

/// The activation of this name.
pub fn activation<'t>(activations: &'t [Tensor], name: &str) -> &'t Tensor {
    activations.iter().find(|tensor| tensor.name == name).unwrap_or_else(|| panic!("{name} was not captured"))
}

/// The same tests for both T5 checkpoints on both devices: `for_every_engine!(property, …)`, each `fn(&str, Choice)`.
#[allow(unused_macros)] // not every test is about every engine
macro_rules! for_every_engine {
    ($($property:ident),+ $(,)?) => {
        mod t5_v1_0_on_the_cpu { $( #[test] fn $property() { super::$property("t5-v1_0", diorama::device::Choice::Cpu); } )+ }
        mod t5_v1_0_on_the_gpu { $( #[test] fn $property() { super::$property("t5-v1_0", diorama::device::Choice::Gpu); } )+ }
        mod t5_v1_1_on_the_cpu { $( #[test] fn $property() { super::$property("t5-v1_1", diorama::device::Choice::Cpu); } )+ }
        mod t5_v1_1_on_the_gpu { $( #[test] fn $property() { super::$property("t5-v1_1", diorama::device::Choice::Gpu); } )+ }
    };
}
#[allow(unused_imports)]
pub(crate) use for_every_engine;
