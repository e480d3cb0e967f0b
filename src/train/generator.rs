//! A masked language model that fills what a discriminator reads: ELECTRA's generator (Clark et al. 2020, §2), with weights that stay as they are, or that learn beside
//! the discriminator's.
//!
//! Joint training (§2, eq. 3): the generator learns to fill masked places as any masked language model does, and draws what the discriminator reads at each step; nothing comes back
//! through the draws. The two have no weight in common (differs from §3.2, which shares the embeddings), so the gradient of L_MLM + λ L_disc is that of L_MLM for the one and
//! λ times that of L_disc for the other. AdamW takes the same step whatever λ is, so each follows its own loss, cut by its own norm.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::batch::{Array, Batch, Fed};
use super::loss::{Loss, Objective, add_loss};
use super::rescue::{Lost, Rescue};
use super::schedule::Optimizer;
use super::setup::Setup;
use super::trainer::{Snapshot, Step, Trainer};
use crate::device::{Choice, Device};
use crate::error::{Error, Result};
use crate::graph::{Graph, NodeId, Stage};
use crate::models::{Family, Model};
use crate::pass::{Parameters, Pass, Read, Rows};
use crate::tensor::Axis;

/// The model, on a device of its own.
pub struct Generator {
    model: Arc<Model>,
    loss: Loss,
    /// \[batch pos d_vocab\]
    output: NodeId,
    device: Device,
    learner: Option<Learner>,
}

/// How a generator learns, and the losses of its steps that nobody asked for yet.
struct Learner {
    trainer: Trainer,
    rescue: Rescue,
    losses: BTreeMap<usize, f32>,
}

impl Generator {
    /// Of a model and its numbers, for a discriminator's vocabulary; with a setup it learns.
    ///
    /// # Errors
    /// A model that is no masked language model; another vocabulary; what a device refuses.
    pub async fn open(
        model: Model,
        parameters: Parameters,
        discriminator: &Model,
        choice: Choice,
        setup: Option<&Setup>,
    ) -> Result<Generator> {
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
        if discriminator.architecture != "ElectraForPreTraining" {
            return Err(Error::Input(format!(
                "the objective rtd trains a discriminator (ElectraForPreTraining), and this is {}",
                discriminator.architecture
            )));
        }
        if model.vocab != discriminator.vocab {
            return Err(Error::Input(format!(
                "the generator's vocabulary has {} tokens and the model's {}; they must have the same one",
                model.vocab, discriminator.vocab
            )));
        }
        let model = Arc::new(model);
        let (graph, loss, learner) = match setup {
            None => {
                let mut graph = Graph::clone(&model.graph);
                let loss = add_loss(&mut graph, &model, &[(output, Objective::OneOf)])?;
                (Arc::new(graph), loss, None)
            }
            Some(setup) => {
                // Its batches have labels for words alone.
                let labels = Array { shape: vec![0, 0], data: vec![] };
                let example = Batch { arrays: BTreeMap::from([("labels".to_string(), labels)]) };
                let trainer = Trainer::new(model.clone(), &example, setup)?;
                let learner = Learner { rescue: Rescue::default(), losses: BTreeMap::new(), trainer };
                (learner.trainer.graph().clone(), learner.trainer.loss_nodes().clone(), Some(learner))
            }
        };
        let device = Device::open_untested(choice, graph, parameters).await?;
        Ok(Generator { model, loss, output, device, learner })
    }

    /// The most positions of a text; none where there is no bound.
    pub fn max_positions(&self) -> Option<usize> {
        self.model.max_positions
    }

    /// The scores of each token at each place of some texts of a batch, those of worker `rank` of `of`: \[batch pos d_vocab\], without dropout.
    ///
    /// # Errors
    /// A batch that does not fit the model; [`Error::DeviceLost`] where the GPU was lost twice.
    pub async fn scores(&mut self, masked: &Batch, rank: usize, of: usize) -> Result<Vec<f32>> {
        let fed = masked.feed(&self.model, &self.loss)?.share(self.device.graph(), 1, rank, of);
        let Some(Fed { lens, inputs, .. }) = fed else { return Ok(vec![]) };
        let reads = vec![Read { name: "logits".into(), node: self.output, rows: Rows::All }];
        let pass = Pass { lens, stages: vec![Stage::Source, Stage::Target], inputs, from: None, edits: vec![], reads };
        let found = match (self.device.run(&pass).await, &mut self.learner) {
            (Err(Error::DeviceLost(why)), Some(Learner { trainer, rescue, .. })) => {
                rescue.recover(trainer, &mut self.device, why).await?;
                self.device.run(&pass).await?
            }
            // The device that took its place has the same weights.
            (Err(Error::DeviceLost(_)), None) => self.device.run(&pass).await?,
            (found, _) => found?,
        };
        Ok(found.into_iter().next().map_or(vec![], |logits| logits.data))
    }

