//! What `config.json` may name as an activation.

use std::collections::BTreeMap;

/// Every name of the reference's table that has no weights of its own, with its values as the reference computes them
/// (`transformers.activations.ACT2FN`, in f64). The page's arithmetic is held to the same file.
#[derive(serde::Deserialize)]
pub struct Named {
    pub inputs: Vec<f32>,
    pub values: BTreeMap<String, Vec<f32>>,
}

pub fn named() -> Named {
    serde_json::from_str(include_str!("../goldens/activations.json")).expect("the golden is JSON")
}
