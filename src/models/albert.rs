//! ALBERT: Lan et al. 2019, "ALBERT: A Lite BERT for Self-supervised Learning of Language Representations".
//!
//! Read beside §3.1: a narrow embedding and a matrix that widens it (V × E + E × H numbers in place of V × H), one set of weights
//! that all layers of a group share, and sentence order in place of next-sentence prediction. A shared layer has its weights
//! once in the graph, and a block, with hooks, for each pass.

use super::encoder::{BlockNames, Config, Embeddings, WordHead, block, classify, embed, model, named, pool, words};
use super::parts::{Matrix, project};
use super::settings::{MOST_LAYERS, Settings, sized};
use super::{Classes, Model};
use crate::error::Result;
use crate::graph::{Graph, Stage};
use crate::tensor::Axis::DModel;

const CLASSES: [&str; 3] = ["AlbertModel", "AlbertForMaskedLM", "AlbertForPreTraining"];

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    let class = settings.class(&CLASSES)?;
    let c = Config::read(settings)?;
    let mut graph = Graph::default();
    let g = &mut graph.scope(Stage::Source);
    let (inputs, table, h) = embed(g, &c, &Embeddings { stems: named("albert", "embeddings"), pad: None })?;
    let wider = Matrix::biased(named("albert", "encoder.embedding_hidden_mapping_in"));
    let mut h = project(g, "embedded_wide", wider, h, &[(DModel, c.hidden_size)])?;
    let passes = sized("num_hidden_layers × inner_group_num", (c.num_hidden_layers * c.inner_group_num) as u64, MOST_LAYERS)?;
    for pass in 0..passes {
        let (layer, inner) = (pass / c.inner_group_num, pass % c.inner_group_num);
        let group = layer * c.num_hidden_groups / c.num_hidden_layers;
        let stems = named("albert", &format!("encoder.albert_layer_groups.{group}.albert_layers.{inner}"));
        h = block(&mut g.enter("blocks").enter(pass), &c, shared(&stems), h, inputs.attention_mask)?;
    }
    let mut outputs = vec![];
    if class != "AlbertModel" {
        let head = WordHead {
            dense: vec!["predictions.dense".into()],
            activation: c.activation,
            norm: vec!["predictions.LayerNorm".into()],
            decoder: "predictions.decoder.weight".into(),
            bias: vec!["predictions.decoder.bias".into(), "predictions.bias".into()],
        };
        outputs.push(words(g, &c, head, h, table, tensors)?);
    }
    if class == "AlbertForPreTraining" {
        let pooled = pool(g, &c, named("albert", "pooler"), h)?;
        outputs.push(classify(
            g,
            "sop_logits",
            vec!["sop_classifier.classifier".into()],
            pooled,
            Classes::read(settings)?.labels.len(),
        )?);
    }
    Ok(model(class, &c, graph, inputs, outputs))
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
