//! What a beam search keeps of the sequences that it read.

use super::Executor;
use crate::ops::Op;
use crate::tensor::size;

impl Executor {
    /// Beam search keeps some sequences and drops others: sequence `i` of every cache becomes the old `order[i]`.
    pub fn reorder(&mut self, order: &[usize]) {
        for (index, node) in self.graph.nodes.iter().enumerate() {
            if !matches!(node.op(), Some(Op::Append(_))) {
                continue;
            }
            let row = size(&self.shapes[index][2..]);
            let held = size(&self.shapes[index]).min(self.values[index].len());
            for position in self.values[index][..held].chunks_exact_mut(row * order.len()) {
                let old = position.to_vec();
                for (new, &from) in position.chunks_exact_mut(row).zip(order) {
                    new.copy_from_slice(&old[from * row..][..row]);
                }
            }
        }
    }
}
