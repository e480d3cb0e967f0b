//! GPT-2: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
//!
//! Read beside §2.3, which lists what changed since GPT-1 (Radford et al. 2018, §3.1): the norm stands before each part, one
//! more norm stands at the end. Positions are learned, one row for each; the head is the embedding again.
//! The checkpoint keeps queries, keys and values in one matrix, and every matrix as \[in out\].

use super::fields;
use super::parts::{Heads, Matrix, Words, attend_scaled, cache, layer_norm, project};
use super::settings::{Alias, MOST_LAYERS, MOST_WIDE, Settings, split};
use super::{Family, Generation, Inputs, Model, Positions, SpecialTokens, TextInputs};
use crate::error::{Error, Result, shown};
use crate::graph::{Dim, Graph, NodeId, Part, Scope, Stack, Stage, Stored};
use crate::ops::{Activation, Add, Embed, Linear, Mask};
use crate::tensor::Axis::{Batch, DMlp, DModel, DVocab, KeyPos, Pos};

/// `config.json`, with the defaults of its class where a file leaves something out.
pub struct Config {
    vocab_size: usize,
    n_positions: usize,
    n_embd: usize,
    n_layer: usize,
    n_head: usize,
    d_head: usize,
    n_inner: usize,
    activation: Activation,
    layer_norm_epsilon: f32,
    scaling: Scaling,
    /// Whether the head is the embedding where the checkpoint has no other.
    tied: bool,
    eos_token_id: Vec<u32>,
    bos_token_id: u32,
    pad_token_id: Option<u32>,
}

/// What scores are multiplied by: 1 / √d_head, and in some models less in deeper layers (Karamcheti et al. 2021, Mistral).
#[derive(Clone, Copy)]
struct Scaling {
    by_width: bool,
    by_layer: bool,
}

impl Scaling {
    fn at(self, layer: usize, d_head: usize) -> f32 {
        let width = if self.by_width { (d_head as f32).powf(-0.5) } else { 1.0 };
        if self.by_layer { width / (layer + 1) as f32 } else { width }
    }
}

const ALIASES: [Alias; 4] = [
    ("n_embd", "hidden_size"),
    ("n_positions", "max_position_embeddings"),
    ("n_head", "num_attention_heads"),
    ("n_layer", "num_hidden_layers"),
];

/// Fields that are never `null` in this class.
const FILLED: [&str; 10] = [
    "vocab_size",
    "n_positions",
    "n_embd",
    "n_layer",
    "n_head",
    "activation_function",
    "layer_norm_epsilon",
    "scale_attn_weights",
    "scale_attn_by_inverse_layer_idx",
    "tie_word_embeddings",
];

impl Config {
    fn read(s: Settings) -> Result<Self> {
        let s = s.with_aliases(&ALIASES);
        fields::check(s, fields::GPT2)?;
        s.filled(&FILLED)?;
        let n_embd = s.size("n_embd", 768, MOST_WIDE)?;
        let n_head = s.size("n_head", 12, MOST_LAYERS)?;
        let act = s.word("activation_function")?.unwrap_or("gelu_new");
        Ok(Config {
            vocab_size: s.size("vocab_size", 50_257, MOST_WIDE)?,
            n_positions: s.size("n_positions", 1024, MOST_WIDE)?,
            n_embd,
            n_layer: s.size("n_layer", 12, MOST_LAYERS)?,
            n_head,
            d_head: split("n_embd", n_embd, n_head)?,
            n_inner: s.size("n_inner", 4 * n_embd, MOST_WIDE)?,
            activation: Activation::from_config(act).ok_or_else(|| {
                let act = shown(act);
                Error::Config(format!("activation_function \"{act}\" is not known"))
            })?,
            layer_norm_epsilon: s.epsilon("layer_norm_epsilon", 1e-5)?,
            scaling: Scaling {
                by_width: s.flag("scale_attn_weights")?.unwrap_or(true),
                by_layer: s.flag("scale_attn_by_inverse_layer_idx")?.unwrap_or(false),
            },
            tied: s.flag("tie_word_embeddings")?.unwrap_or(true),
            eos_token_id: s.ids("eos_token_id", Some(50_256))?,
            bos_token_id: s.id("bos_token_id")?.unwrap_or(50_256),
            pad_token_id: s.id("pad_token_id")?,
        })
    }
}

/// The whole model first; of the others its file has all weights, because the head is the embedding.
const CLASSES: [&str; 3] = ["GPT2LMHeadModel", "GPT2Model", "GPT2DoubleHeadsModel"];

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    settings.class(&CLASSES)?;
    let config = Config::read(settings)?;
    let mut graph = Graph::default();
    let (inputs, logits) = language_model(&mut graph.scope(Stage::Target), &config, tensors)?;
    Ok(Model {
        architecture: "GPT2LMHeadModel",
        family: Family::Decoder,
        graph: graph.finish(),
        inputs: Inputs { source: None, target: Some(inputs) },
        outputs: vec![logits],
        layers: config.n_layer,
        heads: config.n_head,
        d_model: config.n_embd,
        vocab: config.vocab_size,
        token_types: 0,
        classes: None,
        special: SpecialTokens {
            decoder_start: config.bos_token_id,
            pad: config.pad_token_id.or(config.eos_token_id.first().copied()).unwrap_or(0),
            eos: config.eos_token_id,
        },
        max_positions: Some(config.n_positions),
        generation: Generation::default(),
    })
}

