//! Text out of a model, one token at a time: a session that can be stepped, looked at, taken back and gone on with.

mod beams;
mod caches;
mod engine;
mod fill;
mod input;
mod rules;
mod run;
mod sample;
mod session;

pub use beams::{Beams, Continuation, Fate, Search};
pub use engine::{Computed, Engine};
pub use fill::{Detected, Filled};
pub use input::{Input, Limits};
pub use sample::{Candidate, Sampling};
pub use session::{Session, Step};
