//! Hook names → what a device reads back, and what it changes.

mod intervene;
mod wanted;

use crate::error::{Error, Result, shown};
use crate::graph::{Graph, Stage};
use crate::pass::{Read, Rows};
use crate::tensor::Tensor;
pub use intervene::{Aims, Changed, Extent};
pub use wanted::{Intervention, With};

/// What one run brought back: the logits and every captured hook, in graph order.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub logits: Vec<Tensor>,
    pub activations: Vec<Tensor>,
}

/// The hooks whose names match one of these globs (`*.hook_pattern`), in graph order, among nodes of these stages.
///
/// # Errors
/// A glob that no hook of the graph matches: a misspelt name must not look like an empty answer.
pub fn select(graph: &Graph, globs: &[String], stages: &[Stage]) -> Result<Vec<Read>> {
    if let Some(unmatched) = globs.iter().find(|glob| !graph.hooks.iter().any(|hook| matches(glob, &hook.name))) {
        return Err(Error::Capture(no_match(graph, unmatched)));
    }
    let wanted = graph.hooks.iter().filter(|hook| globs.iter().any(|glob| matches(glob, &hook.name)));
    Ok(wanted
        .filter(|hook| stages.contains(&graph.node(hook.node).stage))
        .map(|hook| Read { name: hook.name.clone(), node: hook.node, rows: Rows::All })
        .collect())
}

fn no_match(graph: &Graph, glob: &str) -> String {
    let example = graph.hooks.first().map_or("", |hook| hook.name.as_str());
    let glob = shown(glob);
    format!("\"{glob}\" matches no hook of this model; names look like \"{example}\", and `diorama inspect` lists them")
}

/// Hook names have dots, not slashes, so a `*` crosses all of them. A gradient is matched only by a glob that speaks of gradients.
fn matches(glob: &str, name: &str) -> bool {
    (!name.ends_with("_grad") || glob.contains("_grad")) && glob_match::glob_match(glob, name)
}
