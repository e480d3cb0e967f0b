//! What is learnt from preferences against PyTorch: a reward model, DPO, and PPO's policy with a value head, on both devices.

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;

use common::training::{batch, trainer, untrained};
use common::{Golden, folder, goldens};
use diorama::device::{Choice, Device};
use diorama::models;
use diorama::train::{Array, Batch, Optimizer, Preference, Setup, Trainer};
use diorama::weights::Checkpoint;
use pollster::block_on;
use safetensors::tensor::TensorView;

#[derive(serde::Deserialize)]
struct Run {
    losses: Vec<f32>,
    norms: Vec<f32>,
    #[serde(default)]
    texts: Vec<f32>,
}

fn run(name: &str) -> Run {
    let runs = std::fs::read_to_string(goldens().join("gradients/preferences.json")).expect("preferences.json");
    let mut runs: BTreeMap<String, Run> = serde_json::from_str(&runs).expect("runs");
    runs.remove(name).expect("a run")
}

/// The batch of a run: whole numbers, and the others.
fn given(name: &str) -> Batch {
    let golden = Golden::at(&goldens().join("gradients/preferences.safetensors"));
    let mut found = batch(&golden, &format!("{name}/"));
    for key in ["reference_log_probs", "old_log_probs", "advantages", "returns"] {
        if let Some((shape, numbers)) = golden.get(&format!("{name}/{key}")) {
            found.arrays.insert(key.into(), Array { shape, data: numbers.into_iter().map(f64::from).collect() });
        }
    }
    found
}

fn ten_steps_are_pytorchs(run: &Run, batch: &Batch, mut trainer: Trainer, mut device: Device) {
    trainer.plan(Optimizer::default(), run.losses.len()).expect("a plan");
    for (step, (loss, norm)) in run.losses.iter().zip(&run.norms).enumerate() {
        let did = block_on(trainer.step(&mut device, batch)).expect("a step");
        let near = |ours: f32, theirs: f32, bound: f32| (ours - theirs).abs() <= bound * theirs.abs().max(1.0);
        assert!(near(did.loss, *loss, 1e-4), "at step {step} the loss is {}, PyTorch has {loss}", did.loss);
        assert!(near(did.grad_norm, *norm, 1e-3), "at step {step} the norm is {}, PyTorch has {norm}", did.grad_norm);
    }
}

const DEVICES: [Choice; 2] = [Choice::Cpu, Choice::Gpu];

fn preferring(preference: Preference) -> Setup {
    Setup { preference: Some(preference), ..Setup::default() }
}

#[test]
fn direct_preference_optimisation() {
    for choice in DEVICES {
        let (run, batch) = (run("dpo"), given("dpo"));
        let (trainer, mut device) = trainer("gpt2", &batch, choice, &preferring(Preference::Dpo { beta: 0.1 }));
        let found = block_on(trainer.log_probabilities(&mut device, &batch)).expect("log-probabilities");
        for (tokens, text) in found.iter().zip(&run.texts) {
            assert!(tokens[..2] == [0.0, 0.0], "a prompt has no labels: {tokens:?}");
            let sum: f32 = tokens.iter().sum();
            assert!((sum - text).abs() <= 1e-4 * text.abs(), "a text has {sum}, PyTorch has {text}");
        }
        // The same from a trainer that knows of no preference, and without the reference's numbers.
        let mut plain = batch.clone();
        plain.arrays.remove("reference_log_probs");
        let again = block_on(trainer.log_probabilities(&mut device, &plain)).expect("log-probabilities");
        assert_eq!(again, found);
        ten_steps_are_pytorchs(&run, &batch, trainer, device);
    }
}

#[test]
fn a_policy_with_a_value_head() {
    for choice in DEVICES {
        let (run, batch) = (run("policy"), given("policy"));
        let setup = preferring(Preference::Policy { clip: 0.2, value: Some(0.5) });
        let (trainer, device) = trainer("gpt2", &batch, choice, &setup);
        ten_steps_are_pytorchs(&run, &batch, trainer, device);
    }
}

