//! What the shipped models are there to show, on texts that no recipe has: a retraining that loses it fails here. Where a head does it,
//! `metrics.json` of the model says which one (`phenomena`), its card too, and the page begins with it.

#[path = "../common/mod.rs"]
mod common;
mod encoders;
mod puzzles;
mod shown;
