//! BERT: Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding".
//!
//! Read beside §3: the encoder of Vaswani et al. 2017 with learned positions and segments, pretrained on two tasks that a head
//! each remembers: masked words (§3.1, task 1) and whether one sentence follows another (task 2).

use super::encoder::{
    BlockNames, Config, Defaults, Embeddings, WordHead, block, classify, embed, first, model, named, pool, words,
};
use super::settings::Settings;
use super::{Classes, Model};
use crate::error::Result;
use crate::graph::{Graph, Stack, Stage};

const CLASSES: [&str; 4] = ["BertModel", "BertForMaskedLM", "BertForPreTraining", "BertForSequenceClassification"];

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    let class = settings.class(&CLASSES)?;
    let c = Config::read(settings, &Defaults::BERT)?;
    let mut graph = Graph::default();
    let g = &mut graph.scope(Stage::Source);
    let embeddings = Embeddings { stems: named("bert", "embeddings"), head: "cls.predictions.decoder.weight", pad: None };
    let embedded = embed(g, &c, &embeddings)?;
    let mut h = embedded.h;
    for l in 0..c.num_hidden_layers {
        let names = BlockNames::bert(&named("bert", &format!("encoder.layer.{l}")));
        h = block(&mut g.stack(Stack::Blocks).layer(l), &c, names, h, embedded.inputs.attention_mask)?;
    }
    let (mut outputs, mut classes) = (vec![], None);
    if matches!(class, "BertForMaskedLM" | "BertForPreTraining") {
        let head = WordHead {
            dense: vec!["cls.predictions.transform.dense".into()],
            activation: c.activation,
            norm: vec!["cls.predictions.transform.LayerNorm".into()],
            bias: &["cls.predictions.decoder.bias", "cls.predictions.bias"],
        };
        outputs.push(words(g, &c, head, h, &embedded, tensors)?);
    }
    if class == "BertForPreTraining" {
        let first = first(g, &c, h)?;
        let pooled = pool(g, &c, named("bert", "pooler.dense"), first)?;
        outputs.push(classify(g, "nsp_logits", vec!["cls.seq_relationship".into()], pooled, 2)?);
    }
    if class == "BertForSequenceClassification" {
        let first = first(g, &c, h)?;
        let pooled = pool(g, &c, named("bert", "pooler.dense"), first)?;
        let pooled = g.dropped(pooled);
        let read = Classes::read(settings)?;
        outputs.push(classify(g, "logits", vec!["classifier".into()], pooled, read.labels.len())?);
        classes = Some(read);
    }
    Ok(Model { classes, ..model(class, &c, graph, embedded.inputs, outputs) })
}
