//! The command as other people's scripts see it: what it writes and prints. What it refuses is in refusals.rs.

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use common::shell::{diorama, list, model, refused, scratch, stdout};
use common::{Golden, check, folder};
use safetensors::SafeTensors;
use safetensors::tensor::Dtype;

#[test]
fn inspect_tells_architecture_sizes_and_hooks() {
    let told = stdout(&diorama(&["inspect", &model("t5-v1_0")]));
    for line in [
        "T5ForConditionalGeneration, encoder-decoder",
        "3 layers, 3 heads, d_model 24, vocabulary 61",
        "26880 parameters in 60 tensors",
        "  decoder.2.cross_attn.hook_pattern  batch head query_pos key_pos",
        "  encoder.0.attn.hook_k  batch pos kv_head d_head",
        "  logits  batch pos d_vocab",
    ] {
        assert!(told.lines().any(|told| told == line), "{line:?} is not among\n{told}");
    }
}

#[test]
fn inspect_tells_what_is_shared_and_what_the_cache_takes() {
    let lines = |name: &str| stdout(&diorama(&["inspect", &model(name)])).lines().map(str::to_string).collect::<Vec<_>>();
    let albert = lines("albert-mlm");
    assert!(albert.contains(&"11131 parameters in 44 tensors".to_string()), "{albert:?}");
    assert!(albert.contains(&"20929 virtual parameters, what layers share counted in each".to_string()), "{albert:?}");
    assert!(!lines("bert-mlm").iter().any(|line| line.contains("virtual")), "BERT shares no layer");
    // 2 layers × (key + value) × 2 heads × 6 numbers × 4 bytes; 6 heads or 1 otherwise.
    let cache = "key/value cache: grouped-query, 2 of 6 heads, 192 bytes a token in f32 (multi-head 576, multi-query 96)";
    assert!(lines("llama2-gqa").contains(&cache.to_string()));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let mut told = Command::new(env!("CARGO_BIN_EXE_diorama"))
        .args(["inspect", &model("t5-v1_0")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(told.stdout.take()); // as `| head` does
    let told = told.wait_with_output().expect("the command ends");
    assert!(told.status.success() && told.stderr.is_empty(), "{told:?}");
}

#[test]
fn run_writes_logits_and_the_hooks_that_a_glob_names() {
    let golden = Golden::open("t5-v1_0-relu.safetensors");
    let (input, file) = (golden.input(0), scratch("run").join("trace.safetensors"));
    let [ids, mask, decoder] = [&input.ids, &input.attention_mask, &input.decoder_ids].map(|ids| list(ids));
    let path = file.display().to_string();
    let mut arguments = vec!["run", "--ids", &ids, "--attention-mask", &mask, "--decoder-ids", &decoder, "--out", &path];
    arguments.extend(["--capture", "*.cross_attn.hook_pattern", "--capture", "encoder.1.hook_resid_post"]);
    let folder = model("t5-v1_0");
    arguments.insert(1, &folder);
    let told = diorama(&arguments);
    assert!(told.status.success(), "{told:?}");

    let bytes = std::fs::read(&file).expect("a trace");
    let trace = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let mut names = trace.names().into_iter().map(|name| name.to_string()).collect::<Vec<_>>();
    names.sort();
    let pattern = |l: usize| format!("decoder.{l}.cross_attn.hook_pattern");
    assert_eq!(names, [pattern(0), pattern(1), pattern(2), "encoder.1.hook_resid_post".into(), "logits".into()]);
    for (name, view) in trace.tensors() {
        let (shape, theirs) = golden.get(&format!("case0/{name}")).expect("the golden has it");
        assert_eq!((view.dtype(), view.shape()), (Dtype::F32, shape.as_slice()), "{name}");
        let ours: Vec<f32> = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        check(&name, &ours, &theirs);
    }
    let (_, metadata) = SafeTensors::read_metadata(&bytes).expect("a header");
    let axes = metadata.metadata().as_ref().and_then(|axes| axes.get("logits")).expect("the axes of logits");
    assert_eq!(axes, "batch pos d_vocab");
}

#[test]
fn every_hook_at_once_has_each_head_once() {
    for (name, heads) in [("bert-pretraining", ["logits", "nsp_logits"]), ("albert-pretraining", ["logits", "sop_logits"])] {
        let (golden, file) = (Golden::open(&format!("{name}.safetensors")), scratch("heads").join("trace.safetensors"));
        let [ids, path, dir] = [list(&golden.input(1).ids), file.display().to_string(), model(name)];
        stdout(&diorama(&["run", &dir, "--ids", &ids, "--capture", "*", "--capture", "*logits", "--out", &path]));
        let bytes = std::fs::read(&file).expect("a trace");
        let trace = SafeTensors::deserialize(&bytes).expect("a safetensors file");
        assert!(trace.len() > 30 && heads.iter().all(|head| trace.tensor(head).is_ok()), "{name}: {:?}", trace.names());
        let told = stdout(&diorama(&["run", &dir, "--ids", &ids, "--capture", "*"]));
        assert!(heads.iter().all(|head| told.matches(&format!("{head}  1×")).count() == if *head == "logits" { 2 } else { 1 }));
    }
}

#[test]
fn run_without_a_file_prints_a_line_for_each_tensor() {
    let told = stdout(&diorama(&["run", &model("t5-v1_1"), "--ids", "5,9,2", "--capture", "encoder.0.hook_resid_pre"]));
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].starts_with("logits  1×1×61  from "), "{told}");
    assert!(lines[1].starts_with("encoder.0.hook_resid_pre  1×3×24  from "), "{told}");
}

