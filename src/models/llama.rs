//! LLaMA 1, 2 and 3: Touvron et al. 2023a, "LLaMA: Open and Efficient Foundation Language Models"; Touvron et al. 2023b; Meta 2024.
//!
//! Read beside §2.2 of the first paper, which names three changes against GPT-3: RMSNorm before each part, SwiGLU in the
//! feed-forward part, rotary positions instead of learned ones. LLaMA 2 (§2.2) lets several query heads share keys and
//! values; LLaMA 3 (§3.2) does so at every size, with a base of 500,000 and slower low frequencies for long texts.

use super::parts::{Heads, Matrix, attend, cache, has, project};
use super::settings::{MOST_LAYERS, MOST_WIDE, Settings};
use super::{Family, Generation, Inputs, Model, Positions, SpecialTokens, TextInputs};
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, NodeId, Scope, Stage, Stored};
use crate::ops::{Activation, Mask, Op};
use crate::tensor::Axis::{Batch, DHead, DMlp, DModel, DVocab, KeyPos, Pos};

/// `config.json`, with the defaults of the reference where a file leaves something out.
pub struct Config {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    heads: Heads,
    hidden_act: String,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    /// Radians that a pair of a head's numbers turns for each position.
    frequencies: Vec<f32>,
    attention_bias: bool,
    mlp_bias: bool,
    bos_token_id: u32,
    eos_token_id: Vec<u32>,
    pad_token_id: Option<u32>,
}

impl Config {
    fn read(s: Settings) -> Result<Self> {
        let hidden_size = s.size("hidden_size", 4096, MOST_WIDE)?;
        let query = s.size("num_attention_heads", 32, MOST_LAYERS)?;
        let key = s.size("num_key_value_heads", query, MOST_LAYERS)?;
        let d_head = s.size("head_dim", hidden_size / query, MOST_WIDE)?;
        if !d_head.is_multiple_of(2) {
            return Err(Error::Config(format!("head_dim {d_head} is odd; rotary positions turn pairs")));
        }
        Ok(Config {
            vocab_size: s.size("vocab_size", 32_000, MOST_WIDE)?,
            hidden_size,
            intermediate_size: s.size("intermediate_size", 11_008, MOST_WIDE)?,
            num_hidden_layers: s.size("num_hidden_layers", 32, MOST_LAYERS)?,
            heads: Heads { query, key, d_head },
            hidden_act: s.word("hidden_act")?.unwrap_or("silu").into(),
            max_position_embeddings: s.size("max_position_embeddings", 2048, MOST_WIDE)?,
            rms_norm_eps: s.epsilon("rms_norm_eps", 1e-6)?,
            frequencies: frequencies(s, d_head)?,
            attention_bias: s.flag("attention_bias")?.unwrap_or(false),
            mlp_bias: s.flag("mlp_bias")?.unwrap_or(false),
            bos_token_id: s.id("bos_token_id")?.unwrap_or(1),
            eos_token_id: s.ids("eos_token_id", Some(2))?,
            pad_token_id: s.id("pad_token_id")?,
        })
    }
}

