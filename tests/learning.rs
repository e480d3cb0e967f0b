//! The commands `gradients` and `train`: what they write, and what they refuse.

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::goldens;
use common::shell::{diorama, model, refused, scratch, stdout};
use safetensors::SafeTensors;

fn batches(name: &str) -> String {
    goldens().join(format!("gradients/{name}.batches.safetensors")).display().to_string()
}

/// Names and shapes of a safetensors file.
fn table(path: &Path) -> BTreeMap<String, Vec<usize>> {
    let bytes = std::fs::read(path).expect("a safetensors file");
    let file = SafeTensors::deserialize(&bytes).expect("a sound file");
    file.tensors().into_iter().map(|(name, view)| (name, view.shape().to_vec())).collect()
}

#[test]
fn what_was_trained_is_a_folder_like_the_one_it_came_from() {
    let dir = scratch("trained");
    for name in ["gpt2", "bert-pretraining", "t5-v1_0", "llama2-gqa", "albert-mlm"] {
        let out = dir.join(name);
        let done =
            diorama(&["train", &model(name), "--batches", &batches(name), "--steps", "3", "--out", &out.display().to_string()]);
        assert!(done.status.success(), "{name}: {done:?}");
        let before = table(&Path::new(&model(name)).join("model.safetensors"));
        let after = table(&out.join("model.safetensors"));
        assert!(after.iter().all(|(tensor, shape)| before.get(tensor) == Some(shape)), "{name}: {after:?}");
        assert!(!out.with_file_name(format!(".{name}.partial")).exists());
        stdout(&diorama(&["inspect", &out.display().to_string()]));
    }
}

#[test]
fn two_runs_in_a_row_are_one_long_run() {
    let dir = scratch("resumed");
    let (first, second) = (dir.join("first"), dir.join("second"));
    let (first, second) = (first.display().to_string(), second.display().to_string());
    let run = |from: &str, steps: &str, out: &str| {
        let told = diorama(&["train", from, "--batches", &batches("gpt2"), "--steps", steps, "--json", "--out", out]);
        let lines = stdout(&told);
        lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a line of JSON")).collect::<Vec<_>>()
    };
    let whole = run(&model("gpt2"), "6", &dir.join("whole").display().to_string());
    let parts = [run(&model("gpt2"), "2", &first), run(&first, "4", &second)].concat();
    assert_eq!(whole.len(), 6);
    for (whole, part) in whole.iter().zip(&parts) {
        for key in ["step", "loss", "grad_norm", "lr", "tokens"] {
            assert_eq!(whole[key], part[key], "{key} of {whole}");
        }
        assert!(whole["ms"].as_f64().is_some());
    }
}

#[test]
fn averages_are_the_model_and_training_goes_on_from_the_weights() {
    let dir = scratch("averaged");
    let run = |from: &str, more: &[&str], out: &str| {
        let out = dir.join(out).display().to_string();
        let told =
            diorama(&[&["train", from, "--batches", &batches("gpt2"), "--lr", "1e-2", "--json", "--out", &out], more].concat());
        let lines = stdout(&told);
        let losses = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["loss"].clone());
        (losses.collect::<Vec<_>>(), out)
    };
    let numbers = |folder: &str| std::fs::read(Path::new(folder).join("model.safetensors")).expect("a model");
    for rule in ["adamw", "sgd"] {
        let settings = |steps: &'static str| ["--optimizer", rule, "--steps", steps];
        let (_, plain) = run(&model("gpt2"), &settings("4"), &format!("{rule}-plain"));
        let (whole, averaged) =
            run(&model("gpt2"), &[&settings("4")[..], &["--ema", "0.9"]].concat(), &format!("{rule}-averaged"));
        assert_ne!(numbers(&plain), numbers(&averaged));
        stdout(&diorama(&["inspect", &averaged]));
        let (first, half) = run(&model("gpt2"), &[&settings("2")[..], &["--ema", "0.9"]].concat(), &format!("{rule}-half"));
        let (second, both) = run(&half, &[&settings("2")[..], &["--ema", "0.9"]].concat(), &format!("{rule}-both"));
        assert_eq!([first, second].concat(), whole, "the averages do not change how the weights learn");
        assert_eq!(numbers(&both), numbers(&averaged));
        // Without averages, too, it goes on from the weights.
        let (third, _) = run(&half, &settings("2"), &format!("{rule}-without"));
        assert_eq!(third, whole[2..]);
    }
}

