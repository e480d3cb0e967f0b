//! Where the batches of a run come from: a list of them, an objective on a text, or a generated task; and the generator that fills what a discriminator reads.

use super::batch::Batch;
use super::generator::Generator;
use super::objectives::Stream;
use super::tasks::Generated;
use super::trainer::texts_of;
use crate::error::{Error, Result};

pub struct Feed {
    source: Source,
    generator: Option<Box<Generator>>,
    /// The generator's batch of the step that was asked for last.
    masked: Batch,
}

enum Source {
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
            false => Ok(Feed::of(Source::Given(batches), None)),
            true => Err(Error::Input("there are no batches to learn from; give one at least".into())),
        }
    }

    /// Of the objective `rtd`, with a generator.
    pub fn text(stream: Stream, generator: Option<Box<Generator>>) -> Feed {
        Feed::of(Source::Text(Box::new(stream)), generator)
    }

    pub fn task(task: Generated) -> Feed {
        Feed::of(Source::Task(Box::new(task)), None)
    }

    fn of(source: Source, generator: Option<Box<Generator>>) -> Feed {
        Feed { source, generator, masked: Batch::default() }
    }

    /// The batch of a step, as the model reads it.
    ///
    /// # Errors
    /// As of [`Generator::scores`], and scores that are not finite.
    pub async fn batch(&mut self, step: usize) -> Result<Batch> {
        self.batch_for(step, 0, 1).await
    }

    /// The same for worker `rank` of `of`: of replaced tokens, only the texts of its share are filled.
    ///
    /// # Errors
    /// As of [`Feed::batch`].
    pub async fn batch_for(&mut self, step: usize, rank: usize, of: usize) -> Result<Batch> {
        let batch = match &mut self.source {
            Source::Given(batches) => batches[step % batches.len()].clone(),
            Source::Text(stream) => stream.batch(step as u64),
            Source::Task(task) => task.batch(step as u64),
        };
        if self.generator.is_none() {
            return Ok(batch);
        }
        let filled = self.filled(step as u64, &batch, rank, of).await?;
        self.masked = batch;
        Ok(filled)
    }

    /// The generator learns from the batch of the step that was asked for last.
    ///
    /// # Errors
    /// As of [`Generator::learn`].
    pub async fn teach(&mut self) -> Result<()> {
        match &mut self.generator {
            Some(generator) => generator.learn(&self.masked).await,
            None => Ok(()),
        }
    }

    /// The generator's share in the gradients of that batch; empty where none learns.
    ///
    /// # Errors
    /// As of [`Generator::share`].
    pub async fn share(&mut self, rank: usize, of: usize) -> Result<Vec<f32>> {
        match &mut self.generator {
            Some(generator) => generator.share(&self.masked, rank, of).await,
            None => Ok(vec![]),
        }
    }

    /// What is never trained on, the same whenever it is asked for, of replaced tokens the generator's batches; nothing where nothing was held out.
    pub fn held_out(&self) -> Vec<Batch> {
        match &self.source {
            Source::Given(_) => vec![],
            Source::Text(stream) => stream.held_out(),
            Source::Task(task) => task.held_out(),
        }
    }

    /// The held-out batch of this number as the model reads it, and the loss of a generator that learns.
    ///
    /// # Errors
    /// As of [`Feed::batch`].
    pub async fn measured(&mut self, number: usize, batch: &Batch) -> Result<(Batch, Option<f32>)> {
        let loss = match &mut self.generator {
            Some(generator) => generator.loss(batch).await?,
            None => None,
        };
        Ok((self.filled(u64::MAX - number as u64, batch, 0, 1).await?, loss))
    }

    /// A batch with what the generator drew at its masked places; as it is where there is no generator.
    async fn filled(&mut self, step: u64, batch: &Batch, rank: usize, of: usize) -> Result<Batch> {
        let (Source::Text(stream), Some(generator)) = (&self.source, &mut self.generator) else { return Ok(batch.clone()) };
        let scores = generator.scores(batch, rank, of).await?;
        let texts = batch.arrays.get("input_ids").and_then(|ids| ids.shape.first().copied()).unwrap_or(0);
        stream.replaced(step, batch, &scores, texts_of(texts, 1, rank, of))
    }

    pub fn generator(&mut self) -> Option<&mut Generator> {
        self.generator.as_deref_mut()
    }

    /// Examples that are longer than the context and lose what is beyond it, of how many.
    pub fn cut(&self) -> (usize, usize) {
        if let Source::Text(stream) = &self.source { (stream.cut(), stream.examples()) } else { (0, 0) }
    }

    /// The least loss that any model can have on average, in nats for each label, where it is known exactly.
    pub fn entropy(&self) -> Option<f64> {
        if let Source::Task(task) = &self.source { task.entropy() } else { None }
    }
}
