//! The generator of a joint training: what the command plans, tells and saves of it.

use std::path::PathBuf;

use diorama::error::Result;
use diorama::train::{Feed, Lost, Optimizer};

use super::arguments::Train;
use super::folder::Folder;
use super::train::{resume, save_where_asked};

/// Where the generator lies and where it goes, and the step from which it learns; nothing of it where it does not learn.
pub struct Beside {
    dir: Option<PathBuf>,
    out: Option<PathBuf>,
    from: usize,
    averaged: bool,
}

impl Beside {
    /// Goes on from the optimizer's state that lies beside the generator's weights, where one does.
    pub fn open(asked: &Train, feed: &mut Feed) -> Result<Beside> {
        let dir = asked.generator.clone().filter(|_| asked.joint);
        let mut from = 0;
        if let (Some(dir), Some((trainer, device))) = (&dir, feed.generator().and_then(|generator| generator.trainer())) {
            from = resume(&Folder::at(dir), trainer, device)?.unwrap_or(0);
        }
        Ok(Beside { dir, out: asked.generator_out.clone(), from, averaged: asked.ema.is_some() })
    }

    pub fn plan(&self, feed: &mut Feed, optimizer: Optimizer, steps: usize) -> Result<()> {
        feed.generator().map_or(Ok(()), |generator| generator.plan(optimizer, self.from + steps))
    }

    /// The loss of the run's step of this number, counted from 0.
    pub fn loss(&self, feed: &mut Feed, step: usize) -> Option<f32> {
        feed.generator()?.loss_at(self.from + step)
    }

    /// Says of each GPU that the generator lost from where it goes on.
    pub fn tell_losses(&self, feed: &mut Feed) {
        for Lost { why, step } in feed.generator().map_or(vec![], |generator| generator.lost()) {
            eprintln!("note: the generator's GPU was lost ({why}); it went back to step {step} and goes on");
        }
    }

    /// Writes the generator's folder where one is asked for, and says so. Where averages are kept, it has them from now on.
    pub async fn save(&self, feed: &mut Feed) -> Result<String> {
        let (Some(dir), Some(generator)) = (&self.dir, feed.generator()) else { return Ok(String::new()) };
        let Some(snapshot) = generator.snapshot().await? else { return Ok(String::new()) };
        let Some((trainer, device)) = generator.trainer() else { return Ok(String::new()) };
        let folder = Folder::at(dir);
        let (_, _, names) = folder.load_named()?;
        let told = save_where_asked(trainer, &snapshot, self.from, &folder, &names, self.out.as_deref())?;
        if self.averaged {
            trainer.averages(&snapshot).into_iter().try_for_each(|(id, numbers)| device.renew(id, numbers))?;
        }
        Ok(told)
    }
}
