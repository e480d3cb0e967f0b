//! A long pass computes a while, gives the page its turn, and hears whether to go on. Whose turns these are is not this
//! module's business: `web` lends them.

use std::pin::Pin;

use web_time::{Duration, Instant};

use super::Executor;
use crate::error::{Error, Result};
use crate::pass::Pass;
use crate::tensor::Tensor;

/// Waits for a turn of the host's event loop, where others may speak. It is told the share of the pass that is done, 0..1,
/// and says whether to go on.
pub type Give = Box<dyn Fn(f32) -> Pin<Box<dyn Future<Output = bool>>>>;

/// How a pass gives turns.
pub struct Turns {
    give: Give,
    /// Computed before the clock is looked at: more than a token of a tiny model takes, so that such a pass costs no look.
    /// // multiply-adds
    stretch: u64,
    /// Computed before a turn is given: a reader does not notice so short a wait.
    patience: Duration,
    /// Which part of the whole a pass is: where it begins and how long it is, as shares.
    pub(crate) part: [f32; 2],
}

impl Turns {
    pub fn new(give: Give) -> Self {
        Turns { give, stretch: 1 << 26, patience: Duration::from_millis(40), part: [0.0, 1.0] }
    }

    /// Gives a turn wherever one can be given.
    pub fn often(give: Give) -> Self {
        Turns { give, stretch: 1, patience: Duration::ZERO, part: [0.0, 1.0] }
    }

    /// Whether those who wait since then should be heard.
    pub(crate) fn due(&self, since: Instant) -> bool {
        since.elapsed() > self.patience
    }

    /// Gives a turn; `share` of the pass is done, 0..1.
    ///
    /// # Errors
    /// [`Error::Stopped`] where it is told to stop.
    pub(crate) async fn give(&self, share: f32) -> Result<()> {
        let [start, length] = self.part;
        if (self.give)(start + length * share).await { Ok(()) } else { Err(Error::Stopped) }
    }

    /// The same numbers as [`Executor::run`].
    ///
    /// # Errors
    /// [`Error::Stopped`] where it is told to stop: what the executor's buffers hold is then of no pass.
    pub(crate) async fn run(&self, cpu: &mut Executor, pass: &Pass) -> Result<Vec<Tensor>> {
        let mut place = cpu.begin(pass);
        let mut computing: Option<Instant> = None;
        while !cpu.go_on(pass, &mut place, self.stretch) {
            if computing.get_or_insert_with(Instant::now).elapsed() < self.patience {
                continue;
            }
            self.give(cpu.share(pass, &place)).await?;
            computing = None;
        }
        Ok(cpu.read(pass))
    }
}