#[test]
fn a_value_head_is_part_of_a_snapshot_and_of_shared_steps() {
    let batch = given("policy");
    let setup = preferring(Preference::Policy { clip: 0.2, value: Some(0.5) });
    let ready = || trainer("gpt2", &batch, Choice::Cpu, &setup);
    let (mut one, mut device) = ready();
    block_on(one.step(&mut device, &batch)).expect("a step");
    let snapshot = block_on(one.snapshot(&mut device)).expect("a snapshot");
    assert!(one.states(&snapshot).iter().any(|state| state.name == "v_head.weight" && state.data.iter().any(|x| *x != 0.0)));
    let second = block_on(one.step(&mut device, &batch)).expect("a step");
    let (mut other, mut elsewhere) = ready();
    other.restore(&mut elsewhere, &other.unpacked(&one.packed(&snapshot).expect("packed")).expect("unpacked")).expect("restored");
    let shares: Vec<Vec<f32>> =
        (0..2).map(|rank| block_on(other.share(&mut elsewhere, &batch, rank, 2)).expect("a share")).collect();
    let sum: Vec<f32> = shares[0].iter().zip(&shares[1]).map(|(a, b)| a + b).collect();
    let shared = block_on(other.learn(&mut elsewhere, &sum)).expect("a step");
    assert!(
        (shared.loss - second.loss).abs() <= 1e-5 && (shared.grad_norm - second.grad_norm).abs() <= 1e-4,
        "{shared:?} {second:?}"
    );
}

#[test]
fn a_reward_model() {
    // A classifier of three classes keeps the first.
    let config = std::fs::read_to_string(folder("bert-classification").join("config.json")).expect("config.json");
    let mut config: serde_json::Value = serde_json::from_str(&config).expect("JSON");
    config["id2label"] = serde_json::json!({ "0": "reward" });
    config["label2id"] = serde_json::json!({ "reward": 0 });
    let bytes = std::fs::read(folder("bert-classification").join("model.safetensors")).expect("model.safetensors");
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("sound");
    let one = |(name, view): (String, TensorView<'_>)| {
        let (mut shape, mut data) = (view.shape().to_vec(), view.data().to_vec());
        if name.starts_with("classifier.") {
            data.truncate(data.len() / shape[0]);
            shape[0] = 1;
        }
        (name, view.dtype(), shape, data)
    };
    let tensors: Vec<_> = file.tensors().into_iter().map(one).collect();
    let views =
        tensors.iter().map(|(name, dtype, shape, data)| (name, TensorView::new(*dtype, shape.clone(), data).expect("a view")));
    let bytes = safetensors::serialize(views, None).expect("a file");
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("sound");
    for choice in DEVICES {
        let model = models::build(&config.to_string(), &checkpoint.names()).expect("a model");
        let parameters = checkpoint.parameters(&model.graph).expect("all tensors");
        let batch = given("reward");
        let trainer = Trainer::new(Arc::new(model), &batch, &preferring(Preference::Reward)).expect("a trainer");
        let device = block_on(Device::open_untested(choice, trainer.graph().clone(), parameters)).expect("a device");
        ten_steps_are_pytorchs(&run("reward"), &batch, trainer, device);
    }
}

#[test]
fn what_does_not_fit_is_one_sentence() {
    let refused = |name: &str, preference: Preference, substance: &str| {
        let fault = Trainer::new(Arc::new(untrained(name)), &given("dpo"), &preferring(preference)).err().expect("refused");
        assert!(fault.to_string().contains(substance), "{fault}");
    };
    refused("bert-classification", Preference::Reward, "one number for each text");
    refused("bert-mlm", Preference::Dpo { beta: 0.1 }, "take a decoder");
    refused("gpt2", Preference::Dpo { beta: f32::NAN }, "beta");
    refused("gpt2", Preference::Policy { clip: 2.0, value: None }, "clip");
    refused("gpt2", Preference::Policy { clip: 0.2, value: Some(-1.0) }, "value head");

    let (trainer, mut device) = trainer("gpt2", &given("dpo"), Choice::Cpu, &preferring(Preference::Dpo { beta: 0.1 }));
    let mut wrong = |change: &dyn Fn(&mut Batch), substance: &str| {
        let mut batch = given("dpo");
        change(&mut batch);
        let fault = block_on(trainer.loss(&mut device, &batch)).expect_err("refused").to_string();
        assert!(fault.contains(substance), "{fault}");
    };
    wrong(&|batch| drop(batch.arrays.remove("reference_log_probs")), "lacks reference_log_probs");
    wrong(&|batch| drop(batch.arrays.remove("labels")), "lacks labels");
    wrong(&|batch| batch.arrays.get_mut("reference_log_probs").expect("there").data[0] = f64::NAN, "finite");
    wrong(&|batch| batch.arrays.get_mut("reference_log_probs").expect("there").shape = vec![2, 2], "[4] is expected");
    wrong(&|batch| batch.arrays.get_mut("labels").expect("there").data.fill(-100.0), "nothing to learn");
    wrong(&|batch| drop(batch.arrays.insert("returns".into(), batch.arrays["labels"].clone())), "not known");
    let three = |batch: &mut Batch| {
        for array in batch.arrays.values_mut() {
            array.data.truncate(array.data.len() / 4 * 3);
            array.shape[0] = 3;
        }
    };
    wrong(&three, "the batch has 3");
}
