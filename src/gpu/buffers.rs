//! A storage buffer for each node, which grows with the lengths of a run.

use super::open::Gpu;
use crate::error::{Error, Result};
use crate::graph::{Graph, Kind, Lens, NodeId};
use crate::ops::Op;
use crate::pass::Parameters;
use crate::tensor::size;

const F32: u64 = size_of::<f32>() as u64;
/// Kernels may load four numbers at once.
const ALIGN: u64 = 4 * F32;

pub(super) struct Buffers {
    /// By node. A weight has its buffer from the start, any other node from its first pass on, and one that is computed in place none of its own.
    nodes: Vec<Option<wgpu::Buffer>>,
    /// By node: in whose buffer its numbers lie.
    homes: Vec<NodeId>,
    /// Stands in for an optional input (a bias) that a node does not have.
    zero: wgpu::Buffer,
}

impl Buffers {
    /// Uploads the weights.
    ///
    /// Errors: [`Error::Weights`] where one is missing or misshapen, [`Error::Device`] where one is too large for the adapter.
    pub fn new(gpu: &Gpu, graph: &Graph, parameters: &Parameters) -> Result<Self> {
        let zero = allocate(gpu, "no bias", 1)?;
        let homes = (0..graph.nodes.len()).map(|index| graph.home(NodeId(index))).collect();
        let mut buffers = Buffers { nodes: vec![None; graph.nodes.len()], homes, zero };
        for (index, node) in graph.nodes.iter().enumerate() {
            let want = size(&node.shape(&Lens::ONE));
            if node.kind == Kind::State {
                buffers.nodes[index] = Some(allocate(gpu, &node.name, want)?);
            }
            if !matches!(node.kind, Kind::Weight { .. }) {
                continue;
            }
            let data = parameters.get(NodeId(index)).ok_or_else(|| Error::Weights(format!("\"{}\" is missing", node.name)))?;
            if data.len() != want {
                return Err(Error::Weights(format!("\"{}\" holds {} numbers; its shape wants {want}", node.name, data.len())));
            }
            let buffer = allocate(gpu, &node.name, want)?;
            gpu.queue().write_buffer(&buffer, 0, bytemuck::cast_slice(data));
            buffers.nodes[index] = Some(buffer);
        }
        Ok(buffers)
    }

    pub fn get(&self, id: NodeId) -> Option<&wgpu::Buffer> {
        self.nodes[self.homes[id.0].0].as_ref()
    }

    /// Where the buffer of a node stands, to be put aside or put back.
    pub fn slot(&mut self, id: NodeId) -> &mut Option<wgpu::Buffer> {
        &mut self.nodes[self.homes[id.0].0]
    }

    /// The buffer of a node that has room for these lengths.
    pub fn at(&self, graph: &Graph, id: NodeId, lens: &Lens) -> Result<&wgpu::Buffer> {
        let node = graph.node(id);
        let bytes = size(&node.shape(lens)) as u64 * F32;
        let fits = self.get(id).filter(|buffer| buffer.size() >= bytes);
        fits.ok_or_else(|| Error::Input(format!("\"{}\" was not computed for these lengths", node.name)))
    }

    pub fn zero(&self) -> &wgpu::Buffer {
        &self.zero
    }

    /// Makes room for a node at these lengths; `true` where its buffer is a new one. A node that appends keeps its rows.
    pub fn fit(&mut self, gpu: &Gpu, graph: &Graph, id: NodeId, lens: &Lens, rows: &mut wgpu::CommandEncoder) -> Result<bool> {
        let id = self.homes[id.0];
        let node = graph.node(id);
        let need = size(&node.shape(lens));
        let old = self.nodes[id.0].take();
        if let Some(buffer) = old.as_ref().filter(|buffer| buffer.size() >= need as u64 * F32) {
            self.nodes[id.0] = Some(buffer.clone());
            return Ok(false);
        }
        let roomy = size(&node.shape(&roomy(lens)));
        let length = if roomy as u64 * F32 <= gpu.largest_buffer() { roomy } else { need };
        let buffer = allocate(gpu, &node.name, length)?;
        if let Some(old) = old.filter(|_| lens.past > 0 && matches!(node.op(), Some(Op::Append(_)))) {
            rows.copy_buffer_to_buffer(&old, 0, &buffer, 0, old.size());
        }
        self.nodes[id.0] = Some(buffer);
        Ok(true)
    }

    /// Memory of the GPU, in bytes.
    pub fn bytes(&self) -> u64 {
        self.nodes.iter().flatten().map(wgpu::Buffer::size).sum()
    }
}

/// A buffer for `len` numbers, all zero.
pub(super) fn allocate(gpu: &Gpu, label: &str, len: usize) -> Result<wgpu::Buffer> {
    let size = (len as u64 * F32).next_multiple_of(ALIGN).max(ALIGN);
    let largest = gpu.largest_buffer();
    if size > largest {
        let [need, largest] = [size, largest].map(|bytes| bytes.div_ceil(1 << 20));
        let message = format!("\"{label}\" needs {need} MiB in one buffer, and the adapter allows {largest} MiB; choose cpu");
        return Err(Error::Device(message));
    }
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
    Ok(gpu.device().create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false }))
}

/// Lengths rounded up to powers of two: all buffers grow at the same few steps of a generation.
fn roomy(lens: &Lens) -> Lens {
    let up = |n: usize| n.next_power_of_two();
    let target = up(lens.target);
    let keys = up(lens.past + lens.target).max(if lens.past > 0 { 32 } else { 0 });
    Lens { batch: up(lens.batch), source: up(lens.source), target, past: keys.saturating_sub(target) }
}
