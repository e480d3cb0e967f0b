//! ALBERT: Lan et al. 2019, "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations".
//!
//! Read beside §3.1: a narrow embedding and a matrix that widens it (V × E + E × H numbers in place of V × H), one set of weights
//! that all layers of a group share, and sentence order in place of next-sentence prediction. A shared layer has its weights
//! once in the graph, and a block, with hooks, for each pass.

use super::encoder::{
    BlockNames, Config, Defaults, Embeddings, WordHead, block, classify, embed, first, model, named, pool, words,
};
use super::parts::{Matrix, project};
use super::settings::{MOST_LAYERS, Settings, product};
use super::{Classes, Model};
use crate::error::Result;
use crate::graph::{Graph, Stack, Stage};
use crate::tensor::Axis::DModel;

const CLASSES: [&str; 3] = ["AlbertModel", "AlbertForMaskedLM", "AlbertForPreTraining"];

const DEFAULTS: Defaults = Defaults {
    vocab_size: 30_000,
    hidden_size: 4096,
    embedding_size: Some(128),
    num_attention_heads: 64,
    intermediate_size: 16_384,
    hidden_act: "gelu_new",
    pad_token_id: 0,
    // `transformers` makes one there and does not use it.
    mlp_dropout: false,
};

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    let class = settings.class(&CLASSES)?;
    let c = Config::read(settings, &DEFAULTS)?;
    let mut graph = Graph::default();
    let g = &mut graph.scope(Stage::Source);
    settings.filled(&["num_hidden_groups", "inner_group_num"])?;
    let groups = settings.size("num_hidden_groups", 1, c.num_hidden_layers)?;
    let inner = settings.size("inner_group_num", 1, MOST_LAYERS)?; // blocks of a group
    let passes = product("num_hidden_layers × inner_group_num", [c.num_hidden_layers, inner], MOST_LAYERS)?;
    let embeddings = Embeddings { stems: named("albert", "embeddings"), head: "predictions.decoder.weight", pad: None };
    let embedded = embed(g, &c, &embeddings)?;
    let wider = Matrix::biased(named("albert", "encoder.embedding_hidden_mapping_in"));
    let mut h = project(g, "embedded_wide", wider, embedded.h, &[(DModel, c.hidden_size)])?;
    for pass in 0..passes {
        let group = pass / inner * groups / c.num_hidden_layers;
        let stems = named("albert", &format!("encoder.albert_layer_groups.{group}.albert_layers.{}", pass % inner));
        h = block(&mut g.stack(Stack::Blocks).layer(pass), &c, shared(&stems), h, embedded.inputs.attention_mask)?;
    }
    let mut outputs = vec![];
    if class != "AlbertModel" {
        let head = WordHead {
            dense: vec!["predictions.dense".into()],
            activation: c.activation,
            norm: vec!["predictions.LayerNorm".into()],
            bias: &["predictions.decoder.bias", "predictions.bias"],
        };
        outputs.push(words(g, &c, head, h, &embedded, tensors)?);
    }
    if class == "AlbertForPreTraining" {
        let first = first(g, &c, h)?;
        let pooled = pool(g, &c, named("albert", "pooler"), first)?;
        let pooled = g.dropped(pooled);
        outputs.push(classify(
            g,
            "sop_logits",
            vec!["sop_classifier.classifier".into()],
            pooled,
            Classes::read(settings)?.labels.len(),
        )?);
    }
    Ok(model(class, &c, graph, embedded.inputs, outputs))
}

fn shared(stems: &[String]) -> BlockNames {
    let at = |part: &str| stems.iter().map(|stem| format!("{stem}.{part}")).collect();
    BlockNames {
        query: at("attention.query"),
        key: at("attention.key"),
        value: at("attention.value"),
        attn_out: at("attention.dense"),
        attn_norm: at("attention.LayerNorm"),
        mlp_in: at("ffn"),
        mlp_out: at("ffn_output"),
        mlp_norm: at("full_layer_layer_norm"),
    }
}
