//! Where the batches of a run come from: a list of them, an objective on a text, or a generated task.

use super::batch::Batch;
use super::objectives::Stream;
use super::tasks::Generated;
use crate::error::{Error, Result};

pub enum Feed {
    /// Batch `s mod length` serves step `s`.
    Given(Vec<Batch>),
    Text(Box<Stream>),
    Task(Box<Generated>),
}

impl Feed {
    /// # Errors
    /// A list without a batch.
    pub fn given(batches: Vec<Batch>) -> Result<Feed> {
        match batches.is_empty() {
            false => Ok(Feed::Given(batches)),
            true => Err(Error::Input("there are no batches to learn from; give one at least".into())),
        }
    }

    /// The batch of a step.
    pub fn batch(&mut self, step: usize) -> Batch {
        match self {
            Feed::Given(batches) => batches[step % batches.len()].clone(),
            Feed::Text(stream) => stream.batch(step as u64),
            Feed::Task(task) => task.batch(step as u64),
        }
    }

    /// What is never trained on, the same whenever it is asked for; nothing where nothing was held out.
    pub fn held_out(&self) -> Vec<Batch> {
        match self {
            Feed::Given(_) => vec![],
            Feed::Text(stream) => stream.held_out(),
            Feed::Task(task) => task.held_out(),
        }
    }

    /// Examples that are longer than the context and lose what is beyond it.
    pub fn cut(&self) -> usize {
        if let Feed::Text(stream) = self { stream.cut() } else { 0 }
    }

    /// The least loss that any model can have on average, in nats for each label, where it is known exactly.
    pub fn entropy(&self) -> Option<f64> {
        if let Feed::Task(task) = self { task.entropy() } else { None }
    }
}
