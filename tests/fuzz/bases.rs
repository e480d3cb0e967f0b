//! The sound inputs that the fuzz damages: the small checkpoints and tokenizers of `tests/goldens`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diorama::device::Choice;
use diorama::generate::{Engine, Limits};
use diorama::graph::Lens;
use diorama::models;
use diorama::weights::Checkpoint;
use pollster::block_on;
use serde_json::Value;

use crate::random::Random;

pub struct Bases {
    pub models: Vec<Base>,
    pub tokenizers: Vec<Tokenizer>,
    /// Names of fields in any config.json, and of settings that no base has.
    pub fields: Vec<String>,
}

pub struct Base {
    pub config: Value,
    pub weights: Vec<u8>,
    /// Names, and shapes in a pass over [`LENGTH`] tokens.
    pub hooks: Vec<(String, Vec<usize>)>,
    engine: Option<Engine>,
}

/// Tokens of a text on which interventions act.
pub const LENGTH: usize = 6;

/// A tokenizer's folder, and texts for it.
pub struct Tokenizer {
    pub files: BTreeMap<String, Value>,
    pub texts: Vec<String>,
}

/// Less than the usual: what an input takes is to stay small.
const LIMITS: Limits = Limits { activations: 8 << 20, caches: 4 << 20 }; // bytes

impl Bases {
    pub fn read() -> Self {
        let goldens = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens");
        let mut folders: Vec<PathBuf> = entries(&goldens.join("models"));
        folders.sort();
        let models: Vec<Base> = folders.iter().map(|dir| Base::read(dir)).collect();
        let mut fields: Vec<String> = MORE_FIELDS.split_whitespace().map(String::from).collect();
        for base in &models {
            fields.extend(base.config.as_object().expect("an object").keys().cloned());
        }
        fields.sort();
        fields.dedup();
        Bases { models, tokenizers: tokenizers(&goldens.join("text")), fields }
    }

    pub fn model(&self, random: &mut Random) -> usize {
        random.below(self.models.len())
    }

    pub fn forget_engines(&mut self) {
        self.models.iter_mut().for_each(|base| base.engine = None);
    }
}

impl Base {
    fn read(dir: &Path) -> Self {
        let config = std::fs::read_to_string(dir.join("config.json")).expect("a config.json");
        let weights = std::fs::read(dir.join("model.safetensors")).expect("a model.safetensors");
        let checkpoint = Checkpoint::open(&[("model.safetensors", &weights)]).expect("a sound checkpoint");
        let graph = models::build(&config, &checkpoint.distinct_names(&models::TIED)).expect("a model").graph;
        let lens = Lens { batch: 1, source: LENGTH, target: LENGTH, past: 0 };
        let hooks = graph.hooks.iter().map(|hook| (hook.name.clone(), graph.node(hook.node).shape(&lens))).collect();
        Base { config: serde_json::from_str(&config).expect("JSON"), weights, hooks, engine: None }
    }

    /// The model as it is, on the CPU.
    pub fn engine(&mut self) -> &mut Engine {
        let (config, weights) = (&self.config, &self.weights);
        self.engine.get_or_insert_with(|| {
            let checkpoint = Checkpoint::open(&[("model.safetensors", weights)]).expect("a sound checkpoint");
            let model = models::build(&config.to_string(), &checkpoint.distinct_names(&models::TIED)).expect("a model");
            let parameters = checkpoint.parameters(&model.graph).expect("all tensors");
            let mut engine = block_on(Engine::open(model, parameters, Choice::Cpu)).expect("the CPU");
            engine.limits = LIMITS;
            engine
        })
    }
}

/// The folders of `published.json` and the single files of `rules.json`.
fn tokenizers(dir: &Path) -> Vec<Tokenizer> {
    let json = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(dir.join(name)).expect("a golden")).expect("JSON") };
    let text = |case: &Value| case["text"].as_str().unwrap_or_default().to_string();
    let published = json("published.json");
    let mut found = vec![];
    for folder in published["folders"].as_array().expect("a list") {
        let files = folder["files"].as_object().expect("an object").clone().into_iter();
        let named = |value: Value| value.as_str().map_or(&Value::Null, |name| &published["tokenizers"][name]).clone();
        let files = files.map(|(name, value)| if value.is_string() { (name, named(value)) } else { (name, value) });
        let texts = folder["cases"].as_array().expect("a list").iter().map(text).collect();
        found.push(Tokenizer { files: files.collect(), texts });
    }
    for rule in json("rules.json").as_array().expect("a list") {
        let files = [("tokenizer.json".to_string(), rule["tokenizer"].clone())].into_iter().collect();
        found.push(Tokenizer { files, texts: vec![text(rule)] });
    }
    found
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.join("model.safetensors").exists()).collect()
}

const MORE_FIELDS: &str = "add_cross_attention attention_bias attention_type attn_logit_softcapping bad_words_ids begin_suppress_tokens \
    bos_token_id constraints d_ff d_kv d_model decoder_start_token_id do_sample early_stopping embedding_size encoder_no_repeat_ngram_size \
    encoder_repetition_penalty eos_token_id epsilon_cutoff eta_cutoff exponential_decay_length_penalty feed_forward_proj \
    force_bos_token_to_be_generated force_words_ids forced_bos_token_id forced_eos_token_id head_dim hidden_act hidden_size id2label \
    inner_group_num intermediate_size is_decoder is_encoder_decoder is_gated_act label2id layer_norm_eps layer_types length_penalty \
    max_length max_new_tokens max_position_embeddings min_length min_new_tokens min_p mlp_bias n_ctx n_embd n_head n_inner n_layer \
    n_positions no_repeat_ngram_size num_attention_heads num_beams num_decoder_layers num_heads num_hidden_groups num_hidden_layers \
    num_key_value_heads num_labels num_layers num_return_sequences pad_token_id partial_rotary_factor per_layer_config problem_type \
    pruned_heads quantization_config relative_attention_max_distance relative_attention_num_buckets remove_invalid_values \
    renormalize_logits repetition_penalty rms_norm_eps rope_parameters rope_scaling rope_theta rope_type sequence_bias sliding_window \
    stop_strings suppress_tokens temperature tie_word_embeddings top_k top_p type type_vocab_size typical_p vocab_size";
