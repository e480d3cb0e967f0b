//! Diorama: tiny transformers in the browser, with every activation in sight.
pub mod error;
pub mod tensor;
pub mod ops;
pub mod graph;
pub mod pass;