#[cfg(unix)]
#[test]
fn the_file_that_run_writes_is_an_ordinary_one() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = scratch("out");
    let [file, link, other] = ["trace.safetensors", "link.safetensors", "other"].map(|name| dir.join(name));
    symlink(&file, &link).expect("a link");
    std::fs::write(&other, "").expect("a file");
    stdout(&diorama(&["run", &model("gpt2"), "--ids", "5", "--out", &link.display().to_string()]));
    assert!(link.is_symlink(), "the link stays a link");
    let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode(&file), mode(&other), "those may read it who may read any new file");
    SafeTensors::deserialize(&std::fs::read(&file).expect("a trace")).expect("a safetensors file");
    if Path::new("/dev/full").exists() {
        refused("a full disk", &["run", &model("gpt2"), "--ids", "5", "--out", "/dev/full"], &["/dev/full", "--out"]);
    }
}

#[test]
fn a_text_ends_where_the_model_has_no_further_position() {
    // 40 positions: 36 tokens after a prompt of 5, because the last is not read.
    let prompt = "5,9,2,7,33";
    for (more, n) in [(&[][..], 36), (&["--beams", "2"][..], 36), (&["--max-new-tokens", "7"][..], 7)] {
        let told = stdout(&diorama(&[&["generate", &model("gpt2"), "--ids", prompt, "--json"], more].concat()));
        let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        let ids = told["ids"].as_array().expect("ids");
        assert!(ids.len() == n || ids.last() == Some(&60.into()), "{more:?}: {ids:?}");
    }
}

#[test]
fn ids_need_no_sound_tokenizer() {
    let (whole, dir) = (folder("gpt2"), scratch("broken tokenizer"));
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(whole.join(name), dir.join(name)).expect("a file");
    }
    std::fs::write(dir.join("tokenizer.json"), "{").expect("a file");
    let dir = dir.display().to_string();
    let told = stdout(&diorama(&["generate", &dir, "--ids", "5", "--max-new-tokens", "3", "--json"]));
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((told["ids"].as_array().map(Vec::len), &told["text"]), (Some(3), &serde_json::Value::Null));
    refused("text", &["generate", &dir, "--text", "I"], &["tokenizer.json", "--ids"]);
}

