//! Diorama: tiny transformers in the browser, with every activation in sight.
pub mod capture;
pub mod cpu;
pub mod device;
pub mod error;
pub mod generate;
pub mod gpu;
pub mod graph;
pub mod models;
pub mod ops;
pub mod pass;
pub mod tensor;
#[cfg(feature = "native")]
pub mod text;
#[cfg(target_arch = "wasm32")]
mod web;
pub mod weights;
