//! RoBERTa: Liu et al. 2019, "RoBERTa: A Robustly Optimized BERT Pretraining Approach".
//!
//! Read beside §3 and §4: BERT's encoder, trained otherwise: masks drawn anew each time, no next-sentence task, byte-level BPE.
//! What shows in the graph: positions count from `pad_token_id` + 1 (fairseq's padding keeps a row of the table for itself), one
//! segment only, and a classifier that reads the first token through a dense layer of its own.

use super::encoder::{BlockNames, Config, Embeddings, WordHead, block, classify, embed, model, named, pool, words};
use super::settings::Settings;
use super::{Classes, Model};
use crate::error::Result;
use crate::graph::{Graph, Stage};
use crate::ops::Activation;

const CLASSES: [&str; 3] = ["RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification"];

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    let class = settings.class(&CLASSES)?;
    let c = Config::read(settings)?;
    let mut graph = Graph::default();
    let g = &mut graph.scope(Stage::Source);
    let embeddings = Embeddings { stems: named("roberta", "embeddings"), pad: Some(c.pad_token_id.unwrap_or(1)) };
    let (inputs, table, mut h) = embed(g, &c, &embeddings)?;
    for l in 0..c.num_hidden_layers {
        let names = BlockNames::bert(&named("roberta", &format!("encoder.layer.{l}")));
        h = block(&mut g.enter("blocks").enter(l), &c, names, h, inputs.attention_mask)?;
    }
    let (mut outputs, mut classes) = (vec![], None);
    if class == "RobertaForMaskedLM" {
        let head = WordHead {
            dense: vec!["lm_head.dense".into()],
            activation: Activation::GeluErf,
            norm: vec!["lm_head.layer_norm".into()],
            decoder: "lm_head.decoder.weight".into(),
            bias: vec!["lm_head.decoder.bias".into(), "lm_head.bias".into()],
        };
        outputs.push(words(g, &c, head, h, table, tensors)?);
    }
    if class == "RobertaForSequenceClassification" {
        let x = pool(g, &c, vec!["classifier.dense".into()], h)?;
        let read = Classes::read(settings)?;
        outputs.push(classify(g, "logits", vec!["classifier.out_proj".into()], x, read.labels.len())?);
        classes = Some(read);
    }
    Ok(Model { classes, ..model(class, &c, graph, inputs, outputs) })
}