#[test]
fn generate_prints_the_ids_that_the_reference_chose() {
    for (name, golden) in [("t5-v1_0", "t5-v1_0-relu.safetensors"), ("t5-v1_1", "t5-v1_1-gated.safetensors")] {
        let golden = Golden::open(golden);
        let (input, greedy) = (golden.input(0), golden.ids("case0/greedy"));
        let [ids, mask] = [&input.ids, &input.attention_mask].map(|ids| list(ids));
        let n = greedy.len().to_string();
        for device in ["cpu", "gpu"] {
            let dir = model(name);
            let arguments = ["generate", &dir, "--ids", &ids, "--attention-mask", &mask, "--max-new-tokens", &n];
            let told = stdout(&diorama(&[&arguments[..], &["--device", device, "--json"]].concat()));
            let told: serde_json::Value = serde_json::from_str(&told).expect("JSON alone on standard output");
            assert_eq!(told, serde_json::json!({ "ids": greedy, "text": null }), "{name} on {device}");
        }
    }
}

#[test]
fn generate_repeats_itself_with_its_seed() {
    let write = |seed: &str, more: &[&str]| {
        let dir = model("t5-v1_0");
        let arguments = ["generate", &dir, "--ids", "7,33,1", "--max-new-tokens", "12", "--seed", seed, "--temperature", "1"];
        stdout(&diorama(&[&arguments[..], more].concat()))
    };
    assert_eq!(write("1", &[]), write("1", &[]));
    assert!((2..6).any(|seed| write(&seed.to_string(), &[]) != write("1", &[])), "another seed, another text");
    assert_eq!(write("1", &["--top-k", "1"]), write("2", &["--top-k", "1"]), "one candidate leaves no choice");
}

/// What begins and ends a text may stand in a file of its own, which wins over config.json.
#[test]
fn generation_follows_its_own_config() {
    let (whole, dir) = (folder("t5-v1_0"), scratch("generation config"));
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(whole.join(name), dir.join(name)).expect("a file");
    }
    let path = dir.display().to_string();
    let arguments = ["generate", &path, "--ids", "7,33,1", "--max-new-tokens", "12"];
    let write = |more: &[&str]| stdout(&diorama(&[&arguments[..], more].concat())).trim().to_string();
    let follow = |change: serde_json::Value| {
        std::fs::write(dir.join("generation_config.json"), change.to_string()).expect("a file");
    };
    let free = write(&[]);
    let ids: Vec<u32> = free.split(',').map(|id| id.parse().expect("an id")).collect();
    let end = ids[2];
    let until = 1 + ids.iter().position(|id| *id == end).expect("it is there");
    for ends in [serde_json::json!(end), serde_json::json!([60, end])] {
        follow(serde_json::json!({ "eos_token_id": ends, "pad_token_id": 0 }));
        assert_eq!(write(&[]), list(&ids[..until]), "{ends}");
    }
    follow(serde_json::json!({ "decoder_start_token_id": 5 }));
    assert_ne!(write(&[]), free, "another beginning");
    follow(serde_json::json!({ "decoder_start_token_id": 900 }));
    refused("a start outside", &arguments, &["config: ", "decoder_start_token_id 900", "vocabulary"]);
    follow(serde_json::json!({ "eos_token_id": "end" }));
    refused("a word", &arguments, &["eos_token_id is \"end\" in generation_config.json"]);
}

