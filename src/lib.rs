//! Diorama: tiny transformers in the browser, with every activation in sight.
//!
//! Follow one sentence through it, and the modules come in this order:
//!
//! ```text
//! text → tokens → graph of named nodes → kernels (WGSL on the GPU, loops on the CPU) → captured activations → views
//! ```
//!
//! `text` turns words into token ids (in the page, a JavaScript library does). `models` describes an architecture as a
//! [`graph::Graph`]: named nodes, each an op of [`ops`] with its shape; `weights` fills in the numbers of a published
//! checkpoint. A [`pass::Pass`] says what to compute and what to bring back; [`cpu`] and [`gpu`] each run it, and
//! [`device`] chooses between them. [`capture`] finds activations by their hooks' names, [`generate`] writes one token
//! after another, and `web` shows all of it to JavaScript.
//!
//! # Axes
//!
//! | axis | counts |
//! |---|---|
//! | `batch` | sequences computed together: 1, or the beams of a search |
//! | `pos` | tokens of a text |
//! | `query_pos`, `key_pos` | tokens that look, tokens that are looked at |
//! | `head`, `kv_head` | attention heads; heads of keys and values, of which several query heads may share one |
//! | `d_head` | numbers in one head's query, key or value |
//! | `d_model` | numbers that stand for a token between the layers |
//! | `d_mlp` | numbers inside a feed-forward part |
//! | `d_vocab` | tokens of the vocabulary |
//!
//! The last axis varies fastest, everything is f32, and nothing is strided.

pub mod error;
pub mod json;
#[cfg(feature = "native")]
pub mod text;
pub mod tensor;
pub mod ops;
pub mod graph;
pub mod pass;
pub mod models;
pub mod weights;
pub mod cpu;
pub mod gpu;
pub mod device;
pub mod capture;
pub mod generate;
pub mod train;
#[cfg(target_arch = "wasm32")]
mod web;
