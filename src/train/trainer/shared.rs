//! A step whose batch several trainers share, each on a device of its own: each computes the gradient of its texts, all add the same gradients up in the
//! same order, and so all have the same weights afterwards (synchronous data-parallel training).

use std::ops::Range;

use super::{FORWARD, Hear, Step, Trainer, first};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, NodeId, Stage};
use crate::pass::{Pass, Read, Rows};
use crate::tensor::size;
use crate::train::batch::{Batch, Fed};
use crate::train::preferences::Preferred;

/// Numbers before the gradients: the loss, and the tokens that are not padding.
const HEAD: usize = 2;

impl Trainer {
    /// The share of trainer `rank` of `of` in a batch's loss, tokens and gradients: `[loss, tokens, gradient of each learning weight …]`. All shares
    /// added up are the batch's. A trainer without a text has zeros.
    ///
    /// # Errors
    /// A batch that does not fit; [`Error::DeviceLost`].
    pub async fn share(&self, device: &mut Device, batch: &Batch, rank: usize, of: usize) -> Result<Vec<f32>> {
        let learning = self.learning();
        let lengths: usize = learning.iter().map(|(weight, _)| self.numbers_of(*weight)).sum();
        let together = self.loss.preferred.as_ref().map_or(1, Preferred::together);
        let Some(fed) = batch.feed(&self.model, &self.loss)?.share(&self.graph, together, rank, of) else {
            return Ok(vec![0.0; HEAD + lengths]);
        };
        let tokens = fed.tokens;
        let mut reads = vec![self.read(self.loss.total)];
        reads.extend(learning.iter().map(|(_, gradient)| Read { rows: Rows::All, ..self.read(*gradient) }));
        let stages = [&FORWARD[..], &[Stage::Loss, Stage::Backward]].concat();
        let tensors = device.run(&self.lesson(fed, stages, reads)?).await?;
        let mut share = Vec::with_capacity(HEAD + lengths);
        share.extend([first(&tensors[0]), tokens as f32]);
        tensors[1..].iter().for_each(|gradient| share.extend_from_slice(&gradient.data));
        Ok(share)
    }

    /// Learns from what all shares add up to.
    ///
    /// # Errors
    /// A sum of another length; a loss or gradients that are no longer finite, and then nothing has changed; [`Error::DeviceLost`].
    pub async fn learn(&mut self, device: &mut Device, sum: &[f32]) -> Result<Step> {
        let learning = self.learning();
        let lengths: usize = learning.iter().map(|(weight, _)| self.numbers_of(*weight)).sum();
        if sum.len() != HEAD + lengths {
            return Err(Error::Input(format!("the shared gradients are {} numbers; {} are expected", sum.len(), HEAD + lengths)));
        }
        let mut pass = Pass {
            lens: crate::graph::Lens::ONE,
            stages: vec![Stage::Update],
            from: None,
            inputs: Default::default(),
            edits: vec![],
            reads: vec![],
        };
        let mut rest = &sum[HEAD..];
        for (weight, gradient) in learning {
            let (numbers, after) = rest.split_at(self.numbers_of(weight));
            pass.inputs.insert(gradient, numbers.to_vec());
            rest = after;
        }
        pass.inputs.insert(self.loss.total, vec![sum[0]]);
        self.update(device, pass, sum[1] as usize, Hear::Now).await?;
        self.last()
    }

    /// Numbers of a share.
    pub fn share_length(&self) -> usize {
        HEAD + self.learning().iter().map(|(weight, _)| self.numbers_of(*weight)).sum::<usize>()
    }

    /// The weights that learn, each with the node of its gradient.
    fn learning(&self) -> Vec<(NodeId, NodeId)> {
        self.update.learning.iter().filter_map(|weight| Some((*weight, self.gradients.get(*weight)?))).collect()
    }

    fn numbers_of(&self, weight: NodeId) -> usize {
        size(&self.graph.node(weight).shape(&crate::graph::Lens::ONE))
    }
}

/// The texts of trainer `rank` of `of`, of so many, where so many always stay together.
pub(in crate::train) fn texts_of(texts: usize, together: usize, rank: usize, of: usize) -> Range<usize> {
    let groups = texts / together;
    rank * groups / of * together..(rank + 1) * groups / of * together
}

impl Fed {
    /// The texts of trainer `rank` of `of`, so many always together, with the labels' weights of the whole batch; none where it has none.
    pub(in crate::train) fn share(self, graph: &Graph, together: usize, rank: usize, of: usize) -> Option<Fed> {
        let texts = self.lens.batch;
        let range = texts_of(texts, together, rank, of);
        if range.is_empty() {
            return None;
        }
        let part = |(id, numbers): (NodeId, &Vec<f32>)| {
            let by_text = graph.node(id).dims.first() == Some(&Dim::Batch);
            let row = numbers.len() / texts;
            (id, if by_text { numbers[range.start * row..range.end * row].to_vec() } else { numbers.clone() })
        };
        let inputs = self.inputs.iter().map(part).collect();
        // The whole batch's tokens are told once.
        let tokens = if rank == 0 { self.tokens } else { 0 };
        let mut lens = self.lens;
        lens.batch = range.len();
        Some(Fed { lens, inputs, tokens, before: range.start, ..self })
    }
}
