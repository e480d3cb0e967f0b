//! What a text keeps on the GPU between its passes, apart from the buffers that all texts share.

use super::reorder::Reorder;
use crate::graph::Lens;

/// Keys and values, what the decoder reads of its source, and how far the text has come.
#[derive(Default)]
pub struct State {
    /// Of the graph's kept nodes, in their order.
    pub(super) buffers: Vec<Option<wgpu::Buffer>>,
    /// Of the nodes whose launches use these buffers.
    pub(super) bind_groups: Vec<Option<wgpu::BindGroup>>,
    /// The executor's count of replaced buffers when these bind groups were put aside: at another count they hold buffers that are gone.
    pub(super) replaced: u64,
    pub(super) last: Last,
}

/// The lengths at which each stage last ran for a text. `None` also after a pass that failed half-way: nothing may follow it.
#[derive(Default)]
pub(super) struct Last {
    pub source: Option<Lens>,
    pub target: Option<Lens>,
    /// Which of the executor's passes over a source was this text's, counted from 1.
    pub source_pass: u64,
    pub reorder: Reorder,
}

impl State {
    /// Memory of the GPU, in bytes.
    pub fn bytes(&self) -> usize {
        self.buffers.iter().flatten().map(|buffer| buffer.size() as usize).sum()
    }
}

impl Drop for State {
    /// A browser keeps a buffer that nobody holds until it next collects garbage; destroyed, it is free at once.
    fn drop(&mut self) {
        self.buffers.iter().flatten().for_each(wgpu::Buffer::destroy);
    }
}
