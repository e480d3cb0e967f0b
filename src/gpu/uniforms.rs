//! The sizes that kernels are launched with: one buffer for all launches of a pass, written at once.

use std::ops::Range;

use super::launch::dispatch;
use super::open::Gpu;
use crate::graph::{Graph, Lens, Stage};

/// WebGPU wants each uniform to begin at a multiple of 256 bytes.
const SLOT: usize = 256 / size_of::<u32>();

pub(super) struct Uniforms {
    buffer: wgpu::Buffer,
    /// By node, in words; empty for a node that is not computed. Nodes of one stage lie side by side.
    slots: Vec<Range<usize>>,
    /// What the buffer holds, or will once it is written.
    words: Vec<u32>,
}

impl Uniforms {
    pub fn new(gpu: &Gpu, graph: &Graph) -> Self {
        // An op has as many sizes at every length.
        let lens = Lens { batch: 1, source: 1, target: 1, past: 0 };
        let mut slots = vec![0..0; graph.nodes.len()];
        let mut end = 0;
        for stage in Stage::ALL {
            for (index, node) in graph.nodes.iter().enumerate().filter(|(_, node)| node.stage == stage) {
                if let Some(op) = node.op() {
                    let count = dispatch(gpu, graph, node, op, &lens).params.len();
                    slots[index] = end..end + count;
                    end += count.next_multiple_of(SLOT);
                }
            }
        }
        let buffer = gpu.device().create_buffer(&wgpu::BufferDescriptor {
            label: Some("sizes"),
            size: (end.max(SLOT) * size_of::<u32>()) as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Uniforms { buffer, slots, words: vec![0; end.max(SLOT)] }
    }

    /// The sizes of a node's launch.
    pub fn binding(&self, node: usize) -> wgpu::BufferBinding<'_> {
        let slot = &self.slots[node];
        let bytes = |words: usize| (words * size_of::<u32>()) as u64;
        wgpu::BufferBinding { buffer: &self.buffer, offset: bytes(slot.start), size: wgpu::BufferSize::new(bytes(slot.len())) }
    }

    /// One write for all launches of a pass.
    pub fn write<'a>(&mut self, gpu: &Gpu, launches: impl Iterator<Item = (usize, &'a [u32])>) {
        let (mut first, mut end) = (self.words.len(), 0);
        for (node, params) in launches {
            let slot = self.slots[node].clone();
            first = first.min(slot.start);
            end = end.max(slot.end);
            self.words[slot].copy_from_slice(params);
        }
        if first < end {
            let offset = (first * size_of::<u32>()) as u64;
            gpu.queue().write_buffer(&self.buffer, offset, bytemuck::cast_slice(&self.words[first..end]));
        }
    }
}

/// A uniform of its own, for what is launched seldom.
pub(super) fn sizes(gpu: &Gpu, words: &[u32]) -> wgpu::Buffer {
    let buffer = gpu.device().create_buffer(&wgpu::BufferDescriptor {
        label: Some("sizes"),
        size: size_of_val(words) as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    gpu.queue().write_buffer(&buffer, 0, bytemuck::cast_slice(words));
    buffer
}
