//! A model with its loss and gradients on a device.

use std::sync::Arc;

use super::batch::{Batch, Fed};
use super::differentiate::{Gradients, Wanted, differentiate};
use super::loss::{Loss, add_loss};
use crate::capture::select;
use crate::device::{Choice, Device};
use crate::error::{Error, Result};
use crate::graph::{Graph, Kind, NodeId, Stage};
use crate::models::Model;
use crate::pass::{Parameters, Pass, Read, Rows};
use crate::tensor::Tensor;

/// What one batch says of a model.
#[derive(Clone, Debug)]
pub struct Derivatives {
    /// In nats; the sum over the heads.
    pub loss: f32,
    /// Of each weight node that the loss depends on. A weight that is not listed has the gradient 0.
    pub weights: Vec<(NodeId, Vec<f32>)>,
    /// The captured activations, and each one's gradient under its name with `_grad` behind it.
    pub activations: Vec<Tensor>,
}

/// A model, its loss and its gradients, as one graph on a device.
pub struct Trainer {
    model: Model,
    loss: Loss,
    gradients: Gradients,
    graph: Arc<Graph>,
    device: Device,
}

impl Trainer {
    /// Every weight learns; `captured` hooks (globs) have gradients of their own.
    ///
    /// # Errors
    /// Labels that do not fit the model; a glob that no hook matches; a device that cannot be opened.
    pub async fn open(
        model: Model,
        parameters: Parameters,
        batch: &Batch,
        captured: &[String],
        choice: Choice,
    ) -> Result<Trainer> {
        let mut graph = model.graph.clone();
        let heads = batch.heads(&model)?;
        let loss = add_loss(&mut graph, &model, &heads)?;
        let activations = select(&graph, captured, &FORWARD)?.iter().map(|read| read.node).collect();
        let wanted = Wanted { weights: weights(&graph), activations };
        let gradients = differentiate(&mut graph, loss.total, &wanted)?;
        let graph = Arc::new(graph);
        let device = Device::open_untested(choice, graph.clone(), parameters).await?;
        Ok(Trainer { model, loss, gradients, graph, device })
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn device(&mut self) -> &mut Device {
        &mut self.device
    }

    /// Loss and gradients of one batch; nothing changes.
    pub async fn derivatives(&mut self, batch: &Batch, captured: &[String]) -> Result<Derivatives> {
        let Fed { lens, inputs, .. } = batch.feed(&self.model, &self.loss)?;
        let mut reads = vec![self.read(self.loss.total)];
        let weights: Vec<NodeId> = weights(&self.graph).into_iter().filter(|id| self.gradients.get(*id).is_some()).collect();
        reads.extend(weights.iter().filter_map(|id| self.gradients.get(*id)).map(|gradient| self.read(*gradient)));
        for hook in select(&self.graph, captured, &FORWARD)? {
            let gradient =
                self.gradients.get(hook.node).map(|node| Read { name: format!("{}_grad", hook.name), ..self.read(*node) });
            reads.push(hook);
            reads.extend(gradient);
        }
        let stages = [&FORWARD[..], &[Stage::Loss, Stage::Backward]].concat();
        let mut tensors = self.device.run(&Pass { lens, stages, inputs, edits: vec![], reads }).await?;
        let activations = tensors.split_off(1 + weights.len());
        let mut numbers = tensors.into_iter().map(|tensor| tensor.data);
        let loss = numbers.next().and_then(|loss| loss.first().copied()).unwrap_or(f32::NAN);
        if !loss.is_finite() {
            return Err(Error::Input("the loss is not a finite number; the weights are too large for these texts".into()));
        }
        Ok(Derivatives { loss, weights: weights.into_iter().zip(numbers).collect(), activations })
    }

    fn read(&self, node: NodeId) -> Read {
        Read { name: self.graph.node(node).name.clone(), node, rows: Rows::All }
    }
}

const FORWARD: [Stage; 2] = [Stage::Source, Stage::Target];

fn weights(graph: &Graph) -> Vec<NodeId> {
    let nodes = graph.nodes.iter().enumerate();
    nodes.filter(|(_, node)| matches!(node.kind, Kind::Weight { .. })).map(|(index, _)| NodeId(index)).collect()
}
