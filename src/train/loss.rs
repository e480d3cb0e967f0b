//! What each published class is trained on, as nodes behind its heads.

use super::preferences::Preferred;
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, NodeId, Stage};
use crate::models::Model;
use crate::ops::{Add, BinaryCrossEntropy, CrossEntropy, Dot, Op, SquaredError};
use crate::tensor::Axis;

/// How a head's numbers are held against its labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// Each place has one right word or class: −log softmax.
    OneOf,
    /// Each number is a yes or a no by itself: −log σ.
    YesOrNo,
    /// Each number is to be this large: the squared difference.
    Number,
}

/// A loss behind one head: mean over the labels that count.
#[derive(Clone, Debug)]
pub struct Head {
    /// The head's output.
    pub output: NodeId,
    pub objective: Objective,
    /// Input node: a label for each place, or for each number.
    pub labels: NodeId,
    /// Input node: how much each label counts; their sum is 1.
    pub weights: NodeId,
    /// The loss at each label, unweighted.
    pub losses: NodeId,
}

#[derive(Clone, Debug)]
pub struct Loss {
    /// One number: the sum over the heads.
    pub total: NodeId,
    pub heads: Vec<Head>,
    /// −log π of each place's word, \[batch pos\], where the model is trained on words.
    pub words: Option<NodeId>,
    /// States that learn with the weights: a value head.
    pub learned: Vec<NodeId>,
    /// Where it is learnt from preferences, what these read.
    pub preferred: Option<Preferred>,
}

/// Appends the losses of these heads: pairs of an output of the model and its objective.
///
/// # Errors
/// A model without a head; an objective that does not fit the shape of its output.
pub fn add_loss(graph: &mut Graph, model: &Model, heads: &[(NodeId, Objective)]) -> Result<Loss> {
    let mut built = vec![];
    let mut total: Option<NodeId> = None;
    for &(output, objective) in heads {
        let name = graph.node(output).name.replace("logits", "loss");
        let mut axes: Vec<(Axis, Dim)> = graph.node(output).axes.iter().copied().zip(graph.node(output).dims.clone()).collect();
        if objective == Objective::OneOf {
            axes.pop();
        }
        let mut g = graph.scope(Stage::Loss);
        let labels = g.input(&format!("{name}.labels"), &axes);
        let weights = g.input(&format!("{name}.weights"), &axes);
        let op: Op = match objective {
            Objective::OneOf => CrossEntropy.into(),
            Objective::YesOrNo => BinaryCrossEntropy.into(),
            Objective::Number => SquaredError.into(),
        };
        let losses = g.op(&format!("{name}.each"), op, &[output, labels], &axes)?;
        let one = [(Axis::Batch, Dim::Fixed(1))];
        let mean = g.op(&name, Dot, &[losses, weights], &one)?;
        total = Some(match total {
            None => mean,
            Some(sum) => g.op("total_loss", Add, &[sum, mean], &one)?,
        });
        built.push(Head { output, objective, labels, weights, losses });
    }
    let total = total.ok_or_else(|| Error::Input(format!("{} has no head to train", model.architecture)))?;
    let words = |head: &&Head| head.objective == Objective::OneOf && graph.node(head.losses).axes[..] == [Axis::Batch, Axis::Pos];
    let words = built.iter().find(words).map(|head| head.losses);
    Ok(Loss { total, heads: built, words, learned: vec![], preferred: None })
}
