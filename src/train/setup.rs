//! What a trainer is made for: which weights learn, by which rule, and whose gradients can be looked at.

use super::update::Rule;
use crate::error::{Error, Result, shown};
use crate::graph::{Graph, Kind, Node, NodeId};
use crate::models::TIED;

/// The settings of a trainer. By default all weights learn, by AdamW.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setup {
    /// Hooks (globs) that have gradients of their own.
    pub captured: Vec<String>,
    /// Weights that learn (globs over the names of the checkpoint's tensors); all where there are none.
    pub trained: Vec<String>,
    /// Weights that stay as they are, also where `trained` names them.
    pub frozen: Vec<String>,
    pub rule: Rule,
}

impl Setup {
    /// Of these hooks, gradients of their own; everything else as by default.
    pub fn capturing(captured: &[String]) -> Setup {
        Setup { captured: captured.to_vec(), ..Setup::default() }
    }

    /// The weight nodes that learn. A tied matrix is one weight, under each of its names: named once as frozen, it is frozen.
    ///
    /// # Errors
    /// A glob that no weight matches; globs that leave no weight to learn.
    pub fn learning(&self, graph: &Graph) -> Result<Vec<NodeId>> {
        let weights: Vec<(NodeId, Vec<String>)> = graph.weights().map(|id| (id, names(graph, graph.node(id)))).collect();
        let matched = |glob: &String, names: &[String]| names.iter().any(|name| glob_match::glob_match(glob, name));
        let unmatched =
            self.trained.iter().chain(&self.frozen).find(|glob| !weights.iter().any(|(_, names)| matched(glob, names)));
        if let Some(glob) = unmatched {
            let example = weights.first().and_then(|(_, names)| names.first()).map_or("", String::as_str);
            return Err(Error::Input(format!(
                "\"{}\" matches no weight of this model; a weight is named as in model.safetensors, like \"{example}\"",
                shown(glob)
            )));
        }
        let any = |globs: &[String], names: &[String]| globs.iter().any(|glob| matched(glob, names));
        let learns = |names: &[String]| (self.trained.is_empty() || any(&self.trained, names)) && !any(&self.frozen, names);
        let learning: Vec<NodeId> = weights.iter().filter(|(_, names)| learns(names)).map(|(id, _)| *id).collect();
        match learning.is_empty() {
            true => Err(Error::Input("every weight is frozen, so nothing can be learnt; leave one free".into())),
            false => Ok(learning),
        }
    }
}

/// All names of a weight: those that the architecture publishes, and those of the weights that are tied to it here.
fn names(graph: &Graph, node: &Node) -> Vec<String> {
    let Kind::Weight { names, .. } = &node.kind else { return vec![] };
    let tied = |(target, source): &&(&str, &str)| names.iter().any(|name| name == source) && graph.find(target).is_none();
    names.iter().cloned().chain(TIED.iter().filter(tied).map(|(target, _)| target.to_string())).collect()
}
