//! What BERT and its descendants share: the sizes in their `config.json`, three embeddings summed, blocks with the norm behind
//! each part, and the heads that more than one of them has.

use super::fields::{self, ENCODER};
use super::parts::{Heads, Matrix, Words, attend, layer_norm, project};
use super::settings::{MOST_LAYERS, MOST_WIDE, Settings, split};
use super::{Family, Generation, Inputs, Model, Positions, SpecialTokens, TextInputs};
use crate::error::{Error, Result, shown};
use crate::graph::{Dim, Graph, NodeId, Part, Scope};
use crate::ops::{Activation, Add, Embed, First, Linear, Mask};
use crate::tensor::Axis::{self, Batch, DMlp, DModel, DVocab, KeyPos, Label, Pos};

/// `config.json`, with the defaults of its class where a file leaves something out.
pub struct Config {
    pub vocab_size: usize,
    pub hidden_size: usize,
    /// Width of the embeddings: not always the hidden one (ALBERT, ELECTRA).
    pub embedding_size: usize,
    pub num_hidden_layers: usize,
    pub num_attention_heads: usize,
    d_head: usize,
    pub intermediate_size: usize,
    pub activation: Activation,
    pub max_position_embeddings: usize,
    pub type_vocab_size: usize,
    pub layer_norm_eps: f32,
    pub pad_token_id: Option<u32>,
    /// Whether there is dropout behind the feed-forward part.
    pub mlp_dropout: bool,
    /// Whether a word head's matrix is the embedding where the checkpoint has none of its own.
    tied: bool,
}

/// What a class of the reference takes where a `config.json` is silent.
pub struct Defaults {
    pub vocab_size: usize,
    pub hidden_size: usize,
    /// `None` in a class without the field: the embeddings are as wide as the hidden state, whatever a file says.
    pub embedding_size: Option<usize>,
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    pub hidden_act: &'static str,
    pub pad_token_id: u32,
    /// Whether there is dropout behind the feed-forward part.
    pub mlp_dropout: bool,
}

impl Defaults {
    pub const BERT: Defaults = Defaults {
        vocab_size: 30_522,
        hidden_size: 768,
        embedding_size: None,
        num_attention_heads: 12,
        intermediate_size: 3072,
        hidden_act: "gelu",
        pad_token_id: 0,
        mlp_dropout: true,
    };
}

/// Fields that are never `null` in these classes.
const FILLED: [&str; 10] = [
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "hidden_act",
    "max_position_embeddings",
    "type_vocab_size",
    "layer_norm_eps",
    "tie_word_embeddings",
];

impl Config {
    pub fn read(s: Settings, class: &Defaults) -> Result<Self> {
        fields::check(s, ENCODER)?;
        s.filled(&FILLED)?;
        let hidden_size = s.size("hidden_size", class.hidden_size, MOST_WIDE)?;
        let num_attention_heads = s.size("num_attention_heads", class.num_attention_heads, MOST_LAYERS)?;
        let act = s.word("hidden_act")?.unwrap_or(class.hidden_act);
        let embedding_size = match class.embedding_size {
            Some(default) => {
                s.filled(&["embedding_size"])?;
                s.size("embedding_size", default, MOST_WIDE)?
            }
            None => hidden_size,
        };
        Ok(Config {
            vocab_size: s.size("vocab_size", class.vocab_size, MOST_WIDE)?,
            hidden_size,
            embedding_size,
            num_hidden_layers: s.size("num_hidden_layers", 12, MOST_LAYERS)?,
            num_attention_heads,
            d_head: split("hidden_size", hidden_size, num_attention_heads)?,
            intermediate_size: s.size("intermediate_size", class.intermediate_size, MOST_WIDE)?,
            activation: Activation::from_config(act).ok_or_else(|| {
                let act = shown(act);
                Error::Config(format!("hidden_act \"{act}\" is not known"))
            })?,
            max_position_embeddings: s.size("max_position_embeddings", 512, MOST_WIDE)?,
            type_vocab_size: s.size("type_vocab_size", 2, MOST_WIDE)?,
            layer_norm_eps: s.epsilon("layer_norm_eps", 1e-12)?,
            pad_token_id: if s.has("pad_token_id") { s.id("pad_token_id")? } else { Some(class.pad_token_id) },
            mlp_dropout: class.mlp_dropout,
            tied: s.flag("tie_word_embeddings")?.unwrap_or(true),
        })
    }
}

/// How the embeddings of one family differ from another's.
pub struct Embeddings {
    /// Names in the checkpoint, e.g. `bert.embeddings`.
    pub stems: Vec<String>,
    /// The matrix of the head that writes words.
    pub head: &'static str,
    /// The padding after which positions count (RoBERTa); `None` where they count from 0.
    pub pad: Option<u32>,
}