/// Su et al. 2021, §3.2.2: θᵢ = base^(−2i/d). In f32, as the reference computes them. Newer files have the base and the
/// scaling in one place, older ones in two.
fn frequencies(s: Settings, d_head: usize) -> Result<Vec<f32>> {
    let rope = s.part("rope_parameters")?.or(s.part("rope_scaling")?);
    let given = |name: &str| rope.map_or(Ok(None), |rope| rope.number(name));
    let base = given("rope_theta")?.or(s.number("rope_theta")?).unwrap_or(10_000.0) as f32;
    let plain = (0..d_head / 2).map(|i| 1.0 / base.powf((2 * i) as f32 / d_head as f32));
    let need = |name: &str| match given(name)? {
        Some(number) => Ok(number as f32),
        None => Err(Error::Config(format!("the rope scaling has no {name}"))),
    };
    let kind = match rope {
        Some(rope) => rope.word("rope_type")?.or(rope.word("type")?),
        None => None,
    };
    match kind.unwrap_or("default") {
        // "dynamic" stretches what lies beyond `max_position_embeddings`, and no text here does.
        "default" | "dynamic" => Ok(plain.collect()),
        "linear" => {
            let factor = need("factor")?;
            Ok(plain.map(|frequency| frequency / factor).collect())
        }
        "llama3" => {
            let (factor, low, high) = (need("factor")?, need("low_freq_factor")?, need("high_freq_factor")?);
            let length = need("original_max_position_embeddings")?;
            Ok(plain.map(|frequency| stretched(frequency, factor, low, high, length)).collect())
        }
        other => Err(Error::Config(format!("rope scaling \"{other}\" is not built in; default, linear, dynamic and llama3 are"))),
    }
}

/// LLaMA 3.1: a wave that fits `high` times into the original length stays, one that fits fewer than `low` times is slowed
/// down by `factor`, and what lies between goes over smoothly.
fn stretched(frequency: f32, factor: f32, low: f32, high: f32, length: f32) -> f32 {
    let wave = 2.0 * std::f32::consts::PI / frequency; // tokens
    if wave > length / low {
        frequency / factor
    } else if wave < length / high {
        frequency
    } else {
        let smooth = (length / wave - low) / (high - low);
        (1.0 - smooth) * frequency / factor + smooth * frequency
    }
}

/// Its name, and how the first conversions spelt it.
const CLASSES: [&str; 2] = ["LlamaForCausalLM", "LLaMAForCausalLM"];

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    settings.class(&CLASSES)?;
    let config = Config::read(settings)?;
    let mut graph = Graph::default();
    let (inputs, logits) = language_model(&mut graph.scope(Stage::Target), &config, tensors)?;
    Ok(Model {
        architecture: "LlamaForCausalLM",
        family: Family::Decoder,
        graph,
        inputs: Inputs { source: None, target: Some(inputs) },
        outputs: vec![logits],
        layers: config.num_hidden_layers,
        heads: config.heads.query,
        d_model: config.hidden_size,
        vocab: config.vocab_size,
        token_types: 0,
        labels: vec![],
        special: SpecialTokens {
            decoder_start: config.bos_token_id,
            pad: config.pad_token_id.or(config.eos_token_id.first().copied()).unwrap_or(0),
            eos: config.eos_token_id,
        },
        max_positions: Some(config.max_position_embeddings),
        generation: Generation::default(),
    })
}

fn language_model(g: &mut Scope, c: &Config, tensors: &[String]) -> Result<(TextInputs, NodeId)> {
    let ids = g.input("ids", &[(Batch, Dim::Batch), (Pos, Dim::Target)]);
    let allowed = g.input("attention_mask", &[(Batch, Dim::Batch), (KeyPos, Dim::Keys)]);
    let angles = g.input("rotations", &[(Pos, Dim::Target), (DHead, Dim::Fixed(c.heads.d_head))]);
    let positions = Some(Positions::Rotary { node: angles, frequencies: c.frequencies.clone() });
    let inputs = TextInputs { ids, attention_mask: allowed, token_type_ids: None, positions };
    let words = g.weight(&["model.embed_tokens.weight"], &[(DVocab, c.vocab_size), (DModel, c.hidden_size)]);
    let hidden = [(Batch, Dim::Batch), (Pos, Dim::Target), (DModel, Dim::Fixed(c.hidden_size))];
    let mut h = g.op("hook_embed", Op::Embed, &[ids, words], &hidden)?;
    for l in 0..c.num_hidden_layers {
        h = block(&mut g.enter("blocks").enter(l), c, l, h, allowed, angles)?;
    }
    let h = norm(g, c, "ln_final.hook_normalized", "model.norm", h)?;
    let head = match has(tensors, "lm_head.weight") {
        true => g.weight(&["lm_head.weight"], &[(DVocab, c.vocab_size), (DModel, c.hidden_size)]),
        false => words,
    };
    let axes = [(Batch, Dim::Batch), (Pos, Dim::Target), (DVocab, Dim::Fixed(c.vocab_size))];
    Ok((inputs, g.op("logits", Op::Linear, &[h, head], &axes)?))
}

