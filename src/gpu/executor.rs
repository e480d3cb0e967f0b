//! A pass on the GPU: recorded, submitted once, read back once.

use std::sync::Arc;

use super::buffers::Buffers;
use super::edits::{self, Prepared};
use super::kernels::{EDIT, kernel};
use super::launch::{bind, dispatch};
use super::open::Gpu;
use super::read::read;
use super::reorder::Reorder;
use super::uniforms::Uniforms;
use crate::error::{Error, Result};
use crate::graph::{Graph, Kind, Lens, Node, NodeId, Stage};
use crate::ops::Dispatch;
use crate::pass::{Parameters, Pass};
use crate::tensor::{Tensor, size};

const F32: u64 = size_of::<f32>() as u64;

/// A graph on a GPU, with its weights and the caches of one generation.
pub struct Executor {
    gpu: Gpu,
    graph: Arc<Graph>,
    buffers: Buffers,
    uniforms: Uniforms,
    /// By node; `None` until its buffers are known, and again when one of them is replaced.
    bind_groups: Vec<Option<wgpu::BindGroup>>,
    /// By node: the nodes that read it.
    readers: Vec<Vec<usize>>,
    /// Where results wait for the host. Absent while it is mapped.
    staging: Option<wgpu::Buffer>,
    /// The lengths at which each stage last ran. `None` also after a pass that failed half-way: nothing may follow it.
    source: Option<Lens>,
    target: Option<Lens>,
    /// Whether a node of the target reads one that only the source computes.
    crosses: bool,
    reorder: Reorder,
}

/// One launch: the node that it computes, and how.
struct Launch {
    node: usize,
    dispatch: Dispatch,
}

impl Executor {
    /// Uploads the weights and makes room for the sizes of every launch.
    ///
    /// Errors: [`Error::Weights`] where a weight is missing, [`Error::Device`] where one is too large for the adapter.
    pub fn new(gpu: &Gpu, graph: Arc<Graph>, parameters: &Parameters) -> Result<Executor> {
        gpu.check()?;
        let mut readers = vec![vec![]; graph.nodes.len()];
        for (index, node) in graph.nodes.iter().enumerate() {
            node.inputs.iter().for_each(|input| readers[input.0].push(index));
        }
        Ok(Executor {
            gpu: gpu.clone(),
            buffers: Buffers::new(gpu, &graph, parameters)?,
            uniforms: Uniforms::new(gpu, &graph),
            bind_groups: vec![None; graph.nodes.len()],
            readers,
            staging: None,
            source: None,
            target: None,
            crosses: graph.nodes.iter().any(|node| {
                node.stage == Stage::Target
                    && node.inputs.iter().any(|id| graph.node(*id).stage == Stage::Source && !is_weight(graph.node(*id)))
            }),
            reorder: Reorder::default(),
            graph,
        })
    }

