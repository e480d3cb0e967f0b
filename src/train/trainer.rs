//! A model that learns, on a device: its forward pass, its loss, the gradients and the update as one graph.
//!
//! - `shared`: a step whose batch several trainers share
//! - `saved`: snapshots as files

mod saved;
mod shared;

use std::sync::Arc;

use super::batch::{Batch, Fed};
use super::differentiate::{Gradients, Wanted, differentiate};
use super::loss::{Loss, add_loss};
use super::schedule::Optimizer;
use super::update::{Update, add_adamw};
use crate::capture::{Aims, Changed, Extent, Intervention, select};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::graph::{Graph, Kind, Lens, NodeId, Stage};
use crate::models::Model;
use crate::pass::{ByNode, Pass, Read, Rows};
use crate::tensor::{Tensor, size};

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

/// What one step of training did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Counted from 0.
    pub step: usize,
    /// Before the update, in nats.
    pub loss: f32,
    /// Of all gradients together, before they are cut.
    pub grad_norm: f32,
    pub rate: f32,
    /// Tokens of the batch that are not padding.
    pub tokens: usize,
}

/// All that training changes, to go on from.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Steps done.
    pub step: usize,
    /// Weights and the optimizer's states, by their nodes.
    numbers: Vec<(NodeId, Vec<f32>)>,
}

/// How a model learns: its graph with the loss, the gradients and the update behind the model's own nodes. A device computes it that was opened for
/// [`Trainer::graph`] or widened to it, and the weights are that device's: whoever looks at the model there sees them as they are now.
pub struct Trainer {
    model: Arc<Model>,
    loss: Loss,
    gradients: Gradients,
    aims: Aims,
    update: Update,
    graph: Arc<Graph>,
    optimizer: Optimizer,
    /// Steps done, and steps planned: what the schedule ends with.
    step: usize,
    steps: usize,
}

impl Trainer {
    /// Every weight learns. `captured` hooks (globs) have gradients of their own. `example` says which labels the batches bring.
    ///
    /// # Errors
    /// Labels that do not fit the model; a glob that no hook matches.
    pub fn new(model: Arc<Model>, example: &Batch, captured: &[String]) -> Result<Trainer> {
        Trainer::new_with(model, example, captured, &[])
    }

    /// The same, of a model that is changed in every pass. Interventions on activations change what follows, and the gradient that runs back through them as PyTorch's
    /// forward hooks do; those on gradients (`*.hook_pattern_grad`) change all that follows from these.
    ///
    /// # Errors
    /// As of [`Trainer::new`]; an intervention on a hook or an axis that is not there.
    pub fn new_with(model: Arc<Model>, example: &Batch, captured: &[String], interventions: &[Intervention]) -> Result<Trainer> {
        let mut graph = model.graph.clone();
        let heads = example.heads(&model)?;
        let loss = add_loss(&mut graph, &model, &heads)?;
        let Changed { nodes: edited, taken, gradients: own } = Changed::find(&graph, interventions)?;
        let captured = select(&graph, captured, &FORWARD)?.into_iter().map(|read| read.node);
        let activations = captured.chain(own).collect();
        let wanted = Wanted { weights: graph.weights().collect(), activations, edited, taken };
        let gradients = differentiate(&mut graph, loss.total, &wanted)?;
        let aims = Aims::find(&graph, interventions, Extent::Whole)?;
        let update = add_adamw(&mut graph, &gradients, &wanted.weights)?;
        let graph = Arc::new(graph);
        Ok(Trainer { model, loss, gradients, aims, update, graph, optimizer: Optimizer::default(), step: 0, steps: 0 })
    }

    /// Sets how the model learns, over how many steps in all.
    ///
    /// # Errors
    /// Numbers outside their ranges.
    pub fn plan(&mut self, optimizer: Optimizer, steps: usize) -> Result<()> {
        optimizer.check()?;
        (self.optimizer, self.steps) = (optimizer, steps);
        Ok(())
    }

