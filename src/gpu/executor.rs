//! A pass on the GPU: recorded, submitted once, read back once.

mod checks;

use std::ops::Range;
use std::sync::Arc;

use super::buffers::Buffers;
use super::clock::Clock;
use super::edits::{self, Prepared};
use super::kernels::{EDIT, kernel};
use super::launch::{bind, dispatch};
use super::open::Gpu;
use super::read::read;
use super::state::{Last, State};
use super::uniforms::Uniforms;
use crate::error::Result;
use crate::graph::{Graph, Kind, Lens, Node, NodeId, Stage};
use crate::ops::{Dispatch, Op};
use crate::pass::{Parameters, Pass, Times};
use crate::tensor::Tensor;

const F32: u64 = size_of::<f32>() as u64;

/// A graph on a GPU, with its weights and what one text keeps; [`Executor::swap`] puts another text in its place.
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
    /// The nodes whose buffers belong to a text, and those whose bind groups hold one of them.
    kept: Vec<NodeId>,
    bound: Vec<usize>,
    last: Last,
    /// Buffers that all texts share and that were replaced by larger ones.
    replaced: u64,
    /// Passes over a source, of any text.
    source_passes: u64,
    /// Whether a node of the target reads one that only the source computes.
    crosses: bool,
    /// Times that results were waited for.
    readbacks: u64,
    /// While a profile is taken.
    clock: Option<Clock>,
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
        let kept = graph.kept();
        let is_bound = |index: &usize| kept.iter().any(|id| id.0 == *index || readers[id.0].contains(index));
        Ok(Executor {
            bound: (0..graph.nodes.len()).filter(is_bound).collect(),
            kept,
            last: Last::default(),
            readbacks: 0,
            clock: None,
            replaced: 0,
            source_passes: 0,
            gpu: gpu.clone(),
            buffers: Buffers::new(gpu, &graph, parameters)?,
            uniforms: Uniforms::new(gpu, &graph),
            bind_groups: vec![None; graph.nodes.len()],
            readers,
            staging: None,
            crosses: graph.nodes.iter().any(|node| {
                node.stage == Stage::Target
                    && node.inputs.iter().any(|id| graph.node(*id).stage == Stage::Source && !is_weight(graph.node(*id)))
            }),
            graph,
        })
    }

    /// Computes the nodes of the pass's stages and brings back what it asks for.
    ///
    /// Errors: [`Error::Input`] where an input is missing or does not follow from the pass before,
    /// [`Error::DeviceLost`] where the GPU went away, [`Error::Device`] where it refused.
    pub async fn run(&mut self, pass: &Pass) -> Result<Vec<Tensor>> {
        let launches = self.launches(pass);
        self.submit(pass, launches).await
    }

    /// Computes each node of the pass's stages from the numbers that the pass gives for its inputs, and not from what other nodes
    /// computed: `pass.inputs` has numbers for computed nodes, too. Errors as of [`Executor::run`].
    pub async fn run_apart(&mut self, pass: &Pass) -> Result<Vec<Tensor>> {
        let mut launches = self.launches(pass);
        // The last node first: so no launch reads what was computed here.
        launches.reverse();
        self.submit(pass, launches).await
    }

    /// Puts what a text keeps in its place; `state` then holds what was there before.
    pub fn swap(&mut self, state: &mut State) {
        state.buffers.resize(self.kept.len(), None);
        for (id, buffer) in self.kept.iter().zip(&mut state.buffers) {
            std::mem::swap(self.buffers.slot(*id), buffer);
        }
        state.bind_groups.resize(self.bound.len(), None);
        if state.replaced != self.replaced {
            state.bind_groups.fill(None);
            state.replaced = self.replaced;
        }
        for (index, group) in self.bound.iter().zip(&mut state.bind_groups) {
            std::mem::swap(&mut self.bind_groups[*index], group);
        }
        std::mem::swap(&mut self.last, &mut state.last);
    }

    async fn submit(&mut self, pass: &Pass, launches: Vec<Launch>) -> Result<Vec<Tensor>> {
        self.gpu.check()?;
        self.complete(pass)?;
        self.follows(pass)?;
        let shaders = launches.iter().map(|launch| launch.dispatch.shader).chain(pass.edits.first().map(|_| EDIT));
        self.gpu.prepare(shaders).await?;

        let (source, target) = (self.last.source.take(), self.last.target.take());
        if pass.stages.contains(&Stage::Source) {
            self.source_passes += 1;
            self.last.source_pass = self.source_passes;
        }
        let gpu = self.gpu.clone();
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("pass") });
        self.make_room(pass, &launches, &mut encoder)?;
        self.last.reorder.record(&gpu, &self.graph, &self.buffers, pass.lens.past, &mut encoder).await?;
        self.bind(&launches, &pass.lens)?;
        for (id, data) in pass.inputs.iter() {
            gpu.queue().write_buffer(self.buffers.at(&self.graph, id, &pass.lens)?, 0, bytemuck::cast_slice(data));
        }
        self.uniforms.write(&gpu, launches.iter().map(|launch| (launch.node, launch.dispatch.params.as_slice())));
        let edits = edits::prepare(&gpu, &self.graph, &self.buffers, pass)?;
        self.compute(&launches, &edits, &mut encoder);
        let (staging, bytes) = self.collect(pass, &mut encoder)?;
        gpu.queue().submit([encoder.finish()]);

        self.readbacks += (bytes > 0) as u64;
        let data = if bytes > 0 { read(&gpu, &staging, bytes).await? } else { vec![] };
        gpu.check()?;
        if let Some(clock) = &mut self.clock {
            clock.take(&data[data.len() - clock.bytes() as usize / F32 as usize..], gpu.queue().get_timestamp_period());
        }
        self.staging = Some(staging);
        self.last.source = if pass.stages.contains(&Stage::Source) { Some(pass.lens) } else { source };
        self.last.target = if pass.stages.contains(&Stage::Target) { Some(pass.lens) } else { target };
        Ok(self.tensors(pass, &data))
    }

    pub fn readbacks(&self) -> u64 {
        self.readbacks
    }

    /// Begins to note how long each op takes, from zero; each pass then reads timestamps back.
    ///
    /// Errors: [`Error::Device`] where the adapter has none.
    pub fn start_profile(&mut self) -> Result<()> {
        self.clock = Some(Clock::new(&self.gpu)?);
        Ok(())
    }

    /// What was noted since, where it was to be.
    ///
    /// Errors: [`Error::Device`] where the clock is too coarse, and then nothing is noted any more.
    pub fn profile(&mut self) -> Result<Option<Times>> {
        let period = self.gpu.queue().get_timestamp_period();
        let times = self.clock.as_ref().map(|clock| clock.times(period)).transpose();
        self.clock = self.clock.take().filter(|_| times.is_ok());
        times
    }

    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Gives a weight other numbers, or a state.
    pub fn renew(&mut self, id: NodeId, numbers: &[f32]) -> Result<()> {
        self.gpu.check()?;
        let buffer = self.buffers.at(&self.graph, id, &Lens::ONE)?;
        self.gpu.queue().write_buffer(buffer, 0, bytemuck::cast_slice(numbers));
        Ok(())
    }

    /// Beam search: sequence `i` of every cache becomes what sequence `order[i]` was, from the next pass on.
    pub fn reorder(&mut self, order: &[usize]) {
        if let Some(target) = self.last.target.as_mut() {
            self.last.reorder.push(order, target.batch);
            target.batch = order.len();
        }
    }

    /// Memory that weights, activations and caches take on the GPU, in bytes.
    pub fn bytes(&self) -> u64 {
        self.buffers.bytes() + self.staging.as_ref().map_or(0, wgpu::Buffer::size)
    }

    fn launches(&self, pass: &Pass) -> Vec<Launch> {
        let nodes = self.graph.nodes.iter().enumerate().filter(|(index, _)| pass.computes(&self.graph, NodeId(*index)));
        let ops = nodes.filter_map(|(index, node)| node.op().map(|op| (index, node, op)));
        ops.map(|(index, node, op)| Launch { node: index, dispatch: dispatch(&self.gpu, &self.graph, node, op, &pass.lens) })
            .collect()
    }

    fn make_room(&mut self, pass: &Pass, launches: &[Launch], encoder: &mut wgpu::CommandEncoder) -> Result<()> {
        let computed = launches.iter().map(|launch| NodeId(launch.node));
        for id in pass.inputs.iter().map(|(id, _)| id).chain(computed) {
            if self.buffers.fit(&self.gpu, &self.graph, id, &pass.lens, encoder)? {
                self.replaced += !self.kept.contains(&id) as u64;
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
            let written_over = node.op().is_some_and(|op| op.rule().in_place()) as usize;
            let mut buffers = vec![];
            for input in written_over..written_over + inputs {
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

    /// Each node's launch, and behind it what changes that node. While a profile is taken, the launches of one op that follow each other are a compute pass of their own.
    fn compute(&mut self, launches: &[Launch], edits: &[Prepared], encoder: &mut wgpu::CommandEncoder) {
        let words: Vec<&'static str> =
            launches.iter().map(|launch| self.graph.nodes[launch.node].op().map_or("", Op::word)).collect();
        let mut stretches: Vec<Range<usize>> = std::iter::once(0..launches.len()).collect();
        if let Some(clock) = &mut self.clock {
            stretches = stretches_of(&words);
            clock.begin(&self.gpu, stretches.len());
        }
        for stretch in stretches {
            let around = |clock| Clock::around(clock, words[stretch.start], stretch.len());
            let timestamp_writes = self.clock.as_mut().map(around);
            let descriptor = wgpu::ComputePassDescriptor { label: Some("graph"), timestamp_writes };
            let mut pass = encoder.begin_compute_pass(&descriptor);
            let mut current = "";
            let mut launch = |shader: &'static str, group: Option<&wgpu::BindGroup>, [x, y, z]: [u32; 3]| {
                if shader != current {
                    current = shader;
                    pass.set_pipeline(&self.gpu.pipelines().get(shader));
                }
                pass.set_bind_group(0, group, &[]);
                pass.dispatch_workgroups(x, y, z);
            };
            for Launch { node, dispatch } in &launches[stretch] {
                launch(dispatch.shader, self.bind_groups[*node].as_ref(), dispatch.groups);
                edits.iter().filter(|edit| edit.node == *node).for_each(|edit| launch(EDIT, Some(&edit.group), edit.groups));
            }
        }
    }

    /// Copies what is wanted, one stretch after another, into a buffer that the host can read.
    fn collect(&mut self, pass: &Pass, encoder: &mut wgpu::CommandEncoder) -> Result<(wgpu::Buffer, u64)> {
        let stretches = |read: &crate::pass::Read| read.stretches(&self.graph, &pass.lens);
        let numbers: u64 = pass.reads.iter().flat_map(stretches).map(|stretch| stretch.len as u64 * F32).sum();
        let of_clock = self.clock.as_ref().map_or(0, Clock::bytes);
        let bytes = numbers + of_clock;
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
        if let Some(clock) = &self.clock {
            clock.collect(encoder, &staging, end);
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

/// Neighbours with the same word, as ranges.
fn stretches_of(words: &[&str]) -> Vec<Range<usize>> {
    let mut end = 0;
    let stretch = |same: &[&str]| {
        end += same.len();
        end - same.len()..end
    };
    words.chunk_by(|a, b| a == b).map(stretch).collect()
}

/// Whether a node's numbers outlive every pass.
fn is_weight(node: &Node) -> bool {
    matches!(node.kind, Kind::Weight { .. } | Kind::State)
}
