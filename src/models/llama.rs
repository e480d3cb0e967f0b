//! LLaMA 1, 2 and 3: Touvron et al. 2023a, "LLaMA: Open and Efficient Foundation Language Models"; Touvron et al. 2023b; Meta 2024.
//!
//! Read beside §2.2 of the first paper, which names three changes against GPT-3: RMSNorm before each part, SwiGLU in the
//! feed-forward part, rotary positions instead of learned ones. LLaMA 2 (§2.2) lets several query heads share keys and
//! values; LLaMA 3 (§3.2) does so at every size, with a base of 500,000 and slower low frequencies for long texts.

use super::fields;
use super::parts::{Heads, Matrix, Words, attend, cache, project};
use super::settings::{MOST_HEAD, MOST_LAYERS, MOST_WIDE, Settings, product, split};
use super::{Family, Generation, Inputs, Model, Positions, SpecialTokens, TextInputs};
use crate::error::{Error, Result, shown};
use crate::graph::{Dim, Graph, NodeId, Part, Scope, Stack, Stage, Stored};
use crate::ops::{Activation, Add, Embed, Linear, Mask, Mul, RmsNorm, Rope};
use crate::tensor::Axis::{Batch, DHead, DMlp, DModel, DVocab, KeyPos, Pos};

/// `config.json`, with the defaults of its class where a file leaves something out.
pub struct Config {
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    heads: Heads,
    activation: Activation,
    max_position_embeddings: usize,
    rms_norm_eps: f32,
    /// Radians that a pair of a head's numbers turns for each position.
    frequencies: Vec<f32>,
    attention_bias: bool,
    mlp_bias: bool,
    /// Whether the head is the embedding where the checkpoint has no other.
    tied: bool,
    bos_token_id: u32,
    eos_token_id: Vec<u32>,
    pad_token_id: Option<u32>,
}

/// Fields that are never `null` in this class.
const FILLED: [&str; 11] = [
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "hidden_act",
    "max_position_embeddings",
    "rms_norm_eps",
    "attention_bias",
    "mlp_bias",
    "tie_word_embeddings",
];

impl Config {
    fn read(s: Settings) -> Result<Self> {
        fields::check(s, fields::LLAMA)?;
        s.filled(&FILLED)?;
        let hidden_size = s.size("hidden_size", 4096, MOST_WIDE)?;
        let max_position_embeddings = s.size("max_position_embeddings", 2048, MOST_WIDE)?;
        let act = s.word("hidden_act")?.unwrap_or("silu");
        let heads = heads(s, hidden_size)?;
        window(s, max_position_embeddings)?;
        Ok(Config {
            vocab_size: s.size("vocab_size", 32_000, MOST_WIDE)?,
            hidden_size,
            intermediate_size: s.size("intermediate_size", 11_008, MOST_WIDE)?,
            num_hidden_layers: s.size("num_hidden_layers", 32, MOST_LAYERS)?,
            heads,
            activation: Activation::from_config(act).ok_or_else(|| {
                let act = shown(act);
                Error::Config(format!("hidden_act \"{act}\" is not known"))
            })?,
            max_position_embeddings,
            rms_norm_eps: s.epsilon("rms_norm_eps", 1e-6)?,
            frequencies: frequencies(s, heads.d_head, max_position_embeddings)?,
            attention_bias: s.flag("attention_bias")?.unwrap_or(false),
            mlp_bias: s.flag("mlp_bias")?.unwrap_or(false),
            tied: s.flag("tie_word_embeddings")?.unwrap_or(false),
            bos_token_id: s.id("bos_token_id")?.unwrap_or(1),
            eos_token_id: s.ids("eos_token_id", Some(2))?,
            pad_token_id: s.id("pad_token_id")?,
        })
    }
}

