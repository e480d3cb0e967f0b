//! ELECTRA: Clark et al. 2020, "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators".
//!
//! Read beside §2: two encoders. A small generator fills masked places as BERT does; the discriminator says for every token
//! whether it is the original: D(x, t) = sigmoid(wᵀ h_D(x)_t). A run gives the scores before the sigmoid.
//! Differs from BERT's encoder: embeddings may be narrower than the hidden state, and a matrix then widens them (§3.2).

use super::Model;
use super::encoder::{BlockNames, Config, Defaults, Embeddings, WordHead, block, embed, model, named, words};
use super::parts::{Matrix, project};
use super::settings::Settings;
use crate::error::Result;
use crate::graph::{Graph, Part, Stack, Stage};
use crate::ops::Activation;
use crate::tensor::Axis::DModel;

const CLASSES: [&str; 3] = ["ElectraModel", "ElectraForMaskedLM", "ElectraForPreTraining"];

const DEFAULTS: Defaults = Defaults {
    vocab_size: 30_522,
    hidden_size: 256,
    embedding_size: Some(128),
    num_attention_heads: 4,
    intermediate_size: 1024,
    hidden_act: "gelu",
    pad_token_id: 0,
    mlp_dropout: true,
};

pub fn build(settings: Settings, tensors: &[String]) -> Result<Model> {
    let class = settings.class(&CLASSES)?;
    let c = Config::read(settings, &DEFAULTS)?;
    let mut graph = Graph::default();
    let g = &mut graph.scope(Stage::Source);
    let embeddings = Embeddings { stems: named("electra", "embeddings"), head: "generator_lm_head.weight", pad: None };
    let embedded = embed(g, &c, &embeddings)?;
    let mut h = embedded.h;
    if c.embedding_size != c.hidden_size {
        let wider = Matrix::biased(named("electra", "embeddings_project"));
        h = project(g, "embedded_wide", wider, h, &[(DModel, c.hidden_size)])?;
    }
    for l in 0..c.num_hidden_layers {
        let names = BlockNames::bert(&named("electra", &format!("encoder.layer.{l}")));
        h = block(&mut g.stack(Stack::Blocks).layer(l), &c, names, h, embedded.inputs.attention_mask)?;
    }
    let mut outputs = vec![];
    if class == "ElectraForMaskedLM" {
        let head = WordHead {
            dense: vec!["generator_predictions.dense".into()],
            activation: Activation::GeluErf,
            norm: vec!["generator_predictions.LayerNorm".into()],
            bias: &["generator_lm_head.bias"],
        };
        outputs.push(words(g, &c, head, h, &embedded, tensors)?);
    }
    if class == "ElectraForPreTraining" {
        let dense = Matrix::biased(vec!["discriminator_predictions.dense".into()]);
        let mut head = g.part(Part::Head);
        let x = project(&mut head, "dense", dense, h, &[(DModel, c.hidden_size)])?;
        let x = head.like("activation", c.activation, &[x])?;
        let last = Matrix::biased(vec!["discriminator_predictions.dense_prediction".into()]);
        outputs.push(project(&mut g.of(Part::Head), "logits", last, x, &[])?); // [batch pos]
    }
    Ok(model(class, &c, graph, embedded.inputs, outputs))
}
