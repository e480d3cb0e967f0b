//! The future in a causal pattern is not computed. A square pattern \[batch head query key\] has a query and a key for each position of one text; behind a causal
//! mask and its softmax, the weights of later keys are zeros, and so are their gradients. A node is *closed* where that is certain: no intervention has
//! opened it. Nodes that read a closed pattern leave these zeros out of their sums, and what only such nodes read is computed for the past alone. Every number
//! that is computed has the same bits as without any of this: what is left out of its chain of additions are zeros.
//!
//! Of a row with `Need::Past`, the numbers up to the end of the query's [`LANES`] are computed, and zeros stand behind them as far as products read.

use super::computed;
use super::matmul::TOGETHER;
use super::needs::Need;
use crate::graph::{Graph, Lens, Node};
use crate::ops::{MASKED, Mask, Op, Site};
use crate::pass::Pass;
use crate::tensor::lanes::LANES;

/// What a causal mask leaves of a node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CausalUse {
    /// Nobody reads the future of what is computed.
    pub past_only: bool,
    /// The first input is a closed pattern.
    pub pattern_closed: bool,
    /// The numbers of the first input lie in the output's place.
    pub in_place: bool,
}

/// Finds the closed nodes. Where the pass begins at a node, those before it are closed if they were so in the pass before, too.
pub(super) fn close(graph: &Graph, pass: &Pass, closed: &mut Vec<bool>) {
    closed.resize(graph.nodes.len(), false);
    for (index, node) in graph.nodes.iter().enumerate() {
        let of_first = |closed: &[bool]| node.inputs.first().is_some_and(|id| closed[id.0]);
        let now = match computed(node, pass) {
            Some(Op::Mask(Mask::Causal)) => is_square(node, &pass.lens),
            Some(Op::Softmax(_) | Op::SoftmaxGrad(_)) => of_first(closed),
            _ => false,
        };
        let edited = pass.edits.iter().any(|edit| edit.node.0 == index);
        let held = pass.from.is_some_and(|from| index < from.0);
        closed[index] = now && !edited && (closed[index] || !held);
    }
}

/// Whether an op reads of an input only the past of each query; `closed`: whether its first input is closed.
pub(super) fn reads_past(op: &Op, slot: usize, input: &Node, lens: &Lens, closed: bool) -> bool {
    match (op, slot) {
        (Op::Mask(Mask::Causal), 0) => is_square(input, lens),
        (Op::Softmax(_) | Op::AttnMix(_) | Op::AttnMixGradValues(_), 0) | (Op::SoftmaxGrad(_), 0 | 1) => closed,
        _ => false,
    }
}

/// Whether a pattern has a key for each query, and no others.
fn is_square(node: &Node, lens: &Lens) -> bool {
    node.dims[2].at(lens) == node.dims[3].at(lens)
}

/// Computes the past of a node whose future is known, and writes that as far as somebody reads it; whether it is such a node.
pub(super) fn past(op: &Op, site: &Site, numbers: &[&[f32]], causal_use: CausalUse, need: Need, out: &mut [f32]) -> bool {
    let is_mask = matches!(op, Op::Mask(_)) && causal_use.past_only;
    let is_softmax = matches!(op, Op::Softmax(_) | Op::SoftmaxGrad(_)) && causal_use.pattern_closed;
    if !is_mask && !is_softmax {
        return false;
    }
    let [_, heads, queries, keys] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
    for (row, out) in out.chunks_exact_mut(keys).enumerate() {
        let (batch, query) = (row / (heads * queries), row % queries);
        let end = keys.min(query / LANES * LANES + LANES);
        if is_mask {
            let (seen, later) = out[..end].split_at_mut(query + 1);
            if !causal_use.in_place {
                seen.copy_from_slice(&numbers[0][row * keys..][..=query]);
            }
            for (out, allowed) in seen.iter_mut().zip(&numbers[1][batch * keys..]) {
                *out = if *allowed != 0.0 { *out } else { MASKED };
            }
            later.fill(MASKED);
            continue;
        }
        let x = &numbers[0][row * keys..][..end];
        let shape = [1, 1, 1, end];
        let inputs = site.inputs.len();
        let row_site = Site { inputs: &[(site.out.0, &shape[..]); 2][..inputs], out: (site.out.0, &shape), past: 0 };
        let y = numbers.get(1).map_or(&[][..], |y| &y[row * keys..][..end]);
        op.rule().cpu(&row_site, &[x, y][..inputs], &mut out[..end]);
        let read = if need == Need::Past { keys.min(query / TOGETHER * TOGETHER + TOGETHER) } else { keys };
        out[end..read].fill(0.0);
    }
    true
}
