//! The nodes by which weights learn: the gradients' common norm, an optimizer's memory, and the weights one step on.

use super::differentiate::Gradients;
use crate::error::Result;
use crate::graph::{Dim, Graph, Kind, Node, NodeId, Stage, Stored};
use crate::ops::adamw::RATES;
use crate::ops::{AdamMean, AdamSquare, AdamW, SquareSum};
use crate::tensor::Axis;

/// What an update adds to a graph.
#[derive(Clone, Debug)]
pub struct Update {
    /// Input node \[8\]: see `ops/adamw.rs`.
    pub rates: NodeId,
    /// One number: the squared norm of all gradients together, before they are cut.
    pub squared_norm: NodeId,
    /// What becomes of what, behind a step: the running means, and the weights.
    pub commits: Vec<(NodeId, NodeId)>,
    /// What the optimizer remembers.
    pub states: Vec<NodeId>,
    /// The weights that change.
    pub learning: Vec<NodeId>,
}

/// By which rule weights follow their gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Rule {
    /// Loshchilov & Hutter 2019, algorithm 2.
    #[default]
    AdamW,
}

/// The update of these weights, behind their gradients. A weight without a gradient stays as it is. The decay acts on matrices alone, not on biases and norms.
///
/// # Errors
/// None that a graph with gradients can have; a shape that does not fit is told as in every graph.
pub fn add_update(graph: &mut Graph, rule: Rule, gradients: &Gradients, weights: &[NodeId]) -> Result<Update> {
    let one = [(Axis::Batch, Dim::Fixed(1))];
    let rates = graph.scope(Stage::Update).input("rates", &[(Axis::Rate, Dim::Fixed(RATES))]);
    let learning: Vec<(NodeId, NodeId)> = weights.iter().filter_map(|id| Some((*id, *gradients.get(*id)?))).collect();
    let mut squared_norm = None;
    for (weight, gradient) in &learning {
        let name = format!("{}.squared_norm", graph.node(*weight).name);
        let inputs: Vec<NodeId> = [*gradient].into_iter().chain(squared_norm).collect();
        squared_norm = Some(graph.scope(Stage::Update).op(&name, SquareSum, &inputs, &one)?);
    }
    let Some(squared_norm) = squared_norm else {
        return Err(crate::error::Error::Input("no weight learns: each is frozen, or the loss does not depend on it".into()));
    };
    let Rule::AdamW = rule;
    let (mut commits, mut states) = (vec![], vec![]);
    for &(weight, gradient) in &learning {
        let node = graph.node(weight);
        let (name, share) = (named(node), if node.dims.len() >= 2 { 1.0 } else { 0.0 });
        let axes: Vec<(Axis, Dim)> = node.axes.iter().copied().zip(node.dims.iter().copied()).collect();
        let mut g = graph.scope(Stage::Update);
        let (mean, square) = (g.state(&format!("{name}.mean"), &axes), g.state(&format!("{name}.square"), &axes));
        let new_mean = g.like(&format!("{name}.new_mean"), AdamMean, &[mean, gradient, squared_norm, rates])?;
        let new_square = g.like(&format!("{name}.new_square"), AdamSquare, &[square, gradient, squared_norm, rates])?;
        let new = g.like(&format!("{name}.new"), AdamW { share }, &[weight, new_mean, new_square, rates])?;
        commits.extend([(new_mean, mean), (new_square, square), (new, weight)]);
        states.extend([mean, square]);
    }
    let learning = learning.into_iter().map(|(weight, _)| weight).collect();
    Ok(Update { rates, squared_norm, commits, states, learning })
}

/// A name of its own for each weight: several may lie in one tensor of the checkpoint.
fn named(node: &Node) -> String {
    match node.kind {
        Kind::Weight { stored: Stored::Part { index, .. } | Stored::TransposedPart { index, .. }, .. } => {
            format!("{}.{index}", node.name)
        }
        _ => node.name.clone(),
    }
}
