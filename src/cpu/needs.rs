//! What of each node a pass has to compute: nothing that nobody reads, and where only a text's last position is read, only its row.

use super::causal::{self, CausalUse};
use super::computed;
use crate::graph::{Dim, Graph, Node, NodeId, Stage};
use crate::ops::Op;
use crate::pass::{Pass, Rows};
use crate::tensor::Axis;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    Nothing,
    /// The last position of each sequence: the node has the axes `batch pos …`.
    LastRow,
    /// For each query, the keys up to its own position. Only square patterns have this need (see `causal`).
    Past,
    All,
}

/// What the present pass computes.
#[derive(Default)]
pub(super) struct Needs {
    /// Of each node.
    of: Vec<Need>,
    /// What each node holds of the pass before, and then of this one.
    held: Vec<Need>,
    /// Whether the future of a pattern is closed in a node: see `causal`.
    closed: Vec<bool>,
    /// Whether a node changes its first input's numbers in their place, because nobody else reads them.
    takes: Vec<bool>,
}

impl Needs {
    pub fn of(&self, index: usize) -> Need {
        self.of[index]
    }

    /// What a causal mask leaves of a node.
    pub fn causal_use(&self, index: usize, node: &Node) -> CausalUse {
        let closed = |id: &NodeId| self.closed[id.0];
        CausalUse {
            past_only: self.of[index] == Need::Past,
            pattern_closed: node.inputs.first().is_some_and(closed),
            in_place: self.takes[index],
        }
    }

    /// The input whose buffer a node takes over, if it does.
    pub fn taken(&self, index: usize, node: &Node) -> Option<NodeId> {
        node.inputs.first().copied().filter(|_| self.takes[index])
    }

    /// Every node is computed whole, whatever is read.
    pub fn all(&mut self) {
        self.of.fill(Need::All);
        self.held.fill(Need::All);
        self.closed.fill(false);
        self.takes.fill(false);
    }

    /// For each node, by what the pass reads, what other nodes read and what is kept for later passes (`kept`). A node that is not computed has
    /// any need. Where a pass begins at a node, those before it are computed where the pass before did not need them.
    pub fn find(&mut self, graph: &Graph, kept: &[NodeId], pass: &Pass) {
        causal::close(graph, pass, &mut self.closed);
        let Needs { of: needs, held, closed, takes } = self;
        held.resize(graph.nodes.len(), Need::Nothing);
        needs.clear();
        needs.resize(graph.nodes.len(), Need::Nothing);
        kept.iter().for_each(|id| needs[id.0] = Need::All);
        // An update writes over weights and states, whether or not the pass reads them.
        let updates = graph.nodes.iter().enumerate().filter(|(_, node)| node.stage == Stage::Update);
        updates.for_each(|(index, _)| needs[index] = Need::All);
        for read in &pass.reads {
            let rows = if read.rows == Rows::Last && by_rows(graph.node(read.node)) { Need::LastRow } else { Need::All };
            needs[read.node.0] = needs[read.node.0].max(rows);
        }
        for (index, node) in graph.nodes.iter().enumerate().rev() {
            let (Some(op), need) = (computed(node, pass), needs[index]) else { continue };
            let keeps = pass.from.is_some_and(|from| index < from.0);
            if keeps && held[index] >= need {
                needs[index] = Need::Nothing;
                continue;
            }
            held[index] = need;
            if need == Need::Nothing {
                continue;
            }
            for edit in pass.edits.iter().filter(|edit| edit.node.0 == index) {
                edit.source().into_iter().for_each(|source| needs[source.0] = Need::All);
            }
            for (slot, input) in node.inputs.iter().enumerate() {
                let last = need == Need::LastRow && is_row(op, slot) && by_rows(graph.node(*input));
                let past = causal::reads_past(op, slot, graph.node(*input), &pass.lens, closed[node.inputs[0].0]);
                let of_input = match (last, past) {
                    (true, _) => Need::LastRow,
                    (_, true) => Need::Past,
                    _ => Need::All,
                };
                needs[input.0] = needs[input.0].max(of_input);
            }
            if need == Need::LastRow && !rowwise(graph, node, op) {
                (needs[index], held[index]) = (Need::All, Need::All);
                node.inputs.iter().for_each(|input| needs[input.0] = Need::All);
            }
        }
        // A causal mask of which only the past is computed writes over the scores, where they are computed for the mask alone.
        takes.clear();
        takes.resize(graph.nodes.len(), false);
        for (index, node) in graph.nodes.iter().enumerate() {
            let is_mask = matches!(computed(node, pass), Some(Op::Mask(_))) && needs[index] == Need::Past;
            let Some(&scores) = node.inputs.first().filter(|_| is_mask) else { continue };
            let readers = graph.nodes[scores.0..].iter().filter(|node| node.inputs.contains(&scores)).count();
            let is_new = needs[scores.0] != Need::Nothing && computed(graph.node(scores), pass).is_some();
            let is_read = pass.reads.iter().any(|read| read.node == scores) || kept.contains(&scores);
            let is_source = pass.edits.iter().any(|edit| edit.source() == Some(scores));
            if readers == 1 && is_new && !is_read && !is_source {
                (takes[index], held[scores.0]) = (true, Need::Nothing);
            }
        }
    }
}

/// Whether an op computes each row of its output from the same row of this input.
pub(super) fn is_row(op: &Op, slot: usize) -> bool {
    match op {
        Op::Linear(_) | Op::LayerNorm(_) | Op::RmsNorm(_) | Op::Scale(_) | Op::Activation(_) => slot == 0,
        Op::Add(_) | Op::Mul(_) => true,
        _ => false,
    }
}

fn rowwise(graph: &Graph, node: &Node, op: &Op) -> bool {
    let rows = |(slot, input): (usize, &NodeId)| is_row(op, slot) && by_rows(graph.node(*input));
    is_row(op, 0) && node.inputs.iter().enumerate().all(|(slot, input)| !is_row(op, slot) || rows((slot, input)))
}

fn by_rows(node: &Node) -> bool {
    node.axes.len() > 2 && node.axes[..2] == [Axis::Batch, Axis::Pos] && node.dims[..2] == [Dim::Batch, Dim::Target]
}
