//! A nudge while the host waits for the GPU. Who lends the event loop's turns is not this module's business: `web` does.

use std::any::Any;
use std::cell::Cell;

use web_time::{Duration, Instant};

use super::open::Gpu;

/// Between two nudges. Without a pause they pile up before the work that they are to bring news of: a token's 4 ms became
/// 100 ms and more in a worker of Firefox 153.
const PAUSE: Duration = Duration::from_millis(1);

/// Begins to call back on each turn of an event loop; dropping what it returns ends that.
pub type StartTicking = fn(Box<dyn FnMut()>) -> Option<Box<dyn Any>>;

thread_local! {
    static START: Cell<Option<StartTicking>> = const { Cell::new(None) };
}

/// Says how to tick on this thread, where waiting needs it.
pub fn tick_with(start: StartTicking) {
    START.set(Some(start));
}

/// While this is held, nothing is submitted again and again, which makes a browser look whether the GPU is done.
pub(super) fn nudge(gpu: &Gpu) -> Option<Box<dyn Any>> {
    let queue = gpu.queue().clone();
    let mut last = Instant::now();
    START.get()?(Box::new(move || {
        if last.elapsed() >= PAUSE {
            queue.submit([]);
            last = Instant::now();
        }
    }))
}