    /// Computes the nodes of the pass's stages and brings back what it asks for.
    ///
    /// Errors: [`Error::Input`] where an input is missing or does not follow from the pass before,
    /// [`Error::DeviceLost`] where the GPU went away, [`Error::Device`] where it refused.
    pub async fn run(&mut self, pass: &Pass) -> Result<Vec<Tensor>> {
        self.gpu.check()?;
        self.complete(pass)?;
        self.follows(pass)?;
        let launches = self.launches(pass);
        let shaders = launches.iter().map(|launch| launch.dispatch.shader).chain(pass.edits.first().map(|_| EDIT));
        self.gpu.prepare(shaders).await?;

        let (source, target) = (self.source.take(), self.target.take());
        let gpu = self.gpu.clone();
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("pass") });
        self.make_room(pass, &launches, &mut encoder)?;
        self.reorder.record(&gpu, &self.graph, &self.buffers, pass.lens.past, &mut encoder).await?;
        self.bind(&launches, &pass.lens)?;
        for (id, data) in pass.inputs.iter() {
            gpu.queue().write_buffer(self.buffers.at(&self.graph, id, &pass.lens)?, 0, bytemuck::cast_slice(data));
        }
        self.uniforms.write(&gpu, launches.iter().map(|launch| (launch.node, launch.dispatch.params.as_slice())));
        let edits = edits::prepare(&gpu, &self.graph, &self.buffers, pass)?;
        self.compute(&launches, &edits, &mut encoder);
        let (staging, bytes) = self.collect(pass, &mut encoder)?;
        gpu.queue().submit([encoder.finish()]);

        let data = if bytes > 0 { read(&gpu, &staging, bytes).await? } else { vec![] };
        gpu.check()?;
        self.staging = Some(staging);
        self.source = if pass.stages.contains(&Stage::Source) { Some(pass.lens) } else { source };
        self.target = if pass.stages.contains(&Stage::Target) { Some(pass.lens) } else { target };
        Ok(self.tensors(pass, &data))
    }

    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Beam search: sequence `i` of every cache becomes what sequence `order[i]` was, from the next pass on.
    pub fn reorder(&mut self, order: &[usize]) {
        if let Some(last) = self.target.as_mut() {
            self.reorder.push(order, last.batch);
            last.batch = order.len();
        }
    }

    /// Memory that weights, activations and caches take on the GPU, in bytes.
    pub fn bytes(&self) -> u64 {
        self.buffers.bytes() + self.staging.as_ref().map_or(0, wgpu::Buffer::size)
    }

    /// Every input of the stages is there, as long as it should be.
    fn complete(&self, pass: &Pass) -> Result<()> {
        for (index, node) in self.graph.nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Input) {
            let want = size(&node.shape(&pass.lens));
            match pass.inputs.get(NodeId(index)) {
                Some(data) if data.len() != want => {
                    return Err(Error::Input(format!("\"{}\" has {} numbers; these lengths want {want}", node.name, data.len())));
                }
                None if pass.stages.contains(&node.stage) => return Err(Error::Input(format!("\"{}\" is missing", node.name))),
                _ => {}
            }
        }
        Ok(())
    }

    /// What the pass looks back at was computed, at the same lengths.
    fn follows(&self, pass: &Pass) -> Result<()> {
        let Lens { batch, past, .. } = pass.lens;
        if past > 0 {
            let (tokens, sequences) = self.target.map_or((0, batch), |last| (last.past + last.target, last.batch));
            if past > tokens || batch != sequences {
                let message =
                    format!("a step after {past} tokens of {batch} sequences cannot follow {tokens} tokens of {sequences}");
                return Err(Error::Input(message));
            }
        }
        self.reorder.check()?;

        let lengths = |lens: &Lens| (lens.batch, lens.source);
        let same_source = self.source.as_ref().is_some_and(|source| lengths(source) == lengths(&pass.lens));
        let runs = |stage| pass.stages.contains(&stage);
        if self.crosses && runs(Stage::Target) && !runs(Stage::Source) && !same_source {
            return Err(Error::Input("a step of the decoder needs its source to be read first, at the same lengths".into()));
        }
        for read in &pass.reads {
            let node = self.graph.node(read.node);
            let kept = is_weight(node) || (node.stage == Stage::Source && same_source);
            if !runs(node.stage) && !kept {
                return Err(Error::Input(format!("\"{}\" is not computed by this pass or the one before", read.name)));
            }
        }
        Ok(())
    }

    fn launches(&self, pass: &Pass) -> Vec<Launch> {
        let nodes = self.graph.nodes.iter().enumerate().filter(|(_, node)| pass.stages.contains(&node.stage));
        let ops = nodes.filter_map(|(index, node)| node.op().map(|op| (index, node, op)));
        ops.map(|(index, node, op)| Launch { node: index, dispatch: dispatch(&self.gpu, &self.graph, node, op, &pass.lens) })
            .collect()
    }

    fn make_room(&mut self, pass: &Pass, launches: &[Launch], encoder: &mut wgpu::CommandEncoder) -> Result<()> {
        let computed = launches.iter().map(|launch| NodeId(launch.node));
        for id in pass.inputs.iter().map(|(id, _)| id).chain(computed) {
            if self.buffers.fit(&self.gpu, &self.graph, id, &pass.lens, encoder)? {
                self.bind_groups[id.0] = None;
                for reader in &self.readers[id.0] {
                    self.bind_groups[*reader] = None;
                }
            }
        }
        Ok(())
    }

    fn bind(&mut self, launches: &[Launch], lens: &Lens) -> Result<()> {
        for Launch { node: index, dispatch } in launches {
            if self.bind_groups[*index].is_some() {
                continue;
            }
            let node = &self.graph.nodes[*index];
            let inputs = kernel(dispatch.shader).expect("prepared before it is bound").inputs;
            let mut buffers = vec![];
            for input in 0..inputs {
                buffers.push(match node.inputs.get(input) {
                    Some(id) => self.buffers.at(&self.graph, *id, lens)?,
                    None => self.buffers.zero(),
                });
            }
            buffers.push(self.buffers.at(&self.graph, NodeId(*index), lens)?);
            self.bind_groups[*index] = Some(bind(&self.gpu, &node.name, self.uniforms.binding(*index), &buffers));
        }
        Ok(())
    }

    /// Each node's launch, and behind it what changes that node.
    fn compute(&self, launches: &[Launch], edits: &[Prepared], encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("graph"), timestamp_writes: None });
        let mut current = "";
        let mut launch = |shader: &'static str, group: Option<&wgpu::BindGroup>, [x, y, z]: [u32; 3]| {
            if shader != current {
                current = shader;
                pass.set_pipeline(&self.gpu.pipelines().get(shader));
            }
            pass.set_bind_group(0, group, &[]);
            pass.dispatch_workgroups(x, y, z);
        };
        for Launch { node, dispatch } in launches {
            launch(dispatch.shader, self.bind_groups[*node].as_ref(), dispatch.groups);
            edits.iter().filter(|edit| edit.node == *node).for_each(|edit| launch(EDIT, Some(&edit.group), edit.groups));
        }
    }

    /// Copies what is wanted, one stretch after another, into a buffer that the host can read.
    fn collect(&mut self, pass: &Pass, encoder: &mut wgpu::CommandEncoder) -> Result<(wgpu::Buffer, u64)> {
        let stretches = |read: &crate::pass::Read| read.stretches(&self.graph, &pass.lens);
        let bytes: u64 = pass.reads.iter().flat_map(stretches).map(|stretch| stretch.len as u64 * F32).sum();
        let staging = match self.staging.take() {
            Some(staging) if staging.size() >= bytes => staging,
            _ => self.gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("results"),
                size: bytes.next_power_of_two().max(256),
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        let mut end = 0;
        for read in &pass.reads {
            let buffer = self.buffers.at(&self.graph, read.node, &pass.lens)?;
            for stretch in stretches(read) {
                let len = stretch.len as u64 * F32;
                encoder.copy_buffer_to_buffer(buffer, stretch.start as u64 * F32, &staging, end, len);
                end += len;
            }
        }
        Ok((staging, bytes))
    }

    fn tensors(&self, pass: &Pass, mut data: &[f32]) -> Vec<Tensor> {
        let take = |read: &crate::pass::Read| {
            let len = read.stretches(&self.graph, &pass.lens).iter().map(|stretch| stretch.len).sum();
            let (numbers, rest) = data.split_at(len);
            data = rest;
            read.tensor(&self.graph, &pass.lens, numbers.to_vec())
        };
        pass.reads.iter().map(take).collect()
    }
}

fn is_weight(node: &Node) -> bool {
    matches!(node.kind, Kind::Weight { .. })
}
