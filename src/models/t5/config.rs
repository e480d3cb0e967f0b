//! T5's and mT5's `config.json`, as the reference's two classes read it.

use crate::error::{Error, Result, shown};
use crate::models::fields;
use crate::models::settings::{Alias, MOST_HEAD, MOST_LAYERS, MOST_WIDE, Settings, product, start};
use crate::ops::relative_bias::Direction;
use crate::ops::{Activation, RelativeBias};

/// `config.json`, with the defaults of its class where a file leaves something out.
pub struct Config {
    pub vocab_size: usize,
    pub d_model: usize,
    pub d_kv: usize,
    pub d_ff: usize,
    pub num_layers: usize,
    pub num_decoder_layers: usize,
    pub num_heads: usize,
    pub relative_attention_num_buckets: usize,
    pub relative_attention_max_distance: usize,
    pub layer_norm_epsilon: f32,
    /// The feed-forward part: one matrix in, or two of which one is a gate.
    pub activation: Activation,
    pub gated: bool,
    /// Whether the head is the embedding where the checkpoint has no other.
    pub tied: bool,
    pub scale_decoder_outputs: bool,
    pub pad_token_id: u32,
    pub eos_token_id: Vec<u32>,
    pub decoder_start_token_id: u32,
}

/// What differs between the reference's class for T5 and the one for mT5, where a `config.json` is silent.
struct Defaults {
    vocab_size: usize,
    d_ff: usize,
    num_layers: usize,
    num_heads: usize,
    feed_forward_proj: &'static str,
    decoder_start_token_id: Option<u32>,
}

const T5: Defaults = Defaults {
    vocab_size: 32_128,
    d_ff: 2048,
    num_layers: 6,
    num_heads: 8,
    feed_forward_proj: "relu",
    decoder_start_token_id: None,
};

const MT5: Defaults = Defaults {
    vocab_size: 250_112,
    d_ff: 1024,
    num_layers: 8,
    num_heads: 6,
    feed_forward_proj: "gated-gelu",
    decoder_start_token_id: Some(0),
};

const ALIASES: [Alias; 4] =
    [("d_model", "hidden_size"), ("num_heads", "num_attention_heads"), ("num_layers", "num_hidden_layers"), ("d_kv", "head_dim")];

/// Fields that are never `null` in these classes, nor where the classes derive them.
const FILLED: [&str; 12] = [
    "vocab_size",
    "d_model",
    "d_kv",
    "d_ff",
    "num_layers",
    "num_heads",
    "relative_attention_num_buckets",
    "relative_attention_max_distance",
    "layer_norm_epsilon",
    "feed_forward_proj",
    "is_encoder_decoder",
    "dense_act_fn",
];

/// Farther than any text goes: the bounds of the buckets are looked for up to here. // tokens
const MOST_DISTANCE: usize = 1 << 20;

impl Config {
    pub fn read(plain: Settings) -> Result<Self> {
        let s = plain.with_aliases(&ALIASES);
        fields::check(s, fields::T5)?;
        s.filled(&FILLED)?;
        let many_languages = s.word("model_type")? == Some("mt5");
        let class = if many_languages { MT5 } else { T5 };
        // The reference takes the decoder's depth before it looks at the encoder's general name.
        let symmetric = plain.size("num_layers", class.num_layers, MOST_LAYERS)?;
        let vocab_size = s.size("vocab_size", class.vocab_size, MOST_WIDE)?;
        let pad_token_id = s.id("pad_token_id")?.unwrap_or(0);
        let tied = s.flag("tie_word_embeddings")?.unwrap_or(true);
        let (gated, activation) = feed_forward(s, class.feed_forward_proj)?;
        // Without a start of its own a decoder begins with the token that begins a text, and without that, as T5 was trained, with padding.
        let named = if s.has("decoder_start_token_id") { None } else { class.decoder_start_token_id };
        let begin = named.or(s.id("bos_token_id")?).unwrap_or(pad_token_id);
        let c = Config {
            vocab_size,
            d_model: s.size("d_model", 512, MOST_WIDE)?,
            d_kv: s.size("d_kv", 64, MOST_HEAD)?,
            d_ff: s.size("d_ff", class.d_ff, MOST_WIDE)?,
            num_layers: s.size("num_layers", class.num_layers, MOST_LAYERS)?,
            num_decoder_layers: s.size("num_decoder_layers", symmetric, MOST_LAYERS)?,
            num_heads: s.size("num_heads", class.num_heads, MOST_WIDE)?,
            relative_attention_num_buckets: s.size("relative_attention_num_buckets", 32, MOST_WIDE)?,
            relative_attention_max_distance: s.size("relative_attention_max_distance", 128, MOST_DISTANCE)?,
            layer_norm_epsilon: s.epsilon("layer_norm_epsilon", 1e-6)?,
            activation,
            gated,
            tied,
            // The class for mT5 does not know of it.
            scale_decoder_outputs: !many_languages && flag_or_null(s, "scale_decoder_outputs", tied)?,
            pad_token_id,
            eos_token_id: s.ids("eos_token_id", Some(1))?,
            decoder_start_token_id: start(s, begin, vocab_size)?,
        };
        product("num_heads × d_kv", [c.num_heads, c.d_kv], MOST_WIDE)?;
        Ok(c)
    }

    pub fn relative_bias(&self, direction: Direction) -> Result<RelativeBias> {
        let (total, far) = (self.relative_attention_num_buckets, self.relative_attention_max_distance);
        RelativeBias::new(direction, total, far).ok_or_else(|| {
            Error::Config(format!("{total} relative_attention_num_buckets up to a distance of {far} leave no usable buckets"))
        })
    }
}

/// Whether there is a gate, and the activation: `feed_forward_proj` says both in one word, `is_gated_act` and `dense_act_fn` win over it.
fn feed_forward(s: Settings, default: &str) -> Result<(bool, Activation)> {
    const NAME: &str = "feed_forward_proj";
    let unknown = |name: &str, got: &str| {
        let got = shown(got);
        Error::Config(format!("{name} \"{got}\" is not a known activation"))
    };
    let said = s.word(NAME)?.unwrap_or(default);
    let (gated, told) = match said.split_once('-') {
        // The reference reads this one name as the tanh form: the published v1.1 models were trained so.
        Some(("gated", "gelu")) => (true, "gelu_new"),
        Some(("gated", name)) => (true, name),
        Some(_) => return Err(unknown(NAME, said)),
        None => (false, said),
    };
    let activation = match s.word("dense_act_fn")? {
        Some(own) => Activation::from_config(own).ok_or_else(|| unknown("dense_act_fn", own))?,
        None => Activation::from_config(told).ok_or_else(|| unknown(NAME, said))?,
    };
    Ok((flag_or_null(s, "is_gated_act", gated)?, activation))
}

/// A flag that the reference takes from the file as it is: there `null` counts as false.
fn flag_or_null(s: Settings, name: &str, default: bool) -> Result<bool> {
    Ok(s.flag(name)?.unwrap_or(default && !s.has(name)))
}
