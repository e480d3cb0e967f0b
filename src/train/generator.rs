//! A masked language model that fills what a discriminator reads: ELECTRA's generator (Clark et al. 2020, §2), with weights that stay as they are.

use std::sync::Arc;

use super::batch::{Batch, Fed};
use super::loss::{Loss, Objective, add_loss};
use crate::device::{Choice, Device};
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId, Stage};
use crate::models::{Family, Model};
use crate::pass::{Parameters, Pass, Read, Rows};
use crate::tensor::Axis;

/// The model, on a device of its own.
pub struct Generator {
    model: Model,
    loss: Loss,
    /// \[batch pos d_vocab\]
    output: NodeId,
    device: Device,
}

impl Generator {
    /// Of a model and its numbers, for a discriminator's vocabulary.
    ///
    /// # Errors
    /// A model that is no masked language model; another vocabulary; what a device refuses.
    pub async fn open(model: Model, parameters: Parameters, discriminator: &Model, choice: Choice) -> Result<Generator> {
        let scores = |id: &NodeId| {
            let node = model.graph.node(*id);
            node.name == "logits" && node.axes[..] == [Axis::Batch, Axis::Pos, Axis::DVocab]
        };
        let output = model.outputs.iter().copied().find(scores).filter(|_| model.family == Family::Encoder);
        let output = output.ok_or_else(|| {
            Error::Input(format!(
                "the generator is {}, which fills no masked words; give a masked language model such as ElectraForMaskedLM",
                model.architecture
            ))
        })?;
        if model.vocab != discriminator.vocab {
            return Err(Error::Input(format!(
                "the generator's vocabulary has {} tokens and the model's {}; they must have the same one",
                model.vocab, discriminator.vocab
            )));
        }
        let mut graph = Graph::clone(&model.graph);
        let loss = add_loss(&mut graph, &model, &[(output, Objective::OneOf)])?;
        let device = Device::open_untested(choice, Arc::new(graph), parameters).await?;
        Ok(Generator { model, loss, output, device })
    }

    /// The most positions of a text; none where there is no bound.
    pub fn max_positions(&self) -> Option<usize> {
        self.model.max_positions
    }

    /// The scores of each token at each place of a batch, \[batch pos d_vocab\].
    ///
    /// # Errors
    /// A batch that does not fit the model; [`Error::DeviceLost`] where the GPU was lost twice.
    pub async fn logits(&mut self, masked: &Batch) -> Result<Vec<f32>> {
        let Fed { lens, inputs, .. } = masked.feed(&self.model, &self.loss)?;
        let reads = vec![Read { name: "logits".into(), node: self.output, rows: Rows::All }];
        let pass = Pass { lens, stages: vec![Stage::Source, Stage::Target], inputs, from: None, edits: vec![], reads };
        let found = match self.device.run(&pass).await {
            // The device that took its place has the same weights.
            Err(Error::DeviceLost(_)) => self.device.run(&pass).await?,
            found => found?,
        };
        Ok(found.into_iter().next().map_or(vec![], |logits| logits.data))
    }
}
