//! What the tests of training share: batches of the goldens, and trainers of the tiny checkpoints.

use std::sync::Arc;

use diorama::device::{Choice, Device};
use diorama::models::{self, Model};
use diorama::pass::Parameters;
use diorama::train::{Array, Batch, Setup, Trainer};
use diorama::weights::Checkpoint;
use pollster::block_on;

use super::{Golden, folder};

/// The batch that lies in a golden.
pub fn batch(golden: &Golden, prefix: &str) -> Batch {
    let tensors = golden.tensors();
    let array = |name: &str| {
        let view = tensors.tensor(name).expect("a tensor");
        let data = view.data().as_chunks::<4>().0.iter().map(|b| f64::from(i32::from_le_bytes(*b))).collect();
        Array { shape: view.shape().to_vec(), data }
    };
    let names = tensors.names();
    Batch { arrays: names.iter().filter_map(|name| Some((name.strip_prefix(prefix)?.to_string(), array(name)))).collect() }
}

/// Several batches that lie in one golden, with a leading axis of steps.
pub fn batches(golden: &Golden) -> Vec<Batch> {
    batch(golden, "").rows()
}

/// A trainer of one of the tiny checkpoints, for batches like this one, and its device.
pub fn trainer(name: &str, batch: &Batch, choice: Choice, setup: &Setup) -> (Trainer, Device) {
    let (model, parameters) = opened(name);
    let trainer = Trainer::new(Arc::new(model), batch, setup).expect("a trainer");
    let device = block_on(Device::open_untested(choice, trainer.graph().clone(), parameters)).expect("a device");
    (trainer, device)
}

/// One of the tiny checkpoints as a model alone.
pub fn untrained(name: &str) -> Model {
    opened(name).0
}

fn opened(name: &str) -> (Model, Parameters) {
    let config = std::fs::read_to_string(folder(name).join("config.json")).expect("a golden's config.json");
    let bytes = std::fs::read(folder(name).join("model.safetensors")).expect("a golden's model.safetensors");
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound checkpoint");
    let model = models::build(&config, &checkpoint.distinct_names(&models::TIED)).expect("a known architecture");
    let parameters = checkpoint.parameters(&model.graph).expect("all tensors in place");
    (model, parameters)
}

/// The same test for every class on both devices: `fn(&str, Choice)`.
#[allow(unused_macros)] // not every test is about every class
macro_rules! for_every_family {
    ($property:ident) => {
        for_every_family! { $property:
            bert_pretraining "bert-pretraining",
            bert_mlm "bert-mlm",
            bert_classification "bert-classification",
            roberta_mlm "roberta-mlm",
            roberta_classification "roberta-classification",
            albert_mlm "albert-mlm",
            albert_pretraining "albert-pretraining",
            electra_mlm "electra-mlm",
            electra_discriminator "electra-discriminator",
            t5_v1_0 "t5-v1_0",
            t5_v1_1 "t5-v1_1",
            gpt2 "gpt2",
            llama1 "llama1",
            llama2_gqa "llama2-gqa",
            llama3 "llama3",
            llama3_mqa "llama3-mqa",
        }
    };
    ($property:ident: $($test:ident $name:literal),+ $(,)?) => {
        mod on_the_cpu { $( #[test] fn $test() { super::$property($name, diorama::device::Choice::Cpu); } )+ }
        mod on_the_gpu { $( #[test] fn $test() { super::$property($name, diorama::device::Choice::Gpu); } )+ }
    };
}
#[allow(unused_imports)]
pub(crate) use for_every_family;
