//! One pass through a graph, as plain data: what a device is asked to compute, to change on the way and to bring back.

mod by_node;
mod dropped;
mod edit;
mod times;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::graph::{Graph, Lens, NodeId, Stage};
use crate::ops::Op;
use crate::tensor::{Axis, Tensor, size};
pub use by_node::ByNode;
pub use dropped::Dropped;
pub use edit::{Change, Edit, Values, rows};
pub use times::Times;

/// The checkpoint's numbers for a graph's weight nodes, each in the shape of its node. Shared: a large model must not lie in
/// memory more often than it has to.
pub type Parameters = ByNode<Arc<Vec<f32>>>;

#[derive(Clone, Debug)]
pub struct Pass {
    pub lens: Lens,
    /// `[Source, Target]` for a whole input, `[Target]` for a further step.
    pub stages: Vec<Stage>,
    /// Where it begins: the nodes before keep their numbers, inputs too, from the pass before, which must have had the same lengths and stages. `None`: all is computed.
    pub from: Option<NodeId>,
    /// Numbers for the graph's input nodes; an input of a stage that does not run may be absent.
    pub inputs: ByNode<Vec<f32>>,
    /// What is changed, of the nodes that this pass computes; several edits of one node in their order.
    pub edits: Vec<Edit>,
    /// In the order in which the tensors are wanted.
    pub reads: Vec<Read>,
}

impl Pass {
    /// Whether a node belongs to its stages, and is not one of those that keep their numbers.
    pub fn computes(&self, graph: &Graph, id: NodeId) -> bool {
        self.stages.contains(&graph.node(id).stage) && self.from.is_none_or(|from| id >= from)
    }

    /// Whether every number that this pass gives to look up a row of a table is one of its rows.
    ///
    /// # Errors
    /// [`Error::Input`], with the number, the input that holds it and the rows that there are.
    pub fn check(&self, graph: &Graph) -> Result<()> {
        for node in graph.nodes.iter().filter(|node| matches!(node.op(), Some(Op::Embed(_)))) {
            let [ids, table] = node.inputs[..] else { continue };
            let rows = graph.node(table).dims[0].at(&self.lens);
            let given = self.inputs.get(ids).map_or(&[][..], Vec::as_slice);
            if let Some(id) = given.iter().find(|id| !(0.0..rows as f32).contains(*id)) {
                let (input, table) = (&graph.node(ids).name, &graph.node(table).name);
                return Err(Error::Input(format!(
                    "\"{input}\" asks for row {id} of \"{table}\", whose rows run from 0 to {}; check the ids and the length of the text",
                    rows.saturating_sub(1)
                )));
            }
        }
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub name: String,
    pub node: NodeId,
    pub rows: Rows,
}

/// How much of a tensor is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    All,
    /// The last position only: `pos` becomes 1. For a node with axes `batch pos …`.
    Last,
}

/// A stretch of a node's numbers, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub start: usize,
    pub len: usize,
}

impl Read {
    /// Which stretches of the node's buffer to copy, one after another.
    pub fn stretches(&self, graph: &Graph, lens: &Lens) -> Vec<Stretch> {
        let shape = graph.node(self.node).shape(lens);
        match self.rows {
            Rows::All => vec![Stretch { start: 0, len: size(&shape) }],
            Rows::Last => {
                let row = size(&shape[2..]);
                (0..shape[0]).map(|batch| Stretch { start: (batch * shape[1] + shape[1] - 1) * row, len: row }).collect()
            }
        }
    }

    /// The tensor that these numbers are.
    pub fn tensor(&self, graph: &Graph, lens: &Lens, data: Vec<f32>) -> Tensor {
        let node = graph.node(self.node);
        let mut shape = node.shape(lens);
        if self.rows == Rows::Last {
            debug_assert_eq!(node.axes[1], Axis::Pos);
            shape[1] = 1;
        }
        Tensor { name: self.name.clone(), axes: node.axes.clone(), shape, data }
    }
}
