//! A GPU's kernels against the CPU's ops: each node is computed on both from the same numbers.
//!
//! The numbers are made up and well scaled. What a model computes need not be: weights that make a node steep amplify the rounding
//! of the nodes before it, on either device, and a kernel would be blamed for what its inputs brought along.

use crate::graph::{Graph, Kind, Node, NodeId};
use crate::ops::{MASKED, Op};
use crate::pass::{Pass, Read, Rows};
use crate::tensor::{Tensor, size};

/// A kernel against the CPU reference.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfTest {
    pub op: &'static str,
    /// max |Δ| over the nodes that this op computes.
    pub max_error: f32,
    /// 1e-4 × max(1, max |x|) of the same node.
    pub tolerance: f32,
}

impl SelfTest {
    pub fn passed(&self) -> bool {
        self.max_error <= self.tolerance
    }
}

/// This pass with numbers for every computed node, and every computed node read, hook or not: a wrong kernel cannot hide behind
/// a right one.
pub(super) fn apart(graph: &Graph, pass: &Pass) -> Pass {
    let mut apart = Pass { edits: vec![], reads: vec![], ..pass.clone() };
    for (index, node) in graph.nodes.iter().enumerate() {
        let Some(op) = node.op() else { continue };
        let (id, count) = (NodeId(index), size(&node.shape(&pass.lens)));
        let hidden = |i: usize| matches!(op, Op::Mask(_)) && i % 3 == 1;
        let number = |i: usize| if hidden(i) { MASKED } else { well_scaled(i + index) };
        apart.inputs.insert(id, (0..count).map(number).collect());
        apart.reads.push(Read { name: node.name.clone(), node: id, rows: Rows::All });
    }
    apart
}

/// A number from −8 to 8, most of them small: the i-th of a fixed list.
fn well_scaled(i: usize) -> f32 {
    // Knuth's multiplicative hash spreads the index over 24 bits, which f32 holds exactly.
    let spread = (i as u32).wrapping_mul(2_654_435_761) >> 8;
    let even = spread as f32 / (1 << 23) as f32 - 1.0; // −1 to 1
    8.0 * even * even * even
}

/// The worst node of each op, in the order in which the ops first run.
pub(super) fn compare(graph: &Graph, pass: &Pass, ours: &[Tensor], theirs: &[Tensor]) -> Vec<SelfTest> {
    let mut tests: Vec<SelfTest> = vec![];
    for ((read, ours), theirs) in pass.reads.iter().zip(ours).zip(theirs) {
        let Node { kind: Kind::Op(op), .. } = graph.node(read.node) else { continue };
        let largest = ours.data.iter().filter(|x| **x > MASKED).fold(1.0f32, |max, x| max.max(x.abs()));
        let tolerance = 1e-4 * largest;
        let difference = |(a, b): (&f32, &f32)| if (a - b).is_nan() { f32::MAX } else { (a - b).abs() };
        let max_error = ours.data.iter().zip(&theirs.data).map(difference).fold(0.0, f32::max);
        let test = SelfTest { op: op.word(), max_error, tolerance };
        match tests.iter_mut().find(|known| known.op == test.op) {
            None => tests.push(test),
            Some(known) if test.max_error / test.tolerance > known.max_error / known.tolerance => *known = test,
            Some(_) => {}
        }
    }
    tests
}
