//! How a config.json becomes a model: field by field as the reference reads it, and with a sentence where this program would compute something else.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use diorama::error::Error;
use diorama::graph::{Dim, Kind, NodeId};
use diorama::models::{self, Family, Model, Positions, TIED};
use diorama::ops::Op;
use diorama::weights::Checkpoint;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

#[test]
fn every_field_is_read_as_the_reference_reads_it() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens/configs.json")).expect("the golden");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert!(cases.len() > 100, "{} cases", cases.len());
    for case in &cases {
        let config = case["config"].to_string();
        let built = models::build(&config, &[]);
        let Some(reads) = case["reads"].as_object() else {
            let fault = built.map(drop).expect_err(&format!("{config} is refused by the reference"));
            assert!(matches!(fault, Error::Config(_)), "{config}: {fault}");
            continue;
        };
        let model = built.unwrap_or_else(|fault| panic!("{config}: {fault}"));
        let ours = facts(&model);
        // What begins and ends a text is no default of the class: the reference's `generate` ends where the file names an end, and begins with the
        // file's `bos_token_id` where it names no start (`tests/generation.rs`).
        let has = |name: &str| case["config"].get(name).is_some();
        let (ends, starts) = (has("eos_token_id"), has("decoder_start_token_id") || !has("bos_token_id"));
        let read = |name: &str| (ends || name != "eos") && (starts || name != "start");
        for (name, theirs) in reads.iter().filter(|(name, value)| !value.is_null() && read(name)) {
            assert!(
                same(&ours[name.as_str()], theirs),
                "{config}: {name} is {}, the reference has {theirs}",
                ours[name.as_str()]
            );
        }
    }
}

/// What a model was built with, read off its graph, under the golden's names.
fn facts(model: &Model) -> BTreeMap<&'static str, Value> {
    let graph = &model.graph;
    let two = model.family == Family::EncoderDecoder;
    let (half, block) = if two { ("encoder.", "encoder.") } else { ("", "blocks.") };
    let layers = |stack: &str| graph.hooks.iter().filter(|hook| named(&hook.name, stack)).count();
    let dims =
        |id: NodeId| graph.node(id).dims.iter().map(|dim| if let Dim::Fixed(n) = dim { *n } else { 0 }).collect::<Vec<_>>();
    let first = |hook: &str| dims(graph.hook(&format!("{block}0.{hook}")).expect(hook));
    let last = |hook: &str| *first(hook).last().expect("axes");
    let table = |id: NodeId| graph.node(id).inputs[1];
    let embed = graph.hook(&format!("{half}hook_embed")).expect("an embedding");
    let text = model.inputs.target.as_ref().filter(|_| !two).or(model.inputs.source.as_ref()).expect("a text");
    let (first_position, frequencies) = match &text.positions {
        Some(Positions::AfterPadding { pad, .. }) => (*pad as usize + 1, None),
        Some(Positions::Rotary { frequencies, .. }) => (0, Some(frequencies.clone())),
        Some(Positions::Counted { .. }) | None => (0, None),
    };
    let ops = || graph.nodes.iter().filter_map(|node| node.op());
    let scales: Vec<f32> =
        ops().filter_map(|op| if let Op::AttnScores(scores) = op { Some(scores.scale) } else { None }).collect();
    let eps = ops().find_map(|op| match op {
        Op::LayerNorm(norm) => Some(norm.eps),
        Op::RmsNorm(norm) => Some(norm.eps),
        _ => None,
    });
    let activation = ops().find_map(|op| if let Op::Activation(kind) = op { Some(kind.name()) } else { None });
    let buckets = graph.nodes.iter().position(|node| node.name.ends_with("relative_attention_bias.weight"));
    BTreeMap::from([
        ("layers", json!(layers(block))),
        ("decoder_layers", json!(layers("decoder."))),
        ("d_model", json!(last("hook_resid_post"))),
        ("d_embed", json!(dims(embed).last())),
        ("heads", json!(first("attn.hook_q")[2])),
        ("kv_heads", json!(first("attn.hook_k")[2])),
        ("d_head", json!(last("attn.hook_q"))),
        ("d_mlp", json!(last("mlp.hook_post"))),
        ("gated", json!(graph.hook(&format!("{block}0.mlp.hook_pre_linear")).is_some())),
        ("activation", json!(activation)),
        ("eps", json!(eps)),
        ("vocab", json!(model.vocab)),
        ("positions", json!(model.max_positions.map(|n| n + first_position))),
        ("first_position", json!(first_position)),
        ("token_types", json!(model.token_types)),
        ("scales", json!(scales[..scales.len().min(2)])),
        ("tied", json!(table(embed) == table(model.outputs[0]))),
        ("scaled_head", json!(graph.find("decoder.scaled").is_some())),
        ("buckets", json!(buckets.map(|id| dims(NodeId(id))[0]))),
        ("bias", json!(graph.find("model.layers.0.self_attn.q_proj.bias").is_some())),
        ("mlp_bias", json!(graph.find("model.layers.0.mlp.up_proj.bias").is_some())),
        ("frequencies", json!(frequencies)),
        ("eos", json!(model.special.eos)),
        ("pad", json!(model.special.pad)),
        ("start", json!(model.special.decoder_start)),
    ])
}

