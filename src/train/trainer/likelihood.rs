//! The log-probabilities of texts: what a policy had when it wrote, and what a reference model has.

use super::{FORWARD, Trainer};
use crate::device::Device;
use crate::error::{Error, Result};
use crate::graph::Stage;
use crate::models::Family;
use crate::train::batch::{Array, Batch, Fed};

impl Trainer {
    /// log π of each token of a batch that has a label, text by text, 0 where there is none: \[batch pos\] as `labels`. Their sum is the text's. Arrays of a preference
    /// may be left out.
    ///
    /// # Errors
    /// A batch that does not fit; a model that is not trained on words; [`Error::DeviceLost`].
    pub async fn log_probabilities(&self, device: &mut Device, batch: &Batch) -> Result<Vec<Vec<f32>>> {
        let words = self.loss.words.ok_or_else(|| Error::Input("this model is not trained on words".into()))?;
        let mut batch = batch.clone();
        let places = batch.arrays.get("labels").map_or(vec![], |labels| labels.shape.clone());
        for name in self.loss.preferred.iter().flat_map(|preferred| preferred.names()) {
            let shape = if name == "reference_log_probs" { places[..places.len().min(1)].to_vec() } else { places.clone() };
            let zeros = Array { data: vec![0.0; shape.iter().product()], shape };
            batch.arrays.entry(name.into()).or_insert(zeros);
        }
        let Fed { lens, inputs, .. } = batch.feed(&self.model, &self.loss)?;
        let stages = [&FORWARD[..], &[Stage::Loss]].concat();
        let reads = vec![self.read(words)];
        let tensors = device.run(&self.pass(lens, stages, inputs, reads)?).await?;
        let pos = tensors[0].shape.last().copied().unwrap_or(1);
        let text = |row: &[f32]| {
            // A decoder's place writes the token behind it.
            let moved = usize::from(self.model.family == Family::Decoder);
            let before = std::iter::repeat_n(0.0, moved);
            before.chain(row[..pos - moved].iter().map(|loss| -loss)).collect()
        };
        Ok(tensors[0].data.chunks_exact(pos).map(text).collect())
    }
}