/// Greedy stays the default and arguments win; a setting that is not taken is told on standard error, with the arguments that ask for it.
#[test]
fn generation_settings_act_or_are_told() {
    let (whole, dir) = (folder("gpt2"), scratch("generation settings"));
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(whole.join(name), dir.join(name)).expect("a file");
    }
    let path = dir.display().to_string();
    let write = |settings: serde_json::Value, more: &[&str]| {
        std::fs::write(dir.join("generation_config.json"), settings.to_string()).expect("a file");
        let told = diorama(&[&["generate", &path, "--ids", "5,9,2,30"], more].concat());
        (stdout(&told).trim().split(',').count(), String::from_utf8_lossy(&told.stderr).into_owned())
    };
    let json = |text: &str| -> serde_json::Value { serde_json::from_str(text).expect("JSON") };
    let plain = json(r#"{ "eos_token_id": 60, "no_repeat_ngram_size": 2, "temperature": 0.7 }"#);
    assert_eq!(write(plain.clone(), &["--max-new-tokens", "7"]), (7, String::new()), "what acts needs no word");
    assert_eq!(write(json(r#"{ "eos_token_id": 60, "max_length": 9 }"#), &[]).0, 5, "prompt and text together");
    assert_eq!(write(json(r#"{ "eos_token_id": 60, "max_new_tokens": 3 }"#), &["--max-new-tokens", "8"]).0, 8);
    let cases = [
        (
            r#"{ "eos_token_id": 60, "do_sample": true, "temperature": 0.7, "top_p": 0.9 }"#,
            "--temperature 0.7 --top-k 50 --top-p 0.9",
        ),
        (r#"{ "eos_token_id": 60, "num_beams": 4 }"#, "--beams 4"),
        (r#"{ "eos_token_id": 60, "guidance_scale": 3 }"#, "guidance_scale 3, which is left out"),
        (r#"{ "bos_token_id": 60 }"#, "names no eos_token_id"),
    ];
    for (settings, sentence) in cases {
        let (_, told) = write(json(settings), &["--max-new-tokens", "2"]);
        assert!(told.starts_with("note: generation_config.json ") && told.contains(sentence), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    let asked = ["--max-new-tokens", "2", "--temperature", "0.7", "--top-k", "50", "--top-p", "0.9"];
    assert_eq!(write(json(cases[0].0), &asked).1, "", "what is asked for needs no word");
    assert!(write(plain, &["--beams", "2", "--top-k", "3"]).1.contains("a beam search draws nothing"));
    std::fs::write(dir.join("generation_config.json"), r#"{ "max_length": 4 }"#).expect("a file");
    refused("no room", &["generate", &path, "--ids", "5,9,2,30"], &["max_length 4", "4 tokens"]);
}

#[test]
fn a_checkpoint_in_two_files_is_the_same_model() {
    let (whole, parts) = (folder("llama2-gqa"), scratch("shards"));
    let bytes = std::fs::read(whole.join("model.safetensors")).expect("a golden's weights");
    let tensors = SafeTensors::deserialize(&bytes).expect("a safetensors file").tensors();
    let mut weight_map = std::collections::BTreeMap::new();
    for (index, half) in tensors.chunks(tensors.len().div_ceil(2)).enumerate() {
        let file = format!("model-0000{}-of-00002.safetensors", index + 1);
        weight_map.extend(half.iter().map(|(name, _)| (name.clone(), file.clone())));
        let views = half.iter().map(|(name, view)| (name, view));
        safetensors::serialize_to_file(views, None, &parts.join(&file)).expect("a file");
    }
    let index = serde_json::json!({ "weight_map": weight_map }).to_string();
    std::fs::write(parts.join("model.safetensors.index.json"), index).expect("a file");
    std::fs::copy(whole.join("config.json"), parts.join("config.json")).expect("a file");
    let write =
        |dir: &Path| stdout(&diorama(&["generate", &dir.display().to_string(), "--ids", "5,9,2", "--max-new-tokens", "9"]));
    assert_eq!(write(&parts), write(&whole));

    std::fs::remove_file(parts.join("model-00002-of-00002.safetensors")).expect("a file");
    std::fs::copy(whole.join("model.safetensors"), parts.join("model.safetensors")).expect("a file");
    assert_eq!(write(&parts), write(&whole), "one file of weights goes before an index");
    std::fs::remove_file(parts.join("model.safetensors")).expect("a file");
    refused("a shard is gone", &["inspect", &parts.display().to_string()], &["model-00002-of-00002.safetensors"]);
    std::fs::write(parts.join("model.safetensors.index.json"), "{}").expect("a file");
    refused("an index without names", &["inspect", &parts.display().to_string()], &["index.json", "weight_map"]);
}

/// The file of one run holds what another takes: its hooks under their names.
#[test]
fn interventions_are_read_from_a_file() {
    let (golden, dir) = (Golden::open("interventions.safetensors"), scratch("intervene"));
    let cases = std::fs::read_to_string(common::goldens().join("interventions.json")).expect("the golden's cases");
    let cases: Vec<serde_json::Value> = serde_json::from_str(&cases).expect("a list of cases");
    let patch = "blocks.0.hook_resid_post";
    let wanted = |case: &serde_json::Value| case["model"] == "gpt2" && case["interventions"][0]["hook"] == patch;
    let index = cases.iter().position(wanted).expect("a case that takes an activation from another text");
    let path = |name: &str| dir.join(name).display().to_string();
    let file = |name: &str, change: serde_json::Value| {
        std::fs::write(dir.join(name), change.to_string()).expect("a file");
        path(name)
    };
    let folder = model("gpt2");
    let run = |more: &[&str]| diorama(&[&["run", &folder, "--out"][..], more].concat());
    // The text that training/golden_interventions.py takes it from.
    let donor = run(&[&path("donor.safetensors"), "--ids", "5,44,8,29,60,3,11", "--capture", "blocks.0.hook_*"]);
    assert!(donor.status.success(), "{donor:?}");

    let changes = file("changes.json", serde_json::json!([{ "hook": patch, "from": "donor.safetensors" }]));
    let ids: Vec<u32> = serde_json::from_value(cases[index]["ids"].clone()).expect("ids");
    for device in ["cpu", "gpu"] {
        let trace = path("trace.safetensors");
        let told = run(&[&trace, "--ids", &list(&ids), "--intervene", &changes, "--device", device]);
        assert!(told.status.success(), "{told:?}");
        let trace = Golden::at(&dir.join("trace.safetensors"));
        let logits = |golden: &Golden, name: &str| golden.get(name).expect("logits").1;
        check("logits", &logits(&trace, "logits"), &logits(&golden, &format!("case{index}/logits")));

        let greedy = golden.ids(&format!("case{index}/greedy"));
        let n = greedy.len().to_string();
        let arguments = ["generate", &folder, "--ids", &list(&ids), "--max-new-tokens", &n, "--json", "--intervene", &changes];
        let told: serde_json::Value =
            serde_json::from_str(&stdout(&diorama(&[&arguments[..], &["--device", device]].concat()))).expect("JSON");
        assert_eq!(told["ids"], serde_json::json!(greedy), "on {device}");
    }

    // An earlier hook of the same pass: attention in the place of the MLP.
    let same = file("same.json", serde_json::json!([{ "hook": "blocks.0.hook_mlp_out", "from": "blocks.0.hook_attn_out" }]));
    let trace = path("same.safetensors");
    assert!(run(&[&trace, "--ids", &list(&ids), "--intervene", &same, "--capture", "blocks.0.hook_*_out"]).status.success());
    let trace = Golden::at(&dir.join("same.safetensors"));
    assert_eq!(trace.get("blocks.0.hook_mlp_out"), trace.get("blocks.0.hook_attn_out"));

    let bad: [(&str, serde_json::Value, &[&str]); 6] = [
        ("no-such-source.json", serde_json::json!({ "hook": patch, "from": "blocks.9.hook_z" }), &["blocks.9.hook_z", "no hook"]),
        ("no-such-hook.json", serde_json::json!({ "hook": "blocks.9.hook_z", "set": 0 }), &["blocks.9.hook_z", "no hook"]),
        ("no-such-file.json", serde_json::json!({ "hook": patch, "from": "nowhere.safetensors" }), &["nowhere.safetensors"]),
        ("no-file.json", serde_json::json!({ "hook": patch, "from": 7 }), &["from is 7", "safetensors"]),
        (
            "not-in-it.json",
            serde_json::json!({ "hook": "blocks.1.hook_mlp_out", "from": "donor.safetensors" }),
            &["none of this name"],
        ),
        ("not-json.json", serde_json::json!("x"), &["names no hook"]),
    ];
    for (name, change, substance) in bad {
        let file = file(name, change);
        refused(name, &["run", &folder, "--ids", "5,9,2", "--intervene", &file], &[&["interventions: "][..], substance].concat());
        refused(name, &["generate", &folder, "--ids", "5,9,2", "--intervene", &file], substance);
    }
    refused("no file", &["run", &folder, "--ids", "5", "--intervene", &path("absent.json")], &["absent.json"]);
}
