//! T5: Raffel et al. 2020, "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer".
//!
//! Read beside §2.1 of the paper, and §3 of Vaswani et al. 2017 which it follows: the norm stands before each part instead
//! of after it and has no bias, positions enter only as a learned bias on the scores, shared by all layers of a half.
//! Differs from the paper: attention is not divided by √d_head (the published weights absorb it), as in the released code.
//! Version 1.1 (Shazeer 2020, §2) has a gated feed-forward part and a head of its own.

mod config;

use config::Config;

use super::parts::{Words, has};
use super::settings::Settings;
use super::{Family, Generation, Inputs, Model, SpecialTokens, TextInputs};
use crate::error::Result;
use crate::graph::{Dim, Graph, NodeId, Part, Scope, Stack, Stage};
use crate::ops::relative_bias::Direction;
use crate::ops::{Add, Append, AttnMix, AttnScores, Embed, Linear, Mask, Mul, RmsNorm, Scale, Softmax};
use crate::tensor::Axis::{self, Batch, Bucket, DHead, DMlp, DModel, DVocab, Head, In, KeyPos, KvHead, Out, Pos, QueryPos};

/// Its name, its older one, and that of the many languages' v1.1.
const CLASSES: [&str; 3] = ["T5ForConditionalGeneration", "T5WithLMHeadModel", "MT5ForConditionalGeneration"];

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    settings.class(&CLASSES)?;
    let config = Config::read(settings)?;
    let mut graph = Graph::default();
    let (inputs, logits) = text_to_text(&mut graph.scope(Stage::Source), &config, tensors)?;
    Ok(Model {
        architecture: "T5ForConditionalGeneration",
        family: Family::EncoderDecoder,
        graph: graph.finish(),
        inputs,
        outputs: vec![logits],
        layers: config.num_layers.max(config.num_decoder_layers),
        heads: config.num_heads,
        d_model: config.d_model,
        vocab: config.vocab_size,
        token_types: 0,
        classes: None,
        special: SpecialTokens {
            decoder_start: config.decoder_start_token_id,
            eos: config.eos_token_id,
            pad: config.pad_token_id,
        },
        max_positions: None,
        generation: Generation::default(),
    })
}

/// §2.1: "an encoder-decoder Transformer". The encoder reads the source once; the decoder runs for every new token.
fn text_to_text(g: &mut Scope, c: &Config, tensors: &[String]) -> Result<(Inputs, NodeId)> {
    let names = ["shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"].map(String::from);
    let words = Words { table: names.to_vec(), head: "lm_head.weight", tied: c.tied, vocab: c.vocab_size, width: c.d_model };
    let embedding = words.table(g);
    // One table serves both halves, unless the checkpoint holds another for one of them beside those before it.
    let mut own = |place: usize| {
        let is_second = names[..place].iter().any(|name| has(tensors, name));
        match is_second && has(tensors, &names[place]) {
            true => g.weight(&names[place..=place], &[(DVocab, c.vocab_size), (DModel, c.d_model)]),
            false => embedding,
        }
    };
    let [source_words, target_words] = [1, 2].map(&mut own);

    let ids = g.input("ids", &[(Batch, Dim::Batch), (Pos, Dim::Source)]);
    let allowed = g.input("attention_mask", &[(Batch, Dim::Batch), (KeyPos, Dim::Source)]);
    let source = Half { c, name: "encoder", pos: Dim::Source, keys: Dim::Source };
    let memory = source.encode(&mut g.stack(Stack::Encoder), ids, allowed, source_words)?; // [batch pos d_model]

    let g = &mut g.during(Stage::Target);
    let decoder_ids = g.input("decoder_ids", &[(Batch, Dim::Batch), (Pos, Dim::Target)]);
    let decoder_allowed = g.input("decoder_attention_mask", &[(Batch, Dim::Batch), (KeyPos, Dim::Keys)]);
    let target = Half { c, name: "decoder", pos: Dim::Target, keys: Dim::Keys };
    let seen = Memory { states: memory, allowed };
    let mut h = target.decode(&mut g.stack(Stack::Decoder), decoder_ids, decoder_allowed, seen, target_words)?; // [batch pos d_model]

    // The first T5 shares the embedding with the head and scales what enters it.
    if c.scale_decoder_outputs {
        h = g.stack(Stack::Decoder).like("scaled", Scale { by: (c.d_model as f32).powf(-0.5) }, &[h])?;
    }
    let head = words.head(&mut g.of(Part::Head), embedding, tensors);
    let axes = [(Batch, Dim::Batch), (Pos, Dim::Target), (DVocab, Dim::Fixed(c.vocab_size))];
    let logits = g.of(Part::Head).op("logits", Linear, &[h, head], &axes)?;
    let text = |ids, attention_mask| Some(TextInputs { ids, attention_mask, token_type_ids: None, positions: None });
    Ok((Inputs { source: text(ids, allowed), target: text(decoder_ids, decoder_allowed) }, logits))
}