    /// Whether a batch fits the model; nothing is computed.
    ///
    /// # Errors
    /// As [`Trainer::step`].
    pub fn check(&self, batch: &Batch) -> Result<()> {
        batch.feed(&self.model, &self.loss).map(drop)
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Memory of the weights, their gradients and what the optimizer keeps, in bytes; activations are not counted.
    pub fn bytes(&self) -> usize {
        let learning = self.update.states.iter().map(|id| size(&self.graph.node(*id).shape(&Lens::ONE))).sum::<usize>();
        // Two states of each weight, each with its successor; the gradient, the weight and its successor.
        (learning * 2 + learning / 2 * 3) * size_of::<f32>()
    }

    /// The model's nodes, under their ids, and those of its training behind them.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// Loss and gradients of one batch; nothing changes.
    pub async fn derivatives(&self, device: &mut Device, batch: &Batch, captured: &[String]) -> Result<Derivatives> {
        let Fed { lens, inputs, .. } = batch.feed(&self.model, &self.loss)?;
        let mut reads = vec![self.read(self.loss.total)];
        let weights: Vec<NodeId> = self.graph.weights().filter(|id| self.gradients.get(*id).is_some()).collect();
        reads.extend(weights.iter().filter_map(|id| self.gradients.get(*id)).map(|gradient| self.read(gradient)));
        for hook in select(&self.graph, captured, &FORWARD)? {
            let gradient =
                self.gradients.get(hook.node).map(|node| Read { name: format!("{}_grad", hook.name), ..self.read(node) });
            reads.push(hook);
            reads.extend(gradient);
        }
        let stages = [&FORWARD[..], &[Stage::Loss, Stage::Backward]].concat();
        let pass = self.pass(lens, stages, inputs, reads)?;
        let mut tensors = device.run(&pass).await?;
        let activations = tensors.split_off(1 + weights.len());
        let mut numbers = tensors.into_iter().map(|tensor| tensor.data);
        let loss = numbers.next().and_then(|loss| loss.first().copied()).unwrap_or(f32::NAN);
        if !loss.is_finite() {
            return Err(match pass.edits.is_empty() {
                true => Error::Input("the loss is not a finite number; the weights are too large for these texts".into()),
                false => Error::Intervention("the loss is no longer finite; use smaller numbers".into()),
            });
        }
        Ok(Derivatives { loss, weights: weights.into_iter().zip(numbers).collect(), activations })
    }

    /// The loss of one batch; nothing changes.
    pub async fn loss(&self, device: &mut Device, batch: &Batch) -> Result<f32> {
        let Fed { lens, inputs, .. } = batch.feed(&self.model, &self.loss)?;
        let stages = [&FORWARD[..], &[Stage::Loss]].concat();
        let reads = vec![self.read(self.loss.total)];
        let tensors = device.run(&self.pass(lens, stages, inputs, reads)?).await?;
        Ok(first(&tensors[0]))
    }

    /// Learns from one batch.
    ///
    /// # Errors
    /// A batch that does not fit; a loss or gradients that are no longer finite, and then nothing has changed; [`Error::DeviceLost`].
    pub async fn step(&mut self, device: &mut Device, batch: &Batch) -> Result<Step> {
        let Fed { lens, mut inputs, tokens, .. } = batch.feed(&self.model, &self.loss)?;
        inputs.insert(self.update.rates, self.optimizer.rates(self.step, self.steps));
        let reads = vec![self.read(self.loss.total), self.read(self.update.squared_norm)];
        let tensors = device.run(&self.pass(lens, Stage::ALL.to_vec(), inputs, reads)?).await?;
        self.take_over(device, first(&tensors[0]), first(&tensors[1]).sqrt(), tokens)
    }

    /// What the update computed becomes the weights, if it is sound.
    fn take_over(&mut self, device: &mut Device, loss: f32, grad_norm: f32, tokens: usize) -> Result<Step> {
        let rate = self.optimizer.rate_at(self.step, self.steps);
        if !loss.is_finite() || !grad_norm.is_finite() {
            let what = if loss.is_finite() { "the gradients are" } else { "the loss is" };
            let more = if self.aims.first().is_none() { "" } else { ", or interventions with smaller numbers" };
            return Err(Error::Input(format!(
                "at step {} {what} no longer finite (learning rate {rate}); the weights are kept as they were before this step: take a smaller rate, a warm-up or a smaller clip{more}",
                self.step
            )));
        }
        device.commit(&self.update.commits);
        let step = Step { step: self.step, loss, grad_norm, rate, tokens };
        self.step += 1;
        Ok(step)
    }

    /// All that training changes, as it is now.
    pub async fn snapshot(&self, device: &mut Device) -> Result<Snapshot> {
        let nodes: Vec<NodeId> = self.graph.weights().chain(self.update.states.iter().copied()).collect();
        let numbers = device.numbers(&nodes).await?;
        let numbers = nodes.into_iter().zip(numbers).collect();
        Ok(Snapshot { step: self.step, numbers })
    }

    /// Goes back to a snapshot, on whatever device.
    pub fn restore(&mut self, device: &mut Device, snapshot: &Snapshot) -> Result<()> {
        for (id, numbers) in &snapshot.numbers {
            device.renew(*id, numbers.clone())?;
        }
        self.step = snapshot.step;
        Ok(())
    }

    /// What the optimizer remembers of each weight in a snapshot: `NAME.mean` and `NAME.square`, in the layout of the graph.
    pub fn states(&self, snapshot: &Snapshot) -> Vec<Tensor> {
        let state = |(id, numbers): &(NodeId, Vec<f32>)| {
            let node = self.graph.node(*id);
            let shape = node.shape(&Lens::ONE);
            Tensor { name: node.name.clone(), axes: node.axes.clone(), shape, data: numbers.clone() }
        };
        snapshot.numbers.iter().filter(|(id, _)| self.graph.node(*id).kind == Kind::State).map(state).collect()
    }

    /// Goes on from a state that [`Trainer::states`] gave, after `step` steps.
    ///
    /// # Errors
    /// A state that is missing, of another shape, or not finite.
    pub fn resume(&mut self, device: &mut Device, step: usize, states: &[Tensor]) -> Result<()> {
        for id in self.update.states.clone() {
            let node = self.graph.node(id);
            let state = states.iter().find(|state| state.name == node.name && state.shape == node.shape(&Lens::ONE));
            let fits = state.filter(|state| state.data.iter().all(|number| number.is_finite()));
            let state = fits.ok_or_else(|| {
                Error::Weights(format!(
                    "the optimizer's state of \"{}\" is missing, misshapen or not finite; remove optimizer.safetensors to begin anew",
                    node.name
                ))
            })?;
            device.renew(id, state.data.clone())?;
        }
        self.step = step;
        Ok(())
    }

    /// Steps done.
    pub fn done(&self) -> usize {
        self.step
    }

    /// The weights of a snapshot, by node.
    pub fn weights(&self, snapshot: &Snapshot) -> Vec<(NodeId, Vec<f32>)> {
        let weight = |id: NodeId| matches!(self.graph.node(id).kind, Kind::Weight { .. });
        snapshot.numbers.iter().filter(|(id, _)| weight(*id)).cloned().collect()
    }

    /// A pass with the interventions in it, and with what they make of the gradients.
    fn pass(&self, lens: Lens, stages: Vec<Stage>, inputs: ByNode<Vec<f32>>, reads: Vec<Read>) -> Result<Pass> {
        let mut edits = self.aims.edits(&self.graph, &lens, &stages)?;
        if stages.contains(&Stage::Backward) {
            edits.extend(self.gradients.edits(&self.graph, &lens, &edits));
        }
        Ok(Pass { lens, stages, from: None, inputs, edits, reads })
    }

    fn read(&self, node: NodeId) -> Read {
        Read { name: self.graph.node(node).name.clone(), node, rows: Rows::All }
    }
}

/// The one number of a tensor that has one.
fn first(tensor: &Tensor) -> f32 {
    tensor.data.first().copied().unwrap_or(f32::NAN)
}

const FORWARD: [Stage; 2] = [Stage::Source, Stage::Target];