/// Whether a hook is the query of a layer of this stack.
fn named(hook: &str, stack: &str) -> bool {
    let layer = hook.strip_prefix(stack).and_then(|rest| rest.strip_suffix(".attn.hook_q"));
    layer.is_some_and(|layer| layer.parse::<usize>().is_ok())
}

/// Equal, numbers within the last digits of f32.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() <= 1e-6 * b.abs()
        }
        (a, b) => a == b,
    }
}

/// A small file of this family, with these fields besides.
fn small(model_type: &str, more: Value) -> String {
    let mut config = json!({
        "model_type": model_type, "vocab_size": 61, "hidden_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2, "max_position_embeddings": 40
    });
    for (name, value) in more.as_object().expect("fields") {
        config[name] = value.clone();
    }
    config.to_string()
}

fn refusal(config: &str, tensors: &[String]) -> String {
    let fault = models::build(config, tensors).map(drop).expect_err(config);
    assert!(matches!(fault, Error::Config(_)), "{config}: {fault}");
    fault.to_string()
}

#[test]
fn a_field_that_changes_the_model_is_refused_by_name() {
    let everywhere = ["bert", "roberta", "albert", "electra", "t5", "gpt2", "llama"];
    for family in everywhere {
        for (name, value) in [
            ("quantization_config", json!({ "quant_method": "gptq", "bits": 4 })),
            ("pruned_heads", json!({ "0": [1] })),
            ("per_layer_config", json!({ "0": { "intermediate_size": 8 } })),
            ("add_cross_attention", json!(true)),
        ] {
            let fault = refusal(&small(family, json!({ name: value })), &[]);
            assert!(fault.contains(name) && fault.contains("not built in"), "{family} {name}: {fault}");
            models::build(&small(family, json!({ name: null })), &[]).unwrap_or_else(|fault| panic!("{family} {name}: {fault}"));
        }
        // Of no class: the reference passes them over.
        let strange = json!({ "attention_scale_limit": 7, "n_ctx": 12, "directionality": "bidi", "net_structure_type": 0, "use_cache": false });
        models::build(&small(family, strange), &[]).unwrap_or_else(|fault| panic!("{family}: {fault}"));
    }
    for (family, name, value) in [
        ("bert", "position_embedding_type", json!("relative_key")),
        ("albert", "position_embedding_type", json!("relative_key_query")),
        ("electra", "is_decoder", json!(true)),
        ("bert", "attention_type", json!("block_sparse")),
        ("t5", "is_encoder_decoder", json!(false)),
        ("t5", "tie_encoder_decoder", json!(true)),
        ("llama", "sliding_window", json!(39)),
        ("llama", "partial_rotary_factor", json!(0.5)),
        ("llama", "layer_types", json!(["full_attention", "sliding_attention"])),
        ("llama", "rope_parameters", json!({ "full_attention": { "rope_theta": 5.0 } })),
        ("llama", "rope_scaling", json!({ "type": "linear", "factor": 0 })),
        ("llama", "rope_theta", json!(-1)),
        ("llama", "rms_norm_eps", json!(-1e-6)),
    ] {
        let fault = refusal(&small(family, json!({ name: value })), &[]);
        assert!(fault.contains(name) || fault.contains("factor"), "{family} {name}: {fault}");
    }
    assert!(refusal(&small("llama", json!({ "rope_scaling": { "rope_type": "yarn", "factor": 2 } })), &[]).contains("\"yarn\""));
    // A window that no text outgrows, or that is switched off, hides nothing.
    for more in [json!({ "sliding_window": 40 }), json!({ "sliding_window": 8, "use_sliding_window": false })] {
        models::build(&small("llama", more), &[]).expect("a LLaMA");
    }
    let python = small("llama", json!({})).replacen('{', "{\"limit\": -Infinity, \"eps\": NaN, ", 1);
    models::build(&python, &[]).expect("Python's JSON");
    let infinite = small("llama", json!({})).replacen('{', "{\"rope_theta\": Infinity, ", 1);
    assert!(refusal(&infinite, &[]).contains("rope_theta is \"Infinity\""), "a number that is needed");
}

