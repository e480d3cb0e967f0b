//! Fresh weights: each tensor as `transformers` would begin it (`goldens/initial.json`, from `training/golden_initial.py`), the same for the same seed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use diorama::models;
use diorama::tensor::Tensor;
use diorama::train::{initialise, published};
use serde_json::{Value, json};

fn goldens() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens")
}

fn read(path: &PathBuf) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn fresh(config: &str, seed: u64) -> Vec<Tensor> {
    let model = models::build(config, &[]).expect("a model");
    let parameters = initialise(&model, config, seed).expect("fresh weights");
    published(&model, config, &parameters, seed).expect("tensors")
}

/// The greatest difference, in standard errors, between what was drawn and its law.
fn check(name: &str, tensor: &Tensor, law: &Value) {
    let shape: Vec<usize> = serde_json::from_value(law["shape"].clone()).expect("a shape");
    assert_eq!(tensor.shape, shape, "{name}");
    if let Some(constant) = law["constant"].as_f64() {
        assert!(tensor.data.iter().all(|number| f64::from(*number) == constant), "{name} is not {constant} everywhere");
        return;
    }
    let want = law["std"].as_f64().expect("a deviation");
    let zero = law["zero_row"].as_u64().map(|row| row as usize);
    let rows = tensor.data.chunks_exact(shape[1]).enumerate();
    let mut drawn = vec![];
    for (row, numbers) in rows {
        match Some(row) == zero {
            true => assert!(numbers.iter().all(|number| *number == 0.0), "{name}: row {row} is padding"),
            false => drawn.extend(numbers.iter().map(|number| f64::from(*number))),
        }
    }
    let n = drawn.len() as f64;
    let mean = drawn.iter().sum::<f64>() / n;
    let deviation = (drawn.iter().map(|number| number * number).sum::<f64>() / n).sqrt();
    // 4.5 standard errors: one tensor in a hundred thousand lies outside by chance.
    assert!(mean.abs() < 4.5 * want / n.sqrt(), "{name}: mean {mean}, deviation {want}");
    assert!((deviation - want).abs() < 4.5 * want / (2.0 * n).sqrt(), "{name}: deviation {deviation}, published {want}");
    assert!(drawn.iter().all(|number| *number != 0.0 && number.abs() < 6.0 * want), "{name}");
}

#[test]
fn every_tensor_begins_as_published() {
    let golden: BTreeMap<String, Value> = serde_json::from_str(&read(&goldens().join("initial.json"))).expect("the golden");
    assert!(golden.len() >= 18);
    for (folder, laws) in &golden {
        let text = read(&goldens().join("models").join(folder).join("config.json"));
        let mut changed: Value = serde_json::from_str(&text).expect("JSON");
        for (name, value) in laws["changed"].as_object().expect("fields") {
            changed[name] = value.clone();
        }
        for (config, laws) in [(text, &laws["published"]), (changed.to_string(), &laws["wider"])] {
            let laws = laws.as_object().expect("laws");
            let tensors = fresh(&config, 3);
            for tensor in &tensors {
                // Where a file says that the head is not tied, it has a head of its own; the reference's T5 ties it all the same.
                let Some(law) = laws.get(&tensor.name) else {
                    assert_eq!((folder.as_str(), tensor.name.as_str()), ("t5-v1_1", "lm_head.weight"));
                    continue;
                };
                check(&format!("{folder}: {}", tensor.name), tensor, law);
            }
            let missing = laws.keys().find(|name| tensors.iter().all(|tensor| tensor.name != **name));
            assert_eq!(missing, None, "{folder}");
        }
    }
}

fn gpt2(layers: usize) -> String {
    json!({ "model_type": "gpt2", "vocab_size": 29, "n_positions": 16, "n_embd": 8, "n_layer": layers, "n_head": 2 }).to_string()
}

#[test]
fn a_seed_is_the_model() {
    let (first, again, other) = (fresh(&gpt2(1), 7), fresh(&gpt2(1), 7), fresh(&gpt2(1), 8));
    assert_eq!(first, again);
    let differs = first.iter().zip(&other).filter(|(a, b)| a.data != b.data).map(|(a, _)| a.name.as_str());
    let drawn: Vec<&str> = differs.collect();
    assert!(drawn.contains(&"transformer.wte.weight") && drawn.len() == 6, "all matrices and nothing else: {drawn:?}");
    // Tensors of equal shape do not begin with the same numbers, and a deeper model begins with the same numbers below.
    let deep = fresh(&gpt2(2), 7);
    let of = |tensors: &[Tensor], name: &str| tensors.iter().find(|tensor| tensor.name == name).expect("a tensor").data.clone();
    let name = "transformer.h.0.attn.c_attn.weight";
    assert_eq!(of(&first, name), of(&deep, name));
    assert_ne!(of(&deep, name), of(&deep, "transformer.h.1.attn.c_attn.weight"));
    let attn = of(&first, name); // [in, 3 · out]: queries, keys and values differ
    assert_ne!(attn[..8], attn[8..16]);
}

#[test]
fn what_cannot_begin_is_refused_in_a_sentence() {
    let with = |name: &str, value: Value| {
        let mut config = json!({ "model_type": "bert", "architectures": ["BertForMaskedLM"], "vocab_size": 20, "hidden_size": 8,
            "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8 });
        config[name] = value;
        let config = config.to_string();
        let model = models::build(&config, &[]).expect("a model");
        initialise(&model, &config, 0).map(drop).expect_err(name).to_string()
    };
    assert_eq!(
        with("initializer_range", json!(-1)),
        "config: initializer_range is -1 in config.json; a number of at least 0 is expected"
    );
    assert_eq!(with("pad_token_id", json!(20)), "config: pad_token_id 20 is outside the vocabulary of 20 tokens");
    let huge = with("hidden_size", json!(1 << 24));
    assert!(huge.contains("MB, which is more memory than there is; choose smaller sizes in config.json"), "{huge}");
}
