//! A model that learns, on a device: its forward pass, its loss, the gradients and the update as one graph.
//!
//! - `shared`: a step whose batch several trainers share
//! - `likelihood`: how likely a model finds texts
//! - `snapshot`: all that training changes, and `saved`: the same as files

mod likelihood;
mod saved;
mod shared;
mod snapshot;

use std::sync::Arc;

use super::batch::{Batch, Fed};
use super::differentiate::{Gradients, Wanted, differentiate};
use super::loss::{Loss, add_loss};
use super::preferences::add_preference;
use super::schedule::Optimizer;
use super::setup::Setup;
use super::update::{Update, add_update};
use crate::capture::{Aims, Changed, Extent, select};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::graph::{Graph, Lens, NodeId, Stage};
use crate::models::Model;
use crate::ops::record::{NUMBERS, STEPS};
use crate::pass::{ByNode, Edit, Pass, Read, Rows};
use crate::tensor::{Tensor, size};

pub(super) use shared::texts_of;
pub use snapshot::Snapshot;

/// What one batch says of a model.
#[derive(Clone, Debug)]
pub struct Derivatives {
    /// In nats; the sum over the heads.
    pub loss: f32,
    /// Of each weight node that learns and that the loss depends on. Of the others, a frozen weight's gradient is not computed, and one that the loss does not
    /// depend on has the gradient 0.
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

/// When a step's result is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hear {
    Now,
    /// With those of fifteen other steps.
    Together,
}

/// How a model learns: its graph with the loss, the gradients and the update behind the model's own nodes. A device computes it that was opened for
/// [`Trainer::graph`] or widened to it, and the weights are that device's: whoever looks at the model there sees them as they are now.
pub struct Trainer {
    model: Arc<Model>,
    setup: Setup,
    loss: Loss,
    gradients: Gradients,
    aims: Aims,
    pub(super) update: Update,
    pub(super) graph: Arc<Graph>,
    optimizer: Optimizer,
    /// Steps done, and steps planned: what the schedule ends with.
    step: usize,
    steps: usize,
    /// Steps whose results the device has not told yet, in the order of their places in its record; results that nobody has heard yet; and the step that
    /// went wrong.
    waiting: Vec<Step>,
    told: Vec<Step>,
    fault: Option<Step>,
}

