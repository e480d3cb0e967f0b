//! Where the time of passes goes, by op.

use web_time::Duration;

/// The time that each op took, and how often it ran, in all passes since they are noted.
#[derive(Clone, Debug, Default)]
pub struct Times {
    ops: Vec<(&'static str, Duration, usize)>,
}

impl Times {
    /// So many runs of an op took so long.
    pub fn add(&mut self, op: &'static str, time: Duration, runs: usize) {
        match self.ops.iter_mut().find(|(word, ..)| *word == op) {
            Some((_, sum, all)) => (*sum, *all) = (*sum + time, *all + runs),
            None => self.ops.push((op, time, runs)),
        }
    }

    /// The op that took the most time first, each with its runs.
    pub fn ops(&self) -> Vec<(&'static str, Duration, usize)> {
        let mut ops = self.ops.clone();
        ops.sort_by_key(|(_, time, _)| std::cmp::Reverse(*time));
        ops
    }
}
