//! Training: the gradient as more nodes of the same graph, losses as nodes, batches of different texts.
//!
//! - `differentiate`: the table of derivatives, one arm for each op
//! - `loss`: what each published class is trained on
//! - `feed`: where the batches of a run come from
//! - `batch`: texts and labels of a step, as the graph's inputs
//! - `initialise`: the numbers of a new model
//! - `objectives`: batches from tokenised data, for each step
//! - `tasks`: batches that a rule makes
//! - `schedule`, `update`: how fast a model learns, and the nodes by which its weights change
//! - `trainer`: a model that learns, on a device

mod batch;
mod differentiate;
mod feed;
mod initialise;
mod loss;
pub mod objectives;
mod schedule;
pub mod tasks;
mod trainer;
mod update;

pub use batch::{Array, Batch, Fed, IGNORED};
pub use differentiate::{Gradients, Wanted, differentiate};
pub use feed::Feed;
pub use initialise::{initialise, published};
pub use loss::{Head, Loss, Objective, add_loss};
pub use schedule::{Optimizer, Schedule};
pub use trainer::{Derivatives, Snapshot, Step, Trainer};