fn block(g: &mut Scope, c: &Config, l: usize, h: NodeId, allowed: NodeId, angles: NodeId) -> Result<NodeId> {
    let at = |part: &str| vec![format!("model.layers.{l}.{part}")];
    let heads = c.heads;
    let matrix = |stems, bias| Matrix { stems, stored: Stored::Whole, bias };
    g.alias("hook_resid_pre", h);

    let x = norm(g, c, "ln1.hook_normalized", &at("input_layernorm")[0], h)?;
    let mut attn = g.enter("attn");
    let q = project(&mut attn, "hook_q", matrix(at("self_attn.q_proj"), c.attention_bias), x, &heads.query_axes())?;
    let k = project(&mut attn, "hook_k", matrix(at("self_attn.k_proj"), c.attention_bias), x, &heads.key_axes())?;
    let v = project(&mut attn, "hook_v", matrix(at("self_attn.v_proj"), c.attention_bias), x, &heads.key_axes())?;
    // "we … instead, add rotary positional embeddings (RoPE) … at each layer of the network."
    let q = attn.like("hook_rot_q", Op::Rope, &[q, angles])?; // [batch pos head d_head]
    let k = attn.like("hook_rot_k", Op::Rope, &[k, angles])?; // [batch pos kv_head d_head]
    let (k, v) = (cache(&mut attn, "cache_k", k)?, cache(&mut attn, "cache_v", v)?);
    let z = attend(&mut attn, heads, [q, k, v], allowed, Mask::Causal)?;
    let out = project(g, "hook_attn_out", matrix(at("self_attn.o_proj"), c.attention_bias), z, &[(DModel, c.hidden_size)])?;
    let h = g.like("hook_resid_mid", Op::Add, &[h, out])?;

    let x = norm(g, c, "ln2.hook_normalized", &at("post_attention_layernorm")[0], h)?;
    let out = swiglu(g, c, &at, x)?;
    g.like("hook_resid_post", Op::Add, &[h, out])
}

/// Shazeer 2020, eq. 6: (Swish(x W) ⊗ x V) W₂, of a width that makes three matrices cost what two did.
fn swiglu(g: &mut Scope, c: &Config, at: &impl Fn(&str) -> Vec<String>, x: NodeId) -> Result<NodeId> {
    let activation = Activation::from_config(&c.hidden_act)
        .ok_or_else(|| Error::Config(format!("hidden_act \"{}\" is not known", c.hidden_act)))?;
    let matrix = |stems| Matrix { stems, stored: Stored::Whole, bias: c.mlp_bias };
    let width = [(DMlp, c.intermediate_size)];
    let mut mlp = g.enter("mlp");
    let pre = project(&mut mlp, "hook_pre", matrix(at("mlp.gate_proj")), x, &width)?;
    let gate = mlp.like("gate", Op::Activation(activation), &[pre])?;
    let linear = project(&mut mlp, "hook_pre_linear", matrix(at("mlp.up_proj")), x, &width)?;
    let post = mlp.like("hook_post", Op::Mul, &[gate, linear])?;
    project(g, "hook_mlp_out", matrix(at("mlp.down_proj")), post, &[(DModel, c.hidden_size)])
}

fn norm(g: &mut Scope, c: &Config, hook: &str, stem: &str, x: NodeId) -> Result<NodeId> {
    let weight = g.weight(&[format!("{stem}.weight")], &[(DModel, c.hidden_size)]);
    g.like(hook, Op::RmsNorm { eps: c.rms_norm_eps }, &[x, weight])
}
