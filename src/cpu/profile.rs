//! Where the time of a pass goes, by op.

use web_time::{Duration, Instant};

/// The time that each op took, and how often it ran, in all passes since the profile began.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    ops: Vec<(&'static str, Duration, usize)>,
}

impl Profile {
    pub(super) fn now() -> Instant {
        Instant::now()
    }

    pub(super) fn add(&mut self, op: &'static str, start: Instant) {
        let time = start.elapsed();
        match self.ops.iter_mut().find(|(word, ..)| *word == op) {
            Some((_, sum, runs)) => (*sum, *runs) = (*sum + time, *runs + 1),
            None => self.ops.push((op, time, 1)),
        }
    }

    /// The op that took the most time first, each with its runs.
    pub fn ops(&self) -> Vec<(&'static str, Duration, usize)> {
        let mut ops = self.ops.clone();
        ops.sort_by_key(|(_, time, _)| std::cmp::Reverse(*time));
        ops
    }
}
