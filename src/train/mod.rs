//! Training: the gradient as more nodes of the same graph, losses as nodes, batches of different texts.
//!
//! - `differentiate`: the table of derivatives, one arm for each op
//! - `loss`: what each published class is trained on
//! - `feed`: where the batches of a run come from
//! - `preferences`: rewards, DPO and PPO's policy, from pairs and rewarded texts
//! - `batch`: texts and labels of a step, as the graph's inputs
//! - `dropout`: numbers that are left out at random, where a training asks for it
//! - `initialise`: the numbers of a new model
//! - `objectives`: batches from tokenised data, for each step
//! - `generator`: the model that fills what an ELECTRA discriminator reads
//! - `tasks`: batches that a rule makes
//! - `setup`: which weights learn, by which rule
//! - `schedule`, `update`: how fast a model learns, and the nodes by which its weights change
//! - `trainer`: a model that learns, on a device, and what is taken off it
//! - `rescue`: what is needed to go on after the loss of a GPU

mod batch;
mod differentiate;
mod dropout;
mod feed;
mod generator;
mod initialise;
mod loss;
pub mod objectives;
mod preferences;
mod rescue;
mod schedule;
mod setup;
pub mod tasks;
mod trainer;
mod update;

pub use batch::{Array, Batch, Fed, IGNORED};
pub use differentiate::{Gradients, Wanted, differentiate};
pub use dropout::Dropout;
pub use feed::Feed;
pub use generator::Generator;
pub use initialise::{initialise, published};
pub use loss::{Head, Loss, Objective, add_loss};
pub use preferences::{Preference, Preferred, add_preference};
pub use rescue::{Lost, Rescue};
pub use schedule::{Optimizer, Schedule};
pub use setup::Setup;
pub use trainer::{Derivatives, Snapshot, Step, Trainer};
pub use update::Rule;
