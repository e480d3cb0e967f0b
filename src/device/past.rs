//! What a device still holds of its last pass, and turns between passes.

use web_time::Instant;

use super::Device;
use crate::error::{Error, Result};
use crate::graph::{Lens, Stage};
use crate::pass::Pass;

/// Lengths and stages of the last pass; `None` where its numbers are no longer those of one pass.
#[derive(Default)]
pub(super) struct Past(Option<(Lens, Vec<Stage>)>);

impl Past {
    /// Whether a pass can begin where it wants to.
    pub fn check(&self, pass: &Pass) -> Result<()> {
        let fits = self.0.as_ref().is_some_and(|(lens, stages)| (lens, stages) == (&pass.lens, &pass.stages));
        match pass.from.is_none() || fits {
            true => Ok(()),
            false => {
                Err(Error::Input("a pass that begins at a node follows a pass of the same lengths; compute all first".into()))
            }
        }
    }

    pub fn set(&mut self, pass: &Pass) {
        self.0 = Some((pass.lens, pass.stages.clone()));
    }

    pub fn forget(&mut self) {
        self.0 = None;
    }
}

impl Device {
    /// Before a pass of a longer work, which is `of` passes in all: where the last turn was long ago, gives one. The shares that are told from now on are those of the whole.
    ///
    /// # Errors
    /// [`Error::Stopped`] where it is told to stop.
    pub async fn rest(&mut self, last: &mut Instant, done: usize, of: usize) -> Result<()> {
        let Some(turns) = &mut self.turns else { return Ok(()) };
        turns.part = [done, 1].map(|passes| passes as f32 / of as f32);
        if done > 0 && turns.due(*last) {
            turns.give(0.0).await?;
            *last = Instant::now();
        }
        Ok(())
    }
}
