//! Where the time of passes goes.

use super::{Backend, Device};
use crate::error::Result;
use crate::pass::Times;

impl Device {
    /// Begins to note how long each op takes, from zero. While it is noted on a GPU, each pass is waited for.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] where the GPU has no timestamps.
    pub fn start_profile(&mut self) -> Result<()> {
        match &mut self.backend {
            Backend::Cpu(cpu) => cpu.start_profile(),
            Backend::Gpu(gpu) => gpu.start_profile()?,
        }
        Ok(())
    }

    /// What was noted since; `None` where nothing was to be.
    ///
    /// # Errors
    /// [`crate::error::Error::Device`] where the GPU's clock is too coarse for it, and then nothing is noted any more.
    pub fn profile(&mut self) -> Result<Option<Times>> {
        match &mut self.backend {
            Backend::Cpu(cpu) => Ok(cpu.profile().cloned()),
            Backend::Gpu(gpu) => gpu.profile(),
        }
    }
}
