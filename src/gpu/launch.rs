//! How a node is launched: the kernel that suits its shapes, and the buffers that the kernel sees.

use super::open::Gpu;
use crate::graph::{Graph, Lens, Node};
use crate::ops::{Dispatch, Op, Site};

/// The launch of a node's op at these lengths.
pub(super) fn dispatch(gpu: &Gpu, graph: &Graph, node: &Node, op: &Op, lens: &Lens) -> Dispatch {
    let inputs: Vec<&Node> = node.inputs.iter().map(|id| graph.node(*id)).collect();
    let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape(lens)).collect();
    let views: Vec<_> = inputs.iter().zip(&shapes).map(|(input, shape)| (input.axes.as_slice(), shape.as_slice())).collect();
    op.rule().dispatch(&Site { inputs: &views, out: (&node.axes, &node.shape(lens)), past: lens.past }, gpu.profile())
}

/// Sizes, inputs and output, as every kernel of `shaders/` numbers its bindings.
pub(super) fn bind(gpu: &Gpu, name: &str, sizes: wgpu::BufferBinding<'_>, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
    let mut entries = vec![wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(sizes) }];
    for (index, buffer) in buffers.iter().enumerate() {
        entries.push(wgpu::BindGroupEntry { binding: index as u32 + 1, resource: buffer.as_entire_binding() });
    }
    let layout = gpu.pipelines().layout(buffers.len() - 1);
    gpu.device().create_bind_group(&wgpu::BindGroupDescriptor { label: Some(name), layout, entries: &entries })
}