/// An encoder's inputs, and what becomes of them before the first block.
pub struct Embedded {
    pub inputs: TextInputs,
    pub words: Words,
    /// The table of words: \[d_vocab d_model\].
    pub table: NodeId,
    /// The embeddings summed and normed: \[batch pos d_model\].
    pub h: NodeId,
}

/// Devlin et al. 2018, figure 2.
pub fn embed(g: &mut Scope, c: &Config, embeddings: &Embeddings) -> Result<Embedded> {
    let text = [(Batch, Dim::Batch), (Pos, Dim::Source)];
    let ids = g.input("ids", &text);
    let attention_mask = g.input("attention_mask", &[(Batch, Dim::Batch), (KeyPos, Dim::Source)]);
    let token_type_ids = g.input("token_type_ids", &text);
    let positions = g.input("position_ids", &text);
    let names = |name: &str| embeddings.stems.iter().map(|stem| format!("{stem}.{name}.weight")).collect::<Vec<String>>();
    let words = Words {
        table: names("word_embeddings"),
        head: embeddings.head,
        tied: c.tied,
        vocab: c.vocab_size,
        width: c.embedding_size,
    };
    let table = words.table(g);
    let segments = g.weight(&names("token_type_embeddings"), &[(Axis::Out, c.type_vocab_size), (DModel, c.embedding_size)]);
    let places = g.weight(&names("position_embeddings"), &[(Pos, c.max_position_embeddings), (DModel, c.embedding_size)]);
    let axes = [(Batch, Dim::Batch), (Pos, Dim::Source), (DModel, Dim::Fixed(c.embedding_size))];
    let word = g.op("hook_embed", Embed, &[ids, table], &axes)?;
    let segment = g.op("hook_token_type_embed", Embed, &[token_type_ids, segments], &axes)?;
    let place = g.op("hook_pos_embed", Embed, &[positions, places], &axes)?;
    let sum = g.like("embedded_segment", Add, &[word, segment])?;
    let sum = g.like("embedded", Add, &[sum, place])?;
    let stems: Vec<String> = embeddings.stems.iter().map(|stem| format!("{stem}.LayerNorm")).collect();
    let h = layer_norm(g, "embedded_norm", &stems, c.layer_norm_eps, sum)?;
    let h = g.dropped(h);
    let positions = Some(match embeddings.pad {
        Some(pad) => Positions::AfterPadding { node: positions, pad },
        None => Positions::Counted { node: positions },
    });
    let inputs = TextInputs { ids, attention_mask, token_type_ids: Some(token_type_ids), positions };
    Ok(Embedded { inputs, words, table, h })
}

/// The stems of one block's weights.
pub struct BlockNames {
    pub query: Vec<String>,
    pub key: Vec<String>,
    pub value: Vec<String>,
    pub attn_out: Vec<String>,
    pub attn_norm: Vec<String>,
    pub mlp_in: Vec<String>,
    pub mlp_out: Vec<String>,
    pub mlp_norm: Vec<String>,
}

impl BlockNames {
    /// As BERT, RoBERTa and ELECTRA call them, under e.g. `bert.encoder.layer.0`.
    pub fn bert(stems: &[String]) -> Self {
        let at = |part: &str| stems.iter().map(|stem| format!("{stem}.{part}")).collect();
        BlockNames {
            query: at("attention.self.query"),
            key: at("attention.self.key"),
            value: at("attention.self.value"),
            attn_out: at("attention.output.dense"),
            attn_norm: at("attention.output.LayerNorm"),
            mlp_in: at("intermediate.dense"),
            mlp_out: at("output.dense"),
            mlp_norm: at("output.LayerNorm"),
        }
    }
}

