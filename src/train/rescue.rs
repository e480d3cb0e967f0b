//! Training that outlives its GPU: a snapshot now and then, and the steps since it once more where the GPU was lost.

use web_time::{Duration, Instant};

use super::batch::Batch;
use super::trainer::{Snapshot, Step, Trainer};
use crate::device::Device;
use crate::error::{Error, Result};

/// A GPU that went away in the middle of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    pub why: String,
    /// The step of the snapshot from which training went on, counted from 0.
    pub step: usize,
}

/// Steps of one trainer, with what is needed to go on after the loss of a GPU: the last snapshot, and the batches since. On a CPU nothing is kept.
/// Who takes a trainer back to a snapshot of his own begins a new one.
pub struct Rescue {
    /// A snapshot is taken after so many steps, or after so long.
    every: usize,
    patience: Duration,
    kept: Option<(Snapshot, Instant)>,
    since: Vec<Batch>,
    /// Results that nobody was told of yet, and the first step whose result is no old news.
    known: Vec<Step>,
    told: usize,
    /// Losses since the last snapshot.
    losses: usize,
    lost: Vec<Lost>,
}

/// Losses without a new snapshot after which it is no use to try once more.
const MOST_LOSSES: usize = 3;

impl Default for Rescue {
    /// A snapshot every 256 steps, or every 10 seconds.
    fn default() -> Self {
        Rescue::every(256, Duration::from_secs(10))
    }
}

impl Rescue {
    /// A snapshot after so many steps, or after so long, whichever comes first.
    pub fn every(steps: usize, patience: Duration) -> Rescue {
        let (since, known, lost) = (vec![], vec![], vec![]);
        Rescue { every: steps.max(1), patience, kept: None, since, known, told: 0, losses: 0, lost }
    }

    /// As [`Trainer::advance`]; what a lost GPU took away is computed again, and no step is told twice.
    ///
    /// # Errors
    /// As of [`Trainer::advance`]; [`Error::DeviceLost`] only where the GPU is lost again and again.
    pub async fn advance(&mut self, trainer: &mut Trainer, device: &mut Device, batch: &Batch) -> Result<Vec<Step>> {
        if !device.on_gpu() {
            self.kept = None;
            self.since.clear();
        } else if self.is_due() {
            self.keep(trainer, device).await?;
        }
        let Some(from) = self.kept.as_ref().map(|(snapshot, _)| snapshot.step) else {
            let told = trainer.advance(device, batch).await?;
            return Ok(self.untold(told));
        };
        self.since.push(batch.clone());
        match trainer.advance(device, batch).await {
            Ok(told) => Ok(self.untold(told)),
            Err(Error::DeviceLost(why)) => {
                self.recover(trainer, device, why).await?;
                Ok(self.untold(vec![]))
            }
            Err(fault) => {
                // What was refused, or went wrong, did not happen.
                self.since.truncate(trainer.done() - from);
                Err(fault)
            }
        }
    }

    /// As [`Trainer::settle`].
    ///
    /// # Errors
    /// As of [`Rescue::advance`].
    pub async fn settle(&mut self, trainer: &mut Trainer, device: &mut Device) -> Result<Vec<Step>> {
        self.gather(trainer, device).await?;
        Ok(self.untold(vec![]))
    }

    /// As [`Trainer::snapshot`].
    ///
    /// # Errors
    /// As of [`Rescue::advance`].
    pub async fn snapshot(&mut self, trainer: &mut Trainer, device: &mut Device) -> Result<Snapshot> {
        loop {
            match trainer.snapshot(device).await {
                Err(Error::DeviceLost(why)) => self.recover(trainer, device, why).await?,
                other => return other,
            }
        }
    }

    /// The losses that nobody was told of yet.
    pub fn lost(&mut self) -> Vec<Lost> {
        std::mem::take(&mut self.lost)
    }

    fn is_due(&self) -> bool {
        match &self.kept {
            None => true,
            Some((_, taken)) => self.since.len() >= self.every || taken.elapsed() >= self.patience,
        }
    }

    /// Takes a snapshot in the place of the last one. Results that are waited for on the way are told, too.
    async fn keep(&mut self, trainer: &mut Trainer, device: &mut Device) -> Result<()> {
        self.gather(trainer, device).await?;
        let snapshot = self.snapshot(trainer, device).await?;
        (self.kept, self.losses) = (Some((snapshot, Instant::now())), 0);
        self.since.clear();
        Ok(())
    }

    /// The results of all steps.
    async fn gather(&mut self, trainer: &mut Trainer, device: &mut Device) -> Result<()> {
        loop {
            match trainer.settle(device).await {
                Err(Error::DeviceLost(why)) => self.recover(trainer, device, why).await?,
                told => return told.map(|told| self.known.extend(told)),
            }
        }
    }

    /// Goes back to the snapshot on the device that replaces the lost one, and takes the steps since once more.
    pub(super) async fn recover(&mut self, trainer: &mut Trainer, device: &mut Device, why: String) -> Result<()> {
        let mut why = why;
        loop {
            let Some((snapshot, _)) = self.kept.as_ref().filter(|_| self.losses < MOST_LOSSES) else {
                return Err(Error::DeviceLost(why));
            };
            self.losses += 1;
            self.lost.push(Lost { why: why.clone(), step: snapshot.step });
            match again(trainer, device, snapshot, &self.since).await {
                Err(Error::DeviceLost(once_more)) => why = once_more,
                told => return told.map(|told| self.known.extend(told)),
            }
        }
    }

    /// Of all known results those that were not told, each once.
    fn untold(&mut self, told: Vec<Step>) -> Vec<Step> {
        self.known.extend(told);
        let mut fresh = vec![];
        for step in std::mem::take(&mut self.known) {
            if step.step >= self.told {
                self.told = step.step + 1;
                fresh.push(step);
            }
        }
        fresh
    }
}

/// The steps since a snapshot once more, and their results as far as they are known.
async fn again(trainer: &mut Trainer, device: &mut Device, snapshot: &Snapshot, since: &[Batch]) -> Result<Vec<Step>> {
    trainer.restore(device, snapshot)?;
    let mut known = vec![];
    for batch in since {
        known.extend(trainer.advance(device, batch).await?);
    }
    Ok(known)
}