#[test]
fn sizes_are_bounded_before_anything_is_made_of_them() {
    let wide = |heads: usize, d_head: u64| {
        small("llama", json!({ "hidden_size": 1024, "num_attention_heads": heads, "head_dim": d_head }))
    };
    assert!(refusal(&wide(1024, 65_536), &[]).contains("num_attention_heads × head_dim is 67108864"));
    assert!(refusal(&wide(1, 1 << 24), &[]).contains("head_dim is 16777216"));
    // Where a size has 32 bits, these wrap to 0 and to 32.
    assert!(refusal(&wide(256, 1 << 24), &[]).contains("head_dim"));
    let buckets = json!({ "relative_attention_num_buckets": (1u64 << 32) + 32 });
    assert!(refusal(&small("t5", buckets), &[]).contains("relative_attention_num_buckets is 4294967328"));
    assert!(refusal(&small("t5", json!({ "num_attention_heads": 1 << 10, "d_kv": 1 << 16 })), &[]).contains("d_kv"));
    assert!(refusal(&small("llama", json!({ "num_attention_heads": 6, "num_key_value_heads": 4 })), &[]).contains("no multiple"));
    for (pad, words) in [
        (json!(39), "pad_token_id 39 leaves no position of the 40"),
        (json!(60), "pad_token_id 60 leaves no position"),
        (json!(4_294_967_295u64), "pad_token_id 4294967295 is outside the vocabulary of 61"),
        (json!(null), "pad_token_id is null"),
        (json!(-2), "pad_token_id is -2"),
    ] {
        let fault = refusal(&small("roberta", json!({ "pad_token_id": pad })), &[]);
        assert!(fault.contains(words), "{fault}");
    }
    let last = models::build(&small("roberta", json!({ "pad_token_id": 38 })), &[]).expect("one position is left");
    assert_eq!(last.max_positions, Some(1));
}

#[test]
fn the_most_layers_are_built_in_no_time() {
    for config in [
        small("t5", json!({ "num_decoder_layers": 1024 })),
        small("llama", json!({ "num_hidden_layers": 1024, "tie_word_embeddings": true })),
        small("gpt2", json!({ "num_hidden_layers": 1024 })),
    ] {
        let began = Instant::now();
        let model = models::build(&config, &[]).expect("a deep model");
        assert!(model.graph.virtual_parameters() > 0 && model.graph.nodes.len() > 15_000);
        assert!(began.elapsed() < Duration::from_secs(1), "{config}: {:?}", began.elapsed());
    }
}

#[test]
fn a_head_is_the_embedding_only_where_config_and_checkpoint_say_so() {
    let embedding =
        ["bert.embeddings.word_embeddings.weight", "transformer.wte.weight", "model.embed_tokens.weight", "shared.weight"];
    let heads = ["cls.predictions.decoder.weight", "lm_head.weight", "lm_head.weight", "lm_head.weight"];
    let families = [
        ("bert", "BertForMaskedLM"),
        ("gpt2", "GPT2LMHeadModel"),
        ("llama", "LlamaForCausalLM"),
        ("t5", "T5ForConditionalGeneration"),
    ];
    for ((family, class), (table, head)) in families.into_iter().zip(embedding.into_iter().zip(heads)) {
        let built = |tied: bool, tensors: &[&str]| {
            let tensors: Vec<String> = tensors.iter().map(|name| name.to_string()).collect();
            models::build(&small(family, json!({ "architectures": [class], "tie_word_embeddings": tied })), &tensors)
                .expect(family)
        };
        let names = |model: &Model| match &model.graph.node(model.graph.node(model.outputs[0]).inputs[1]).kind {
            Kind::Weight { names, .. } => names.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(names(&built(true, &[table]))[0], table, "{family}: tied");
        assert_eq!(names(&built(true, &[table, head])), [head], "{family}: tied, and another in the checkpoint");
        assert_eq!(
            names(&built(true, &[head])).last().map(String::as_str),
            Some(head),
            "{family}: the checkpoint has the head alone"
        );
        // No other name may serve: a checkpoint without it is refused.
        assert_eq!(names(&built(false, &[table])), [head], "{family}: not tied");
    }
    let bias = |tied: bool| {
        let model =
            models::build(&small("bert", json!({ "architectures": ["BertForMaskedLM"], "tie_word_embeddings": tied })), &[]);
        let model = model.expect("BERT");
        match &model.graph.node(model.graph.node(model.outputs[0]).inputs[2]).kind {
            Kind::Weight { names, .. } => names.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((bias(true), bias(false)), (2, 1));
}

#[test]
fn a_copy_of_a_tied_tensor_is_left_out_and_other_numbers_are_not() {
    let numbers = |first: f32| [first, 2.0, 3.0, 4.0].map(f32::to_le_bytes).concat();
    let (shared, other) = (numbers(1.0), numbers(-1.0));
    let tensors: [(&str, &[u8]); 5] = [
        ("shared.weight", &shared),
        ("lm_head.weight", &shared),
        ("encoder.embed_tokens.weight", &other),
        ("decoder.embed_tokens.weight", &shared),
        ("encoder.final_layer_norm.weight", &shared),
    ];
    let views = tensors.map(|(name, bytes)| (name, TensorView::new(Dtype::F32, vec![2, 2], bytes).expect("16 bytes")));
    let file = safetensors::serialize(views, None).expect("a file");
    let names = Checkpoint::open(&[("model.safetensors", &file)]).expect("sound").distinct_names(&TIED);
    assert_eq!(names, ["encoder.embed_tokens.weight", "encoder.final_layer_norm.weight", "shared.weight"]);
    let model = models::build(&small("t5", json!({})), &names).expect("T5");
    let table = |hook: &str| model.graph.node(model.graph.node(model.graph.hook(hook).expect(hook)).inputs[1]).name.clone();
    assert_eq!(["encoder.hook_embed", "decoder.hook_embed"].map(table), ["encoder.embed_tokens.weight", "shared.weight"]);
}