    /// Learns from the batch, where it learns.
    ///
    /// # Errors
    /// As of [`Trainer::advance`], and said of the generator.
    pub async fn learn(&mut self, masked: &Batch) -> Result<()> {
        let Some(Learner { trainer, rescue, .. }) = &mut self.learner else { return Ok(()) };
        let mut steps = rescue.advance(trainer, &mut self.device, masked).await.map_err(of_generator)?;
        // Each step's scores are waited for, so its loss is there, too.
        steps.extend(rescue.settle(trainer, &mut self.device).await.map_err(of_generator)?);
        self.note(&steps);
        Ok(())
    }

    /// The share of a worker in the gradients of a batch, as of [`Trainer::share`]; empty where it does not learn.
    ///
    /// # Errors
    /// As of [`Trainer::share`].
    pub async fn share(&mut self, masked: &Batch, rank: usize, of: usize) -> Result<Vec<f32>> {
        let Some(Learner { trainer, .. }) = &self.learner else { return Ok(vec![]) };
        trainer.share(&mut self.device, masked, rank, of).await
    }

    /// Learns from what all shares add up to.
    ///
    /// # Errors
    /// As of [`Trainer::learn`], and said of the generator.
    pub async fn learn_shared(&mut self, sum: &[f32]) -> Result<()> {
        let Some(Learner { trainer, .. }) = &mut self.learner else { return Ok(()) };
        let step = trainer.learn(&mut self.device, sum).await.map_err(of_generator)?;
        self.note(&[step]);
        Ok(())
    }

    fn note(&mut self, steps: &[Step]) {
        let Some(Learner { losses, .. }) = &mut self.learner else { return };
        losses.extend(steps.iter().map(|step| (step.step, step.loss)));
    }

    /// The loss of a step before its update, in nats, told once; none where it does not learn.
    pub fn loss_at(&mut self, step: usize) -> Option<f32> {
        self.learner.as_mut()?.losses.remove(&step)
    }

    /// The loss of a masked batch; none where it does not learn.
    ///
    /// # Errors
    /// As of [`Trainer::loss`].
    pub async fn loss(&mut self, masked: &Batch) -> Result<Option<f32>> {
        let Some(Learner { trainer, .. }) = &self.learner else { return Ok(None) };
        trainer.loss(&mut self.device, masked).await.map(Some)
    }

    /// Sets how it learns, over how many steps in all.
    ///
    /// # Errors
    /// Numbers outside their ranges.
    pub fn plan(&mut self, optimizer: Optimizer, steps: usize) -> Result<()> {
        self.learner.as_mut().map_or(Ok(()), |learner| learner.trainer.plan(optimizer, steps))
    }

    /// What it learns by, where it does, and its device.
    pub fn trainer(&mut self) -> Option<(&mut Trainer, &mut Device)> {
        self.learner.as_mut().map(|learner| (&mut learner.trainer, &mut self.device))
    }

    /// As of [`Trainer::bytes`]; without what an optimizer keeps where it does not learn.
    pub fn bytes(&self) -> usize {
        match &self.learner {
            Some(learner) => learner.trainer.bytes(),
            None => self.model.graph.parameters() * size_of::<f32>(),
        }
    }

    /// All that changes of it, where it learns.
    ///
    /// # Errors
    /// As of [`Trainer::snapshot`].
    pub async fn snapshot(&mut self) -> Result<Option<Snapshot>> {
        let Some(Learner { trainer, rescue, .. }) = &mut self.learner else { return Ok(None) };
        rescue.snapshot(trainer, &mut self.device).await.map(Some)
    }

    /// Goes back to a snapshot.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<()> {
        let Some(Learner { trainer, rescue, losses }) = &mut self.learner else { return Ok(()) };
        (*rescue, *losses) = (Rescue::default(), BTreeMap::new());
        trainer.restore(&mut self.device, snapshot)
    }

    /// The losses of its GPU that nobody was told of yet.
    pub fn lost(&mut self) -> Vec<Lost> {
        self.learner.as_mut().map_or(vec![], |learner| learner.rescue.lost())
    }
}

fn of_generator(error: Error) -> Error {
    match error {
        Error::Input(why) => Error::Input(format!("the generator: {why}")),
        other => other,
    }
}