/// The encoder's output, and which of its positions are not padding.
#[derive(Clone, Copy)]
struct Memory {
    states: NodeId,
    allowed: NodeId,
}

/// Where the keys and values of an attention come from.
enum Keys {
    /// The same positions as the queries.
    Own,
    /// Those, after the ones of earlier steps.
    Cached,
    /// The encoder's output: once per source.
    Encoder(NodeId),
}

/// One of the two stacks: its name in the checkpoint and in the hooks, and the lengths of its axes.
struct Half<'c> {
    c: &'c Config,
    name: &'static str,
    pos: Dim,
    keys: Dim,
}

impl Half<'_> {
    fn encode(&self, g: &mut Scope, ids: NodeId, allowed: NodeId, embedding: NodeId) -> Result<NodeId> {
        let mut h = self.embed(g, ids, embedding)?;
        let bias = self.position_bias(g, Direction::Both)?;
        for l in 0..self.c.num_layers {
            let g = &mut g.layer(l);
            let layer = |n: usize, part: &str| format!("encoder.block.{l}.layer.{n}.{part}");
            g.alias("hook_resid_pre", h);

            let x = self.norm(g, "ln1.hook_normalized", &layer(0, "layer_norm"), h)?;
            let z = self.attend(
                &mut g.part(Part::Attn),
                &layer(0, "SelfAttention"),
                x,
                Keys::Own,
                allowed,
                Mask::Padding,
                Some(bias),
            )?;
            let out =
                self.project(&mut g.of(Part::Attn), "hook_attn_out", &layer(0, "SelfAttention.o"), z, DModel, self.c.d_model)?;
            let out = g.dropped(out);
            h = g.like("hook_resid_mid", Add, &[h, out])?;

            let x = self.norm(g, "ln2.hook_normalized", &layer(1, "layer_norm"), h)?;
            let out = self.feed_forward(g, &layer(1, "DenseReluDense"), x)?;
            h = g.like("hook_resid_post", Add, &[h, out])?;
        }
        let h = self.norm(g, "ln_final.hook_normalized", "encoder.final_layer_norm", h)?;
        Ok(g.dropped(h))
    }

    fn decode(&self, g: &mut Scope, ids: NodeId, allowed: NodeId, memory: Memory, embedding: NodeId) -> Result<NodeId> {
        let mut h = self.embed(g, ids, embedding)?;
        let bias = self.position_bias(g, Direction::Back)?;
        for l in 0..self.c.num_decoder_layers {
            let g = &mut g.layer(l);
            let layer = |n: usize, part: &str| format!("decoder.block.{l}.layer.{n}.{part}");
            g.alias("hook_resid_pre", h);

            let x = self.norm(g, "ln1.hook_normalized", &layer(0, "layer_norm"), h)?;
            let z = self.attend(
                &mut g.part(Part::Attn),
                &layer(0, "SelfAttention"),
                x,
                Keys::Cached,
                allowed,
                Mask::Causal,
                Some(bias),
            )?;
            let out =
                self.project(&mut g.of(Part::Attn), "hook_attn_out", &layer(0, "SelfAttention.o"), z, DModel, self.c.d_model)?;
            let out = g.dropped(out);
            h = g.like("hook_resid_mid", Add, &[h, out])?;

            let x = self.norm(g, "ln2.hook_normalized", &layer(1, "layer_norm"), h)?;
            let source = Keys::Encoder(memory.states);
            let mut cross = g.part(Part::CrossAttn);
            let z = self.attend(&mut cross, &layer(1, "EncDecAttention"), x, source, memory.allowed, Mask::Padding, None)?;
            let out = self.project(
                &mut g.of(Part::CrossAttn),
                "hook_cross_attn_out",
                &layer(1, "EncDecAttention.o"),
                z,
                DModel,
                self.c.d_model,
            )?;
            let out = g.dropped(out);
            h = g.like("hook_resid_mid_cross", Add, &[h, out])?;

            let x = self.norm(g, "ln3.hook_normalized", &layer(2, "layer_norm"), h)?;
            let out = self.feed_forward(g, &layer(2, "DenseReluDense"), x)?;
            h = g.like("hook_resid_post", Add, &[h, out])?;
        }
        let h = self.norm(g, "ln_final.hook_normalized", "decoder.final_layer_norm", h)?;
        Ok(g.dropped(h))
    }

    fn embed(&self, g: &mut Scope, ids: NodeId, table: NodeId) -> Result<NodeId> {
        let axes = [(Batch, Dim::Batch), (Pos, self.pos), (DModel, Dim::Fixed(self.c.d_model))];
        let h = g.op("hook_embed", Embed, &[ids, table], &axes)?;
        Ok(g.dropped(h))
    }

    /// §2.1: "a simplified form of position embeddings where each 'embedding' is simply a scalar that is added to the
    /// corresponding logit". Its table belongs to the first layer; all layers use it.
    fn position_bias(&self, g: &mut Scope, direction: Direction) -> Result<NodeId> {
        let (c, half) = (self.c, self.name);
        let name = format!("{half}.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        let table = g.weight(&[&name], &[(Bucket, c.relative_attention_num_buckets), (Head, c.num_heads)]);
        let axes = [(Head, Dim::Fixed(c.num_heads)), (QueryPos, self.pos), (KeyPos, self.keys)];
        g.op("position_bias", c.relative_bias(direction)?, &[table], &axes)
    }

    /// "The layer normalization bias is removed … and placed outside the residual path."
    fn norm(&self, g: &mut Scope, hook: &str, weights: &str, x: NodeId) -> Result<NodeId> {
        let weight = g.weight(&[&format!("{weights}.weight")], &[(DModel, self.c.d_model)]);
        g.like(hook, RmsNorm { eps: self.c.layer_norm_epsilon }, &[x, weight])
    }

    /// Vaswani et al. 2017, §3.2.2, up to the weighted values: `[batch pos head d_head]`.
    #[allow(clippy::too_many_arguments)] // they are the picture's arrows
    fn attend(
        &self,
        g: &mut Scope,
        weights: &str,
        x: NodeId,
        keys: Keys,
        allowed: NodeId,
        mask: Mask,
        bias: Option<NodeId>,
    ) -> Result<NodeId> {
        let q = self.heads(g, "hook_q", &format!("{weights}.q"), x, Head)?; // [batch pos head d_head]
        let (k, v, len) = match keys {
            Keys::Own => (self.key(g, weights, x)?, self.value(g, weights, x)?, self.keys), // [batch pos kv_head d_head]
            Keys::Cached => {
                let (k, v) = (self.key(g, weights, x)?, self.value(g, weights, x)?);
                (self.cache(g, "cache_k", k)?, self.cache(g, "cache_v", v)?, self.keys) // [key_pos batch kv_head d_head]
            }
            Keys::Encoder(states) => {
                let g = &mut g.during(Stage::Source);
                (self.key(g, weights, states)?, self.value(g, weights, states)?, Dim::Source) // [batch pos kv_head d_head]
            }
        };
        let axes = [(Batch, Dim::Batch), (Head, Dim::Fixed(self.c.num_heads)), (QueryPos, self.pos), (KeyPos, len)];
        let inputs: Vec<NodeId> = [q, k].into_iter().chain(bias).collect();
        let scores = g.op("hook_attn_scores_unmasked", AttnScores { scale: 1.0 }, &inputs, &axes)?;
        let scores = g.like("hook_attn_scores", mask, &[scores, allowed])?;
        let pattern = g.like("hook_pattern", Softmax, &[scores])?;
        let pattern = g.dropped(pattern);
        let axes = g.axes(q);
        g.op("hook_z", AttnMix, &[pattern, v], &axes)
    }

    fn key(&self, g: &mut Scope, weights: &str, x: NodeId) -> Result<NodeId> {
        self.heads(g, "hook_k", &format!("{weights}.k"), x, KvHead)
    }

    fn value(&self, g: &mut Scope, weights: &str, x: NodeId) -> Result<NodeId> {
        self.heads(g, "hook_v", &format!("{weights}.v"), x, KvHead)
    }

    fn heads(&self, g: &mut Scope, hook: &str, weights: &str, x: NodeId, head: Axis) -> Result<NodeId> {
        let c = self.c;
        let weight = g.weight(&[&format!("{weights}.weight")], &[(Out, c.num_heads * c.d_kv), (In, c.d_model)]);
        let [batch, pos, _] = <[_; 3]>::try_from(g.axes(x)).expect("hidden states have three axes");
        g.op(hook, Linear, &[x, weight], &[batch, pos, (head, Dim::Fixed(c.num_heads)), (DHead, Dim::Fixed(c.d_kv))])
    }

    fn cache(&self, g: &mut Scope, name: &str, x: NodeId) -> Result<NodeId> {
        let [batch, _, head, width] = <[_; 4]>::try_from(g.axes(x)).expect("keys have four axes");
        g.op(name, Append, &[x], &[(KeyPos, self.keys), batch, head, width])
    }

    /// §2.1: "a dense layer with an output dimensionality of d_ff followed by a ReLU nonlinearity and another dense
    /// layer"; in v1.1 a gated linear unit, Shazeer 2020, eq. 6.
    fn feed_forward(&self, g: &mut Scope, weights: &str, x: NodeId) -> Result<NodeId> {
        let Config { activation, gated, d_ff: d_mlp, .. } = *self.c;
        let mut mlp = g.part(Part::Mlp);
        let post = if gated {
            let pre = self.project(&mut mlp, "hook_pre", &format!("{weights}.wi_0"), x, DMlp, d_mlp)?;
            let gate = mlp.like("gate", activation, &[pre])?;
            let linear = self.project(&mut mlp, "hook_pre_linear", &format!("{weights}.wi_1"), x, DMlp, d_mlp)?;
            mlp.like("hook_post", Mul, &[gate, linear])?
        } else {
            let pre = self.project(&mut mlp, "hook_pre", &format!("{weights}.wi"), x, DMlp, d_mlp)?;
            mlp.like("hook_post", activation, &[pre])?
        };
        let post = mlp.dropped(post);
        let out = self.project(&mut g.of(Part::Mlp), "hook_mlp_out", &format!("{weights}.wo"), post, DModel, self.c.d_model)?;
        Ok(g.dropped(out))
    }

    /// A matrix without a bias: T5 has none. x \[batch pos …\] → \[batch pos axis\].
    fn project(&self, g: &mut Scope, hook: &str, weights: &str, x: NodeId, axis: Axis, n: usize) -> Result<NodeId> {
        let axes = g.axes(x);
        let width = axes[2..].iter().map(|(_, dim)| if let Dim::Fixed(n) = dim { *n } else { 1 }).product();
        let weight = g.weight(&[&format!("{weights}.weight")], &[(Out, n), (In, width)]);
        g.op(hook, Linear, &[x, weight], &[axes[0], axes[1], (axis, Dim::Fixed(n))])
    }
}
