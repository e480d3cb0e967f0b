//! Where the time of the CPU's passes goes.

use super::{Backend, Device};
use crate::cpu::Profile;

impl Device {
    /// Begins to note how long each op takes on the CPU, from zero; on a GPU nothing is noted.
    pub fn start_profile(&mut self) {
        if let Backend::Cpu(cpu) = &mut self.backend {
            cpu.start_profile();
        }
    }

    /// What was noted since; `None` where nothing was to be.
    pub fn profile(&self) -> Option<&Profile> {
        match &self.backend {
            Backend::Cpu(cpu) => cpu.profile(),
            Backend::Gpu(_) => None,
        }
    }
}