#[test]
fn gradients_lie_under_the_names_of_the_checkpoint() {
    let out = scratch("gradients").join("g.safetensors");
    let file = goldens().join("gradients/gpt2.safetensors");
    // The batch alone, under its own names.
    let bytes = std::fs::read(file).expect("a golden");
    let golden = SafeTensors::deserialize(&bytes).expect("a sound golden");
    let batch: Vec<_> =
        golden.tensors().into_iter().filter_map(|(name, view)| Some((name.strip_prefix("batch/")?.to_string(), view))).collect();
    let path = out.with_file_name("batch.safetensors");
    std::fs::write(&path, safetensors::serialize(batch, None).expect("a batch")).expect("written");
    let (batch, written) = (path.display().to_string(), out.display().to_string());
    let capture = ["--capture", "blocks.0.attn.hook_pattern"];
    let done = diorama(&[&["gradients", &model("gpt2"), "--batch", &batch][..], &capture, &["--out", &written]].concat());
    assert!(done.status.success(), "{done:?}");
    let table = table(&out);
    assert_eq!(table["loss"], [1]);
    assert_eq!(table["blocks.0.attn.hook_pattern"], table["blocks.0.attn.hook_pattern_grad"]);
    assert_eq!(table["transformer.h.0.attn.c_attn.weight"][1], 3 * table["transformer.h.0.attn.c_attn.weight"][0]);

    // The same with a part of the model cut off: its weights have no gradient, and training leaves them as they are.
    let (file, edited) = (out.with_file_name("cut.json"), out.with_file_name("edited.safetensors"));
    std::fs::write(&file, r#"[{ "hook": "blocks.0.hook_mlp_out", "set": 0 }]"#).expect("written");
    let (cut, edited_at) = (file.display().to_string(), edited.display().to_string());
    let ask = ["gradients", &model("gpt2"), "--batch", &batch, "--intervene", &cut, "--out", &edited_at];
    assert!(diorama(&ask).status.success());
    let (plain, edited) = (std::fs::read(&out).expect("written"), std::fs::read(&edited).expect("written"));
    let zero = |bytes: &[u8], name: &str| {
        SafeTensors::deserialize(bytes).expect("sound").tensor(name).expect("there").data().iter().all(|byte| *byte & 0x7f == 0)
    };
    assert!(zero(&edited, "transformer.h.0.mlp.c_fc.weight") && !zero(&plain, "transformer.h.0.mlp.c_fc.weight"));
    assert!(!zero(&edited, "transformer.h.0.attn.c_attn.weight"));
    for (changes, substance) in [
        (r#"[{ "hook": "blocks.9.hook_mlp_out_grad", "set": 0 }]"#, &["blocks.9.hook_mlp_out_grad", "no hook"][..]),
        (r#"[{ "hook": "*.hook_pattern_grad", "at": { "pos": 1 }, "set": 0 }]"#, &["no axis \"pos\""]),
    ] {
        std::fs::write(&file, changes).expect("written");
        refused("gradients", &ask, substance);
        let steps = ["train", &model("gpt2"), "--batches", &batches("gpt2"), "--steps", "1", "--intervene", &cut];
        refused("train", &steps, substance);
    }
}

#[test]
fn bad_training_is_one_sentence() {
    let out = scratch("refused").join("out").display().to_string();
    let (model, given) = (model("gpt2"), batches("gpt2"));
    let ask = |what: &str, more: &[&str], substance: &[&str]| {
        refused(what, &[&["train", &model, "--batches", &given, "--steps", "20"], more].concat(), substance);
    };
    ask("one beta", &["--betas", "0.9"], &["betas", "two"]);
    ask("a beta of more than 1", &["--betas", "0.9,1.5"], &["second beta", "1.5"]);
    ask("a folder that is taken", &["--out", &model], &["not empty"]);
    ask("momentum without SGD", &["--momentum", "0.9"], &["momentum", "sgd"]);
    ask("an average that never begins", &["--ema", "1"], &["ema", "below 1"]);
    let bert = common::shell::model("bert-model");
    refused("a model without a head", &["train", &bert, "--batches", &given, "--steps", "1"], &["no head"]);
    let llama = batches("llama3");
    refused("ids outside the vocabulary", &["train", &model, "--batches", &llama, "--steps", "1"], &["input_ids", "expected"]);
    // The rate is too large: the first steps are told, then the fault; what was good is kept.
    let broken = diorama(&["train", &model, "--batches", &given, "--steps", "20", "--lr", "1e30", "--clip", "0", "--out", &out]);
    assert_eq!(broken.status.code(), Some(1));
    let told = String::from_utf8_lossy(&broken.stderr);
    assert!(told.lines().last().is_some_and(|line| line.contains("no longer finite") && line.contains("written to")), "{told}");
    stdout(&diorama(&["inspect", &out]));
}

#[test]
fn a_model_learns_a_text_of_the_readers() {
    let dir = scratch("text");
    let (text, out) = (dir.join("text.txt"), dir.join("out").display().to_string());
    std::fs::write(&text, "The cat sat on the mat. The dog sat on the log.\n".repeat(60)).expect("written");
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/gpt2-tiny").display().to_string();
    let text = text.display().to_string();
    let data = ["--objective", "clm", "--data", &text, "--batch", "4", "--context", "16", "--steps", "12", "--lr", "3e-3"];
    let told = diorama(&[&["train", &tiny, "--json", "--out", &out][..], &data].concat());
    let losses: Vec<f64> = stdout(&told)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["loss"].as_f64().expect("a loss"))
        .collect();
    assert!(losses[11] < 0.5 * losses[0], "a text that says the same again and again is soon known: {losses:?}");
    assert!(String::from_utf8_lossy(&told.stderr).contains("held-out loss"), "{told:?}");
    // What was trained writes it on.
    let written = stdout(&diorama(&["generate", &out, "--text", "The cat sat on the", "--max-new-tokens", "3"]));
    assert!(written.contains("mat") || written.contains("log"), "{written}");
    let unknown = ["train", &tiny, "--objective", "chess", "--data", &text, "--steps", "1"];
    refused("an objective that is not known", &unknown, &["chess", "clm"]);
    let wrong = ["train", &tiny, "--objective", "mlm", "--data", &text, "--steps", "1"];
    refused("an objective of another family", &wrong, &["mlm", "encoder"]);
}
