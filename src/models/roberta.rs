//! RoBERTa: Liu et al. 2019, "RoBERTa: A Robustly Optimized BERT Pretraining Approach".
//!
//! Read beside §3 and §4: BERT's encoder, trained otherwise: masks drawn anew each time, no next-sentence task, byte-level BPE.
//! What shows in the graph: positions count from `pad_token_id` + 1 (fairseq's padding keeps a row of the table for itself), one
//! segment only, and a classifier that reads the first token through a dense layer of its own.

use super::encoder::{
    BlockNames, Config, Defaults, Embeddings, WordHead, block, classify, embed, first, model, named, pool, words,
};
use super::settings::{Settings, within};
use super::{Classes, Model};
use crate::error::{Error, Result};
use crate::graph::{Graph, Stack, Stage};
use crate::ops::Activation;

const CLASSES: [&str; 3] = ["RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification"];

const DEFAULTS: Defaults = Defaults { vocab_size: 50_265, pad_token_id: 1, ..Defaults::BERT };

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    let class = settings.class(&CLASSES)?;
    let c = Config::read(settings, &DEFAULTS)?;
    let mut graph = Graph::default();
    let g = &mut graph.scope(Stage::Source);
    let embeddings =
        Embeddings { stems: named("roberta", "embeddings"), head: "lm_head.decoder.weight", pad: padding(settings, &c)? };
    let embedded = embed(g, &c, &embeddings)?;
    let mut h = embedded.h;
    for l in 0..c.num_hidden_layers {
        let names = BlockNames::bert(&named("roberta", &format!("encoder.layer.{l}")));
        h = block(&mut g.stack(Stack::Blocks).layer(l), &c, names, h, embedded.inputs.attention_mask)?;
    }
    let (mut outputs, mut classes) = (vec![], None);
    if class == "RobertaForMaskedLM" {
        let head = WordHead {
            dense: vec!["lm_head.dense".into()],
            activation: Activation::GeluErf,
            norm: vec!["lm_head.layer_norm".into()],
            bias: &["lm_head.decoder.bias", "lm_head.bias"],
        };
        outputs.push(words(g, &c, head, h, &embedded, tensors)?);
    }
    if class == "RobertaForSequenceClassification" {
        let first = first(g, &c, h)?;
        let first = g.dropped(first);
        let x = pool(g, &c, vec!["classifier.dense".into()], first)?;
        let x = g.dropped(x);
        let read = Classes::read(settings)?;
        outputs.push(classify(g, "logits", vec!["classifier.out_proj".into()], x, read.labels.len())?);
        classes = Some(read);
    }
    Ok(Model { classes, ..model(class, &c, graph, embedded.inputs, outputs) })
}

/// The padding behind which positions count; none for −1, where they count from 0, as in the reference.
fn padding(settings: Settings, c: &Config) -> Result<Option<u32>> {
    const NAME: &str = "pad_token_id";
    let Some(pad) = c.pad_token_id else {
        let none = settings.get(NAME).is_some_and(|value| value.as_i64() == Some(-1));
        return if none { Ok(None) } else { Err(settings.misfit(NAME, "an id")) };
    };
    within(NAME, pad, c.vocab_size)?;
    let positions = c.max_position_embeddings;
    match (pad as usize) < positions - 1 {
        true => Ok(Some(pad)),
        false => Err(Error::Config(format!(
            "pad_token_id {pad} leaves no position of the {positions} in max_position_embeddings: the first token's is the next after it"
        ))),
    }
}
