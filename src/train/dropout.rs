//! Dropout, where a training asks for it: the architecture's places of it (`Graph::dropped`), each with a mask of its own at each step.
//!
//! A mask is an edit of the passes that learn, and the gradient has the edit's derivative (`Gradients::edits`); the graph and all other passes know nothing of it.
//! Differs from `transformers`: one probability for all places of a model.

use crate::graph::{Graph, Lens, NodeId};
use crate::pass::{Change, Dropped, Edit, Values};
use crate::tensor::size;

/// With which probability each number is dropped, 0 to below 1, and the seed of the masks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dropout {
    pub share: f32,
    pub seed: u64,
}

impl Dropout {
    /// The nodes that it changes.
    pub fn nodes<'g>(&self, graph: &'g Graph) -> &'g [NodeId] {
        if self.share > 0.0 { &graph.dropped } else { &[] }
    }

    /// The masks of a step, of texts that follow `before` others of the same batch.
    pub fn edits(&self, graph: &Graph, lens: &Lens, step: usize, before: usize) -> Vec<Edit> {
        let edit = |(nth, &node): (usize, &NodeId)| {
            let shape = graph.node(node).shape(lens);
            let mut mask = Dropped::new(self.share, self.seed, step as u64, nth as u32);
            mask.first = (before * size(&shape[1..])) as u32;
            let at = shape.iter().map(|n| (0..*n).collect()).collect();
            Edit { node, at, change: Change::Scale, with: Values::Dropped(mask) }
        };
        self.nodes(graph).iter().enumerate().map(edit).collect()
    }
}
