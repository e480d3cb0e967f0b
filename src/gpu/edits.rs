//! What a pass changes: a launch for each edit, in the same command buffer as the node that it changes.

use super::buffers::{Buffers, allocate};
use super::launch::bind;
use super::open::Gpu;
use super::uniforms::sizes;
use crate::error::Result;
use crate::graph::Graph;
use crate::pass::{Pass, Values};

/// One edit with its buffers, ready to be recorded behind its node.
pub(super) struct Prepared {
    pub node: usize,
    pub group: wgpu::BindGroup,
    pub groups: [u32; 3],
}

/// The edits of nodes that the pass computes, in their order.
pub(super) fn prepare(gpu: &Gpu, graph: &Graph, buffers: &Buffers, pass: &Pass) -> Result<Vec<Prepared>> {
    let mut prepared = vec![];
    for edit in pass.edits.iter().filter(|edit| pass.computes(graph, edit.node)) {
        let node = graph.node(edit.node);
        let (dispatch, words) = edit.dispatch(&node.shape(&pass.lens));
        if dispatch.params[0] == 0 {
            continue;
        }
        let upload = |label: &str, bytes: &[u8]| -> Result<wgpu::Buffer> {
            let buffer = allocate(gpu, label, bytes.len() / size_of::<u32>())?;
            gpu.queue().write_buffer(&buffer, 0, bytes);
            Ok(buffer)
        };
        let places = upload("places of an edit", bytemuck::cast_slice(&words))?;
        let values = match &edit.with {
            Values::Numbers(values) => upload("values of an edit", bytemuck::cast_slice(values))?,
            Values::Node(id) => buffers.at(graph, *id, &pass.lens)?.clone(),
            Values::Dropped(_) => buffers.zero().clone(),
        };
        let sizes = sizes(gpu, &dispatch.params);
        let x = buffers.at(graph, edit.node, &pass.lens)?;
        let group = bind(gpu, &node.name, sizes.as_entire_buffer_binding(), &[&places, &values, x]);
        prepared.push(Prepared { node: edit.node.0, group, groups: dispatch.groups });
    }
    Ok(prepared)
}