/// The sizes of an attention, before anything of their width is made.
fn heads(s: Settings, hidden_size: usize) -> Result<Heads> {
    let query = s.size("num_attention_heads", 32, MOST_LAYERS)?;
    let key = s.size("num_key_value_heads", query, MOST_LAYERS)?;
    // The reference asks for it even where head_dim is given.
    let d_head = s.size("head_dim", split("hidden_size", hidden_size, query)?, MOST_HEAD)?;
    product("num_attention_heads × head_dim", [query, d_head], MOST_WIDE)?;
    if !query.is_multiple_of(key) {
        return Err(Error::Config(format!("num_attention_heads {query} is no multiple of num_key_value_heads {key}")));
    }
    if !d_head.is_multiple_of(2) {
        return Err(Error::Config(format!("head_dim {d_head} is odd; rotary positions turn pairs")));
    }
    Ok(Heads { query, key, d_head })
}

/// A window that hides far tokens changes nothing where no text is longer than it, or where it is switched off.
fn window(s: Settings, longest: usize) -> Result<()> {
    const NAME: &str = "sliding_window";
    let is_off = s.flag("use_sliding_window")? == Some(false);
    match s.whole(NAME)? {
        Some(tokens) if !is_off && tokens < longest as u64 => Err(fields::unbuilt(s, NAME)),
        _ => Ok(()),
    }
}