/// Vaswani et al. 2017, §3.1: LayerNorm(x + Sublayer(x)), for attention and for the feed-forward part.
pub fn block(g: &mut Scope, c: &Config, names: BlockNames, h: NodeId, allowed: NodeId) -> Result<NodeId> {
    let heads = Heads { query: c.num_attention_heads, key: c.num_attention_heads, d_head: c.d_head };
    let width = [(DModel, c.hidden_size)];
    g.alias("hook_resid_pre", h);

    let mut attn = g.part(Part::Attn);
    let q = project(&mut attn, "hook_q", Matrix::biased(names.query), h, &heads.query_axes())?; // [batch pos head d_head]
    let k = project(&mut attn, "hook_k", Matrix::biased(names.key), h, &heads.key_axes())?; // [batch pos kv_head d_head]
    let v = project(&mut attn, "hook_v", Matrix::biased(names.value), h, &heads.key_axes())?; // [batch pos kv_head d_head]
    let z = attend(&mut attn, heads, [q, k, v], allowed, Mask::Padding)?;
    let out = project(&mut g.of(Part::Attn), "hook_attn_out", Matrix::biased(names.attn_out), z, &width)?;
    let out = g.dropped(out);
    let sum = g.like("attn_sum", Add, &[h, out])?;
    let mid = layer_norm(g, "ln1.hook_normalized", &names.attn_norm, c.layer_norm_eps, sum)?;
    g.alias("hook_resid_mid", mid);

    let mut mlp = g.part(Part::Mlp);
    let pre = project(&mut mlp, "hook_pre", Matrix::biased(names.mlp_in), mid, &[(DMlp, c.intermediate_size)])?;
    let post = mlp.like("hook_post", c.activation, &[pre])?;
    let out = project(&mut g.of(Part::Mlp), "hook_mlp_out", Matrix::biased(names.mlp_out), post, &width)?;
    let out = if c.mlp_dropout { g.dropped(out) } else { out };
    let sum = g.like("mlp_sum", Add, &[mid, out])?;
    let h = layer_norm(g, "ln2.hook_normalized", &names.mlp_norm, c.layer_norm_eps, sum)?;
    g.alias("hook_resid_post", h);
    Ok(h)
}

/// A masked word from the hidden state at its place: a dense layer, a norm, and the embedding again with a bias of its own.
pub struct WordHead<'n> {
    pub dense: Vec<String>,
    pub activation: Activation,
    pub norm: Vec<String>,
    /// The matrix's own bias, and the name under which it serves where `config.json` ties the two.
    pub bias: &'n [&'static str],
}

pub fn words(g: &mut Scope, c: &Config, head: WordHead, h: NodeId, embedded: &Embedded, tensors: &[String]) -> Result<NodeId> {
    let mut own = g.part(Part::Head);
    let x = project(&mut own, "dense", Matrix::biased(head.dense), h, &[(DModel, c.embedding_size)])?;
    let x = own.like("activation", head.activation, &[x])?;
    let x = layer_norm(&mut own, "norm", &head.norm, c.layer_norm_eps, x)?;
    let g = &mut g.of(Part::Head);
    let matrix = embedded.words.head(g, embedded.table, tensors);
    let bias = g.weight(if c.tied { head.bias } else { &head.bias[..1] }, &[(DVocab, c.vocab_size)]);
    let axes = [(Batch, Dim::Batch), (Pos, Dim::Source), (DVocab, Dim::Fixed(c.vocab_size))];
    g.op("logits", Linear, &[x, matrix, bias], &axes)
}

/// Devlin et al. 2018, §3: the final vector of \[CLS\] (see [`first`]), through a dense layer and tanh: \[batch d_model\].
pub fn pool(g: &mut Scope, c: &Config, dense: Vec<String>, first: NodeId) -> Result<NodeId> {
    let x = project(&mut g.part(Part::Pooler), "dense", Matrix::biased(dense), first, &[(DModel, c.hidden_size)])?;
    g.of(Part::Pooler).like("pooled", Activation::Tanh, &[x])
}

/// The vector of each text's first token: \[batch d_model\].
pub fn first(g: &mut Scope, c: &Config, h: NodeId) -> Result<NodeId> {
    g.of(Part::Pooler).op("first", First, &[h], &[(Batch, Dim::Batch), (DModel, Dim::Fixed(c.hidden_size))])
}

/// Scores for each class of a text: \[batch label\].
pub fn classify(g: &mut Scope, name: &str, stems: Vec<String>, x: NodeId, labels: usize) -> Result<NodeId> {
    project(&mut g.of(Part::Head), name, Matrix::biased(stems), x, &[(Label, labels)])
}

/// An encoder's model around its graph.
pub fn model(architecture: &'static str, c: &Config, graph: Graph, inputs: TextInputs, outputs: Vec<NodeId>) -> Model {
    let after = if let Some(Positions::AfterPadding { pad, .. }) = inputs.positions { pad as usize + 1 } else { 0 };
    Model {
        architecture,
        family: Family::Encoder,
        graph: graph.finish(),
        inputs: Inputs { source: Some(inputs), target: None },
        outputs,
        layers: c.num_hidden_layers,
        heads: c.num_attention_heads,
        d_model: c.hidden_size,
        vocab: c.vocab_size,
        token_types: c.type_vocab_size,
        classes: None,
        special: SpecialTokens { decoder_start: 0, eos: vec![], pad: c.pad_token_id.unwrap_or(0) },
        max_positions: Some(c.max_position_embeddings - after),
        generation: Generation::default(),
    }
}

/// `prefix.name` and, as a bare encoder's file has it, `name`.
pub fn named(prefix: &str, name: &str) -> Vec<String> {
    vec![format!("{prefix}.{name}"), name.to_string()]
}
