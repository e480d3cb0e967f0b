//! Beam search keeps some sequences twice and drops others: the rows of every cache follow.

use super::buffers::{Buffers, allocate};
use super::launch::bind;
use super::open::Gpu;
use super::uniforms::sizes;
use crate::error::{Error, Result};
use crate::graph::{Graph, Lens, NodeId};
use crate::ops::{Op, groups};
use crate::tensor::size;

/// An order that the next pass will put its caches in.
#[derive(Default)]
pub(super) struct Reorder {
    pending: Option<Order>,
}

struct Order {
    /// Sequences that the caches hold now.
    batch: usize,
    /// For each sequence to come, the one that it continues.
    from: Vec<usize>,
}

impl Reorder {
    /// One more order, on top of those that wait. `batch`: sequences before it.
    pub fn push(&mut self, order: &[usize], batch: usize) {
        self.pending = Some(match self.pending.take() {
            None => Order { batch, from: order.to_vec() },
            // A number out of range stays out of range, and is reported when the order is carried out.
            Some(before) => {
                let from = order.iter().map(|&i| before.from.get(i).copied().unwrap_or(usize::MAX)).collect();
                Order { batch: before.batch, from }
            }
        });
    }

    /// Every sequence that is to be continued exists.
    pub fn check(&self) -> Result<()> {
        let Some(Order { batch, from }) = &self.pending else { return Ok(()) };
        match from.iter().find(|i| *i >= batch) {
            Some(_) => Err(Error::Input(format!("the caches hold {batch} sequences, and one beyond them is to be continued"))),
            None => Ok(()),
        }
    }

    /// Records the order that waits, if one does: a lookup of rows, by the kernel that looks up embeddings.
    /// `past`: tokens that the caches go on with.
    pub async fn record(
        &mut self,
        gpu: &Gpu,
        graph: &Graph,
        buffers: &Buffers,
        past: usize,
        encoder: &mut wgpu::CommandEncoder,
    ) -> Result<()> {
        let Some(Order { batch, from }) = self.pending.take() else { return Ok(()) };
        if past == 0 || (from.len() == batch && from.iter().enumerate().all(|(i, &j)| i == j)) {
            return Ok(());
        }
        gpu.prepare(["embed"].into_iter()).await?;

        let rows: Vec<f32> = (0..past).flat_map(|pos| from.iter().map(move |&i| (pos * batch + i) as f32)).collect();
        let ids = allocate(gpu, "beam rows", rows.len())?;
        gpu.queue().write_buffer(&ids, 0, bytemuck::cast_slice(&rows));
        for id in caches(graph) {
            let (node, cache) = (graph.node(id), buffers.get(id));
            let Some(cache) = cache else { continue };
            let width = size(&node.shape(&Lens { batch: 1, source: 1, target: 1, past: 0 })[2..]);
            let count = rows.len() * width;
            let sorted = allocate(gpu, &node.name, count)?;
            let sizes = sizes(gpu, &[count as u32, width as u32, (past * batch) as u32]);
            let group = bind(gpu, &node.name, sizes.as_entire_buffer_binding(), &[&ids, cache, &sorted]);
            let mut pass =
                encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("beams"), timestamp_writes: None });
            pass.set_pipeline(&gpu.pipelines().get("embed"));
            pass.set_bind_group(0, &group, &[]);
            let [x, y, z] = groups(count, 64);
            pass.dispatch_workgroups(x, y, z);
            drop(pass);
            encoder.copy_buffer_to_buffer(&sorted, 0, cache, 0, (count * size_of::<f32>()) as u64);
        }
        Ok(())
    }
}

/// The nodes that keep rows from pass to pass.
fn caches(graph: &Graph) -> impl Iterator<Item = NodeId> {
    graph.nodes.iter().enumerate().filter(|(_, node)| matches!(node.op(), Some(Op::Append(_)))).map(|(index, _)| NodeId(index))
}
