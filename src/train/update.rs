//! The nodes by which weights learn: the gradients' common norm, an optimizer's memory, and the weights one step on. States and weights are written over where they lie
//! (`ops::Rule::in_place`), and only behind the node that says whether the step counts.

use super::differentiate::Gradients;
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, Kind, Node, NodeId, Stage, Stored};
use crate::ops::adamw::RATES;
use crate::ops::record::NUMBERS;
use crate::ops::{AdamMoment, AdamW, Average, Guard, Momentum, Record, Sgd, SquareSum};
use crate::tensor::Axis;

/// What an update adds to a graph.
#[derive(Clone, Debug)]
pub struct Update {
    /// Input node \[10\]: see `ops/adamw.rs`.
    pub rates: NodeId,
    /// State \[33\]: what the last steps came to, see `ops/record.rs`.
    pub record: NodeId,
    /// What the optimizer remembers.
    pub states: Vec<NodeId>,
    /// The weights that change.
    pub learning: Vec<NodeId>,
    /// Of each weight that changes, the state that holds its average; empty where none is kept.
    pub averages: Vec<(NodeId, NodeId)>,
}

/// By which rule weights follow their gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Rule {
    /// Loshchilov & Hutter 2019, algorithm 2: the decay is apart from the gradient.
    #[default]
    AdamW,
    /// `torch.optim.SGD` with this momentum (0 to below 1): the decay is part of the gradient, behind the cut.
    Sgd { momentum: f32 },
}

/// What lies around the update of one weight.
struct Around {
    gradient: NodeId,
    squared_norm: NodeId,
    rates: NodeId,
    /// Of the decay that the weight takes.
    share: f32,
}

/// The update of these weights, behind their gradients; with `averaged`, an average of each beside it. A weight without a gradient stays as it is. The decay
/// acts on matrices alone, not on biases and norms. A step whose loss or norm is not finite changes nothing.
///
/// # Errors
/// No weight with a gradient; a shape that does not fit is told as in every graph.
pub fn add_update(
    graph: &mut Graph,
    setup: &super::Setup,
    loss: NodeId,
    gradients: &Gradients,
    weights: &[NodeId],
) -> Result<Update> {
    let one = [(Axis::Batch, Dim::Fixed(1))];
    let rates = graph.scope(Stage::Update).input("rates", &[(Axis::Rate, Dim::Fixed(RATES))]);
    let learning: Vec<(NodeId, NodeId)> = weights.iter().filter_map(|id| Some((*id, gradients.get(*id)?))).collect();
    let mut squared_norm = None;
    for (weight, gradient) in &learning {
        let name = format!("{}.squared_norm", graph.node(*weight).name);
        let inputs: Vec<NodeId> = [*gradient].into_iter().chain(squared_norm).collect();
        squared_norm = Some(graph.scope(Stage::Update).op(&name, SquareSum, &inputs, &one)?);
    }
    let Some(squared_norm) = squared_norm else {
        return Err(Error::Input("no weight learns: the loss depends on none of those that are free".into()));
    };
    let mut g = graph.scope(Stage::Update);
    let record = g.state("record", &[(Axis::Step, Dim::Fixed(NUMBERS))]);
    let new_record = g.like("new_record", Record, &[record, loss, squared_norm, rates])?;
    let guarded = g.like("guarded_rates", Guard, &[rates, new_record])?;
    let mut update = Update {
        rates,
        record,
        states: vec![],
        learning: learning.iter().map(|(weight, _)| *weight).collect(),
        averages: vec![],
    };
    for (weight, gradient) in learning {
        let share = if graph.node(weight).dims.len() >= 2 { 1.0 } else { 0.0 };
        let around = Around { gradient, squared_norm, rates: guarded, share };
        let new = match setup.rule {
            Rule::AdamW => adamw(graph, &mut update, weight, &around)?,
            Rule::Sgd { .. } => sgd(graph, &mut update, weight, &around)?,
        };
        if graph.node(weight).kind == Kind::State {
            update.states.push(weight);
        }
        if setup.ema.is_some() && matches!(graph.node(weight).kind, Kind::Weight { .. }) {
            let average = state(graph, &mut update, weight, "average");
            let name = format!("{}.new_average", named(graph.node(weight)));
            graph.scope(Stage::Update).like(&name, Average, &[average, new, guarded])?;
            update.averages.push((weight, average));
        }
    }
    Ok(update)
}

/// The weight, one step of AdamW on.
fn adamw(graph: &mut Graph, update: &mut Update, weight: NodeId, around: &Around) -> Result<NodeId> {
    let Around { gradient, squared_norm, rates, share } = *around;
    let [mean, square] = ["mean", "square"].map(|what| state(graph, update, weight, what));
    let name = named(graph.node(weight));
    let mut g = graph.scope(Stage::Update);
    let new_mean = g.like(&format!("{name}.new_mean"), AdamMoment { order: 1 }, &[mean, gradient, squared_norm, rates])?;
    let new_square = g.like(&format!("{name}.new_square"), AdamMoment { order: 2 }, &[square, gradient, squared_norm, rates])?;
    g.like(&format!("{name}.new"), AdamW { share }, &[weight, new_mean, new_square, rates])
}

/// The weight, one step of SGD with momentum on.
fn sgd(graph: &mut Graph, update: &mut Update, weight: NodeId, around: &Around) -> Result<NodeId> {
    let Around { gradient, squared_norm, rates, share } = *around;
    let momentum = state(graph, update, weight, "momentum");
    let name = named(graph.node(weight));
    let mut g = graph.scope(Stage::Update);
    let inputs = [momentum, gradient, weight, squared_norm, rates];
    let new_momentum = g.like(&format!("{name}.new_momentum"), Momentum { share }, &inputs)?;
    g.like(&format!("{name}.new"), Sgd, &[weight, new_momentum, rates])
}

/// A state of a weight's shape: `NAME.what`.
fn state(graph: &mut Graph, update: &mut Update, weight: NodeId, what: &str) -> NodeId {
    let node = graph.node(weight);
    let name = format!("{}.{what}", named(node));
    let axes: Vec<(Axis, Dim)> = node.axes.iter().copied().zip(node.dims.iter().copied()).collect();
    let id = graph.scope(Stage::Update).state(&name, &axes);
    update.states.push(id);
    id
}

/// A name of its own for each weight: several may lie in one tensor of the checkpoint.
pub(super) fn named(node: &Node) -> String {
    match node.kind {
        Kind::Weight { stored: Stored::Part { index, .. } | Stored::TransposedPart { index, .. }, .. } => {
            format!("{}.{index}", node.name)
        }
        _ => node.name.clone(),
    }
}