/// GPT-1, eq. 2: h₀ = U Wₑ + W_p, h_l = block(h_{l−1}), P(u) = softmax(h_n Wₑᵀ).
fn language_model(g: &mut Scope, c: &Config, tensors: &[String]) -> Result<(TextInputs, NodeId)> {
    let ids = g.input("ids", &[(Batch, Dim::Batch), (Pos, Dim::Target)]);
    let allowed = g.input("attention_mask", &[(Batch, Dim::Batch), (KeyPos, Dim::Keys)]);
    let positions = g.input("position_ids", &[(Batch, Dim::Batch), (Pos, Dim::Target)]);
    let inputs = TextInputs {
        ids,
        attention_mask: allowed,
        token_type_ids: None,
        positions: Some(Positions::Counted { node: positions }),
    };
    let hidden = [(Batch, Dim::Batch), (Pos, Dim::Target), (DModel, Dim::Fixed(c.n_embd))];
    let words = Words { table: weight("wte.weight"), head: "lm_head.weight", tied: c.tied, vocab: c.vocab_size, width: c.n_embd };
    let table = words.table(g);
    let places = g.weight(&weight("wpe.weight"), &[(Pos, c.n_positions), (DModel, c.n_embd)]);
    let token = g.op("hook_embed", Embed, &[ids, table], &hidden)?;
    let place = g.op("hook_pos_embed", Embed, &[positions, places], &hidden)?;
    let h = g.like("embedded", Add, &[token, place])?; // [batch pos d_model]
    let mut h = g.dropped(h);

    for l in 0..c.n_layer {
        h = block(&mut g.stack(Stack::Blocks).layer(l), c, l, h, allowed)?;
    }
    let h = layer_norm(g, "ln_final.hook_normalized", &weight("ln_f"), c.layer_norm_epsilon, h)?;
    let head = words.head(&mut g.of(Part::Head), table, tensors);
    let axes = [(Batch, Dim::Batch), (Pos, Dim::Target), (DVocab, Dim::Fixed(c.vocab_size))];
    Ok((inputs, g.of(Part::Head).op("logits", Linear, &[h, head], &axes)?))
}

fn block(g: &mut Scope, c: &Config, l: usize, h: NodeId, allowed: NodeId) -> Result<NodeId> {
    let at = |part: &str| weight(&format!("h.{l}.{part}"));
    let heads = Heads { query: c.n_head, key: c.n_head, d_head: c.d_head };
    g.alias("hook_resid_pre", h);

    let x = layer_norm(g, "ln1.hook_normalized", &at("ln_1"), c.layer_norm_epsilon, h)?;
    let stems = at("attn.c_attn");
    let third = |index| Matrix { stems: stems.clone(), stored: Stored::TransposedPart { index, of: 3 }, bias: true };
    let mut attn = g.part(Part::Attn);
    let q = project(&mut attn, "hook_q", third(0), x, &heads.query_axes())?; // [batch pos head d_head]
    let k = project(&mut attn, "hook_k", third(1), x, &heads.key_axes())?; // [batch pos kv_head d_head]
    let v = project(&mut attn, "hook_v", third(2), x, &heads.key_axes())?; // [batch pos kv_head d_head]
    let (k, v) = (cache(&mut attn, "cache_k", k)?, cache(&mut attn, "cache_v", v)?);
    let z = attend_scaled(&mut attn, heads, c.scaling.at(l, c.d_head), [q, k, v], allowed, Mask::Causal)?;
    let out = project(&mut g.of(Part::Attn), "hook_attn_out", conv1d(at("attn.c_proj")), z, &[(DModel, c.n_embd)])?;
    let out = g.dropped(out);
    let h = g.like("hook_resid_mid", Add, &[h, out])?;

    let x = layer_norm(g, "ln2.hook_normalized", &at("ln_2"), c.layer_norm_epsilon, h)?;
    let mut mlp = g.part(Part::Mlp);
    let pre = project(&mut mlp, "hook_pre", conv1d(at("mlp.c_fc")), x, &[(DMlp, c.n_inner)])?;
    let post = mlp.like("hook_post", c.activation, &[pre])?;
    let out = project(&mut g.of(Part::Mlp), "hook_mlp_out", conv1d(at("mlp.c_proj")), post, &[(DModel, c.n_embd)])?;
    let out = g.dropped(out);
    g.like("hook_resid_post", Add, &[h, out])
}

/// With the prefix of the whole model's file, or without it as OpenAI published the weights.
fn weight(name: &str) -> Vec<String> {
    vec![format!("transformer.{name}"), name.to_string()]
}

/// The reference calls its \[in out\] matrix so.
fn conv1d(stems: Vec<String>) -> Matrix {
    Matrix { stems, stored: Stored::TransposedPart { index: 0, of: 1 }, bias: true }
}
