//! `diorama new`: a folder with a model that has learned nothing yet, written whole or not at all.

mod common;

use std::fs;

use common::folder;
use common::shell::{diorama, refused, scratch, stdout};
use serde_json::{Value, json};

#[test]
fn what_is_written_opens_and_runs() {
    let dir = scratch("new");
    for name in
        ["bert-pretraining", "roberta-mlm", "albert-pretraining", "electra-discriminator", "t5-v1_1", "gpt2", "llama2-gqa"]
    {
        let (config, out) = (folder(name).join("config.json").display().to_string(), dir.join(name).display().to_string());
        let told = stdout(&diorama(&["new", &config, "--seed", "5", "--out", &out]));
        assert!(told.contains("fresh parameters"), "{told}");
        let decoder: &[&str] = if name.starts_with("t5") { &["--decoder-ids", "0,4"] } else { &[] };
        let told = stdout(&diorama(&[&["run", &out, "--ids", "5,9,2"], decoder].concat()));
        assert!(told.starts_with("logits  1×"), "{name}: {told}");
        assert_eq!(fs::read_dir(&out).expect("a folder").count(), 2, "config.json and model.safetensors");
        let [seed, again] = ["5", "6"].map(|seed| {
            let other = format!("{out}-{seed}");
            stdout(&diorama(&["new", &config, "--seed", seed, "--out", &other]));
            fs::read(format!("{other}/model.safetensors")).expect("weights")
        });
        let first = fs::read(format!("{out}/model.safetensors")).expect("weights");
        assert!(first == seed && first != again, "{name}: a seed is the model");
    }
    let left: Vec<String> = fs::read_dir(&dir)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    assert!(left.iter().all(|name| !name.contains("partial")), "{left:?}");
}

#[test]
fn a_folder_says_its_class_and_its_type_of_numbers() {
    let dir = scratch("new config");
    let (config, tokenizer, out) = (dir.join("c.json"), dir.join("t.json"), dir.join("deep/er/out"));
    let sizes = json!({ "model_type": "gpt2", "vocab_size": 3, "n_positions": 8, "n_embd": 4, "n_layer": 1, "n_head": 1, "torch_dtype": "float16", "bos_token_id": 0, "eos_token_id": 0 });
    fs::write(&config, sizes.to_string()).expect("a file");
    let words = json!({ "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null, "pre_tokenizer": { "type": "WhitespaceSplit" },
        "post_processor": null, "decoder": null, "model": { "type": "WordLevel", "vocab": { "a": 0, "b": 1, "c": 2 }, "unk_token": "a" } });
    fs::write(&tokenizer, words.to_string()).expect("a file");
    let [config, tokenizer, out] = [config, tokenizer, out].map(|path| path.display().to_string());
    fs::create_dir_all(&out).expect("an empty folder is as good as none");
    stdout(&diorama(&["new", &config, "--tokenizer", &tokenizer, "--out", &out]));
    let written: Value =
        serde_json::from_str(&fs::read_to_string(format!("{out}/config.json")).expect("a config")).expect("JSON");
    assert_eq!(written["architectures"], json!(["GPT2LMHeadModel"]));
    assert_eq!((written.get("torch_dtype"), &written["dtype"]), (None, &json!("float32")));
    assert_eq!(fs::read_to_string(format!("{out}/tokenizer.json")).expect("a tokenizer"), words.to_string());
    assert!(stdout(&diorama(&["run", &out, "--text", "c a"])).starts_with("logits  1×2×3"));
}

#[test]
fn what_is_bad_is_refused_and_leaves_nothing() {
    let dir = scratch("new refusals");
    let at = |name: &str| dir.join(name).display().to_string();
    let good = folder("gpt2").join("config.json").display().to_string();
    fs::create_dir(dir.join("full")).expect("a folder");
    fs::write(dir.join("full/file"), "x").expect("a file");
    fs::write(dir.join("bad.json"), r#"{"model_type": "gpt2", "n_embd": 7, "n_head": 2}"#).expect("a file");
    fs::write(dir.join("other.json"), r#"{"model_type": "mamba"}"#).expect("a file");
    let words = json!({ "version": "1.0", "added_tokens": [], "model": { "type": "WordLevel", "vocab": { "a": 700 }, "unk_token": "a" } });
    fs::write(dir.join("large.json"), words.to_string()).expect("a file");
    let out = at("out");
    refused(
        "a folder with something in it",
        &["new", &good, "--out", &at("full")],
        &["full exists and is not empty; choose another --out"],
    );
    refused("a file in the way", &["new", &good, "--out", &at("bad.json")], &["bad.json is a file", "choose another --out"]);
    refused("a folder within a file", &["new", &good, "--out", &at("bad.json/out")], &["lies in one; choose another --out"]);
    refused("sizes that do not fit", &["new", &at("bad.json"), "--out", &out], &["n_embd 7 does not divide into 2 heads"]);
    refused("another architecture", &["new", &at("other.json"), "--out", &out], &["mamba", "not built in"]);
    refused("no config", &["new", &at("none.json"), "--out", &out], &["none.json cannot be read"]);
    refused(
        "no tokenizer",
        &["new", &good, "--tokenizer", &at("bad.json"), "--out", &out],
        &["bad.json is not a tokenizer.json"],
    );
    refused(
        "more tokens than rows",
        &["new", &good, "--tokenizer", &at("large.json"), "--out", &out],
        &["701 tokens", "vocab_size in config.json is 61"],
    );
    let left = fs::read_dir(&dir).expect("a folder").count();
    assert_eq!(left, 4, "nothing is left behind");
}

/// A limit on the size of files stands for a full disk: both end a write half-way.
#[cfg(unix)]
#[test]
fn a_disk_without_room_leaves_nothing() {
    let dir = scratch("new without room");
    let (config, out) = (folder("gpt2").join("config.json").display().to_string(), dir.join("out").display().to_string());
    let limited = "trap '' XFSZ; ulimit -f 20; exec \"$@\"";
    let told = std::process::Command::new("sh")
        .args(["-c", limited, "sh", env!("CARGO_BIN_EXE_diorama"), "new", &config, "--out", &out])
        .output()
        .expect("a shell");
    let fault = String::from_utf8_lossy(&told.stderr);
    assert_eq!((told.status.code(), fault.trim_end().lines().count()), (Some(1), 1), "{fault}");
    assert!(fault.contains("out cannot be written") && fault.contains("free some space or choose another --out"), "{fault}");
    assert_eq!(fs::read_dir(&dir).expect("a folder").count(), 0, "no part of it is left");
}