impl Trainer {
    /// What learns, and how, is the setup's; `example` says which labels the batches bring.
    ///
    /// # Errors
    /// Labels that do not fit the model; a glob that no hook or no weight matches; no weight that learns; an intervention on a hook or an axis that is not there.
    pub fn new(model: Arc<Model>, example: &Batch, setup: &Setup) -> Result<Trainer> {
        setup.check()?;
        let mut graph = Graph::clone(&model.graph);
        let loss = match setup.preference {
            Some(preference) => add_preference(&mut graph, &model, preference)?,
            None => add_loss(&mut graph, &model, &example.heads(&model)?)?,
        };
        let Changed { nodes: edited, taken, gradients: own } = Changed::find(&graph, &setup.interventions)?;
        let captured = select(&graph, &setup.captured, &FORWARD)?.into_iter().map(|read| read.node);
        let activations = captured.chain(own).collect();
        let weights = setup.learning(&graph)?.into_iter().chain(loss.learned.iter().copied()).collect();
        let edited = [&edited, setup.dropout.nodes(&graph)].concat();
        let wanted = Wanted { weights, activations, edited, taken };
        let gradients = differentiate(&mut graph, loss.total, &wanted)?;
        let aims = Aims::find(&graph, &setup.interventions, Extent::Whole)?;
        let update = add_update(&mut graph, setup, loss.total, &gradients, &wanted.weights)?;
        let (graph, setup, optimizer) = (Arc::new(graph), setup.clone(), Optimizer::default());
        let (step, steps, waiting, told, fault) = (0, 0, vec![], vec![], None);
        Ok(Trainer { model, setup, loss, gradients, aims, update, graph, optimizer, step, steps, waiting, told, fault })
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
    /// As of [`Trainer::step`].
    pub fn check(&self, batch: &Batch) -> Result<()> {
        batch.feed(&self.model, &self.loss).map(drop)
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    pub(super) fn loss_nodes(&self) -> &Loss {
        &self.loss
    }

    /// Memory of the weights, their gradients and what the optimizer keeps, in bytes; activations are not counted.
    pub fn bytes(&self) -> usize {
        let numbers = |id: NodeId| size(&self.graph.node(id).shape(&Lens::ONE));
        let weights: usize = self.graph.weights().map(numbers).sum();
        let gradients: usize = self.update.learning.iter().map(|id| numbers(*id)).sum();
        let states: usize = self.update.states.iter().map(|id| numbers(*id)).sum();
        (weights + gradients + states) * size_of::<f32>()
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

    /// Learns from one batch, and says at once what came of it.
    ///
    /// # Errors
    /// As of [`Trainer::advance`].
    pub async fn step(&mut self, device: &mut Device, batch: &Batch) -> Result<Step> {
        let fed = batch.feed(&self.model, &self.loss)?;
        let tokens = fed.tokens;
        let pass = self.lesson(fed, Stage::ALL.to_vec(), vec![])?;
        self.update(device, pass, tokens, Hear::Now).await?;
        self.last()
    }

    /// Learns from one batch, and says what is known by now: on a CPU the step's own result; on a GPU the results come back together, of sixteen steps at most,
    /// so that a step need not wait for the one before.
    ///
    /// # Errors
    /// A batch that does not fit; a loss or gradients that are no longer finite, and then weights and states are as they were before that step, later steps did
    /// nothing, and [`Trainer::settle`] has the steps before it; [`Error::DeviceLost`].
    pub async fn advance(&mut self, device: &mut Device, batch: &Batch) -> Result<Vec<Step>> {
        let fed = batch.feed(&self.model, &self.loss)?;
        let tokens = fed.tokens;
        let pass = self.lesson(fed, Stage::ALL.to_vec(), vec![])?;
        let hear = if device.on_gpu() { Hear::Together } else { Hear::Now };
        self.update(device, pass, tokens, hear).await?;
        Ok(std::mem::take(&mut self.told))
    }

    /// Takes the next step by a pass that ends with the update.
    async fn update(&mut self, device: &mut Device, mut pass: Pass, tokens: usize, hear: Hear) -> Result<()> {
        self.fault()?;
        let rate = self.optimizer.rate_at(self.step, self.steps);
        let rates = self.setup.rates(&self.optimizer, self.step, self.steps, self.waiting.len());
        pass.inputs.insert(self.update.rates, rates);
        if hear == Hear::Now || self.waiting.len() + 1 == STEPS {
            pass.reads.push(self.read(self.update.record));
        }
        let tensors = device.run(&pass).await?;
        self.waiting.push(Step { step: self.step, loss: f32::NAN, grad_norm: f32::NAN, rate, tokens });
        self.step += 1;
        if let Some(record) = tensors.first()
            && !self.take(&record.data)
        {
            device.renew(self.update.record, vec![0.0; NUMBERS])?;
        }
        self.fault()
    }

    /// The result of the step that was heard of last.
    fn last(&mut self) -> Result<Step> {
        self.told.pop().ok_or_else(|| Error::Input("no step was taken".into()))
    }

    /// The results of all steps that were not told yet.
    ///
    /// # Errors
    /// As of [`Trainer::advance`], and the next call has the steps before the one that went wrong.
    pub async fn settle(&mut self, device: &mut Device) -> Result<Vec<Step>> {
        self.hear(device).await?;
        self.fault()?;
        Ok(std::mem::take(&mut self.told))
    }

    /// Asks the device for the results of steps that it has not told yet.
    pub(super) async fn hear(&mut self, device: &mut Device) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let record = device.numbers(&[self.update.record]).await?;
        if !self.take(&record[0]) {
            device.renew(self.update.record, vec![0.0; NUMBERS])?;
        }
        Ok(())
    }

    /// Reads the results of the waiting steps off the record; whether all are finite. Of the first that is not, the fault is kept.
    fn take(&mut self, record: &[f32]) -> bool {
        for (place, step) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
            let (loss, grad_norm) = (record[1 + 2 * place], record[2 + 2 * place].sqrt());
            if !loss.is_finite() || !grad_norm.is_finite() {
                self.step = step.step;
                self.fault = Some(Step { loss, grad_norm, ..step });
                return false;
            }
            self.told.push(Step { loss, grad_norm, ..step });
        }
        true
    }

    /// The fault that was heard of and not yet told.
    fn fault(&mut self) -> Result<()> {
        let Some(Step { step, loss, rate, .. }) = self.fault.take() else { return Ok(()) };
        let what = if loss.is_finite() { "the gradients are" } else { "the loss is" };
        let more = if self.aims.first().is_none() { "" } else { ", or interventions with smaller numbers" };
        Err(Error::Input(format!(
            "at step {step} {what} no longer finite (learning rate {rate}); the weights are kept as they were before this step: take a smaller rate, a warm-up or a smaller clip{more}"
        )))
    }

    /// Steps done; of those whose results are not known yet, one may turn out to have gone wrong.
    pub fn done(&self) -> usize {
        self.step
    }

    /// Counts from here on; nothing of what was before is told any more.
    pub(super) fn go_to(&mut self, step: usize) {
        self.step = step;
        (self.waiting, self.told, self.fault) = (vec![], vec![], None);
    }

    /// A pass with the interventions in it, and with what they make of the gradients.
    fn pass(&self, lens: Lens, stages: Vec<Stage>, inputs: ByNode<Vec<f32>>, reads: Vec<Read>) -> Result<Pass> {
        self.edited(lens, stages, inputs, reads, vec![])
    }

    /// The same of a pass that learns: with the masks of this step's dropout, each behind the interventions on its node.
    fn lesson(&self, fed: Fed, stages: Vec<Stage>, reads: Vec<Read>) -> Result<Pass> {
        let Fed { lens, inputs, before, .. } = fed;
        let masks = self.setup.dropout.edits(&self.graph, &lens, self.step, before);
        self.edited(lens, stages, inputs, reads, masks)
    }

    fn edited(
        &self,
        lens: Lens,
        stages: Vec<Stage>,
        inputs: ByNode<Vec<f32>>,
        reads: Vec<Read>,
        masks: Vec<Edit>,
    ) -> Result<Pass> {
        let mut edits = self.aims.edits(&self.graph, &lens, &stages)?;
        edits.extend(masks);
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