/// Su et al. 2021, §3.2.2: θᵢ = base^(−2i/d). In f32, as the reference computes them. Newer files have the base and the
/// scaling in one place, older ones in two; where a file has both, the older `rope_scaling` wins, as in the reference.
fn frequencies(s: Settings, d_head: usize, longest: usize) -> Result<Vec<f32>> {
    let filled = |part: &Settings| !part.fields.is_empty();
    let older = s.part("rope_scaling")?.filter(filled);
    let place = if older.is_some() { "rope_scaling" } else { "rope_parameters" };
    let rope = older.or(s.part("rope_parameters")?);
    let given = |name: &str| rope.map_or(Ok(None), |rope| rope.positive(name));
    let need = |name: &str| given(name)?.ok_or_else(|| Error::Config(format!("the rope scaling has no {name}")));
    let base = match given("rope_theta")? {
        Some(base) => base,
        None => {
            s.filled(&["rope_theta"])?;
            s.positive("rope_theta")?.unwrap_or(10_000.0)
        }
    };
    let mut kind = None;
    if let Some(rope) = rope {
        rope.filled(&["rope_type", "rope_theta"])?;
        fields::check(rope, fields::ROPE)?;
        if rope.fields.values().any(serde_json::Value::is_object) {
            return Err(fields::unbuilt(s, place));
        }
        kind = rope.word("rope_type")?.or(rope.word("type")?);
    }
    let plain = (0..d_head / 2).map(|i| 1.0 / base.powf((2 * i) as f32 / d_head as f32));
    let frequencies: Vec<f32> = match kind.unwrap_or("default") {
        "default" => plain.collect(),
        // "dynamic" stretches what lies beyond `max_position_embeddings`, and no text here does.
        "dynamic" => need("factor").map(|_| plain.collect())?,
        "linear" => {
            let factor = need("factor")?;
            plain.map(|frequency| frequency / factor).collect()
        }
        "llama3" => {
            let (factor, low, high) = (need("factor")?, need("low_freq_factor")?, need("high_freq_factor")?);
            const LENGTH: &str = "original_max_position_embeddings";
            let length = s.positive(LENGTH)?.or(given(LENGTH)?).unwrap_or(longest as f32);
            plain.map(|frequency| stretched(frequency, factor, low, high, length)).collect()
        }
        other => {
            let other = shown(other);
            return Err(Error::Config(format!(
                "rope scaling \"{other}\" is not built in; default, linear, dynamic and llama3 are"
            )));
        }
    };
    match frequencies.iter().all(|frequency| frequency.is_finite()) {
        true => Ok(frequencies),
        false => Err(fields::unbuilt(s, if rope.is_some() { place } else { "rope_theta" })),
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
        graph: graph.finish(),
        inputs: Inputs { source: None, target: Some(inputs) },
        outputs: vec![logits],
        layers: config.num_hidden_layers,
        heads: config.heads.query,
        d_model: config.hidden_size,
        vocab: config.vocab_size,
        token_types: 0,
        classes: None,
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
    let words = Words {
        table: vec!["model.embed_tokens.weight".into()],
        head: "lm_head.weight",
        tied: c.tied,
        vocab: c.vocab_size,
        width: c.hidden_size,
    };
    let table = words.table(g);
    let hidden = [(Batch, Dim::Batch), (Pos, Dim::Target), (DModel, Dim::Fixed(c.hidden_size))];
    let mut h = g.op("hook_embed", Embed, &[ids, table], &hidden)?;
    for l in 0..c.num_hidden_layers {
        h = block(&mut g.stack(Stack::Blocks).layer(l), c, l, h, allowed, angles)?;
    }
    let h = norm(g, c, "ln_final.hook_normalized", "model.norm", h)?;
    let head = words.head(&mut g.of(Part::Head), table, tensors);
    let axes = [(Batch, Dim::Batch), (Pos, Dim::Target), (DVocab, Dim::Fixed(c.vocab_size))];
    Ok((inputs, g.of(Part::Head).op("logits", Linear, &[h, head], &axes)?))
}

fn block(g: &mut Scope, c: &Config, l: usize, h: NodeId, allowed: NodeId, angles: NodeId) -> Result<NodeId> {
    let at = |part: &str| vec![format!("model.layers.{l}.{part}")];
    let heads = c.heads;
    let matrix = |stems, bias| Matrix { stems, stored: Stored::Whole, bias };
    g.alias("hook_resid_pre", h);

    let x = norm(g, c, "ln1.hook_normalized", &at("input_layernorm")[0], h)?;
    let mut attn = g.part(Part::Attn);
    let q = project(&mut attn, "hook_q", matrix(at("self_attn.q_proj"), c.attention_bias), x, &heads.query_axes())?;
    let k = project(&mut attn, "hook_k", matrix(at("self_attn.k_proj"), c.attention_bias), x, &heads.key_axes())?;
    let v = project(&mut attn, "hook_v", matrix(at("self_attn.v_proj"), c.attention_bias), x, &heads.key_axes())?;
    // "we … instead, add rotary positional embeddings (RoPE) … at each layer of the network."
    let q = attn.like("hook_rot_q", Rope, &[q, angles])?; // [batch pos head d_head]
    let k = attn.like("hook_rot_k", Rope, &[k, angles])?; // [batch pos kv_head d_head]
    let (k, v) = (cache(&mut attn, "cache_k", k)?, cache(&mut attn, "cache_v", v)?);
    let z = attend(&mut attn, heads, [q, k, v], allowed, Mask::Causal)?;
    let out = project(
        &mut g.of(Part::Attn),
        "hook_attn_out",
        matrix(at("self_attn.o_proj"), c.attention_bias),
        z,
        &[(DModel, c.hidden_size)],
    )?;
    let h = g.like("hook_resid_mid", Add, &[h, out])?;

    let x = norm(g, c, "ln2.hook_normalized", &at("post_attention_layernorm")[0], h)?;
    let out = swiglu(g, c, &at, x)?;
    g.like("hook_resid_post", Add, &[h, out])
}

/// Shazeer 2020, eq. 6: (Swish(x W) ⊗ x V) W₂, of a width that makes three matrices cost what two did.
fn swiglu(g: &mut Scope, c: &Config, at: &impl Fn(&str) -> Vec<String>, x: NodeId) -> Result<NodeId> {
    let matrix = |stems| Matrix { stems, stored: Stored::Whole, bias: c.mlp_bias };
    let width = [(DMlp, c.intermediate_size)];
    let mut mlp = g.part(Part::Mlp);
    let pre = project(&mut mlp, "hook_pre", matrix(at("mlp.gate_proj")), x, &width)?;
    let gate = mlp.like("gate", c.activation, &[pre])?;
    let linear = project(&mut mlp, "hook_pre_linear", matrix(at("mlp.up_proj")), x, &width)?;
    let post = mlp.like("hook_post", Mul, &[gate, linear])?;
    project(&mut g.of(Part::Mlp), "hook_mlp_out", matrix(at("mlp.down_proj")), post, &[(DModel, c.hidden_size)])
}

fn norm(g: &mut Scope, c: &Config, hook: &str, stem: &str, x: NodeId) -> Result<NodeId> {
    let weight = g.weight(&[format!("{stem}.weight")], &[(DModel, c.hidden_size)]);
    g.like(hook, RmsNorm { eps: c.rms_norm_eps }, &[x, weight])
}
