//! Chooses a device, tests it against the CPU before trusting it, and says why. Never falls back in silence.

mod past;
mod profile;
mod reason;
mod self_test;
mod timing;

use std::sync::Arc;

use web_time::Duration;

use crate::cpu;
use crate::error::{Error, Result};
use crate::gpu::{self, Executor, Gpu};
use crate::graph::{Graph, Lens, NodeId};
use crate::ops;
use crate::pass::{ByNode, Parameters, Pass, Read, Rows};
use crate::tensor::Tensor;
pub use reason::Reason;
pub use self_test::SelfTest;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The faster of the devices that compute correctly.
    Auto,
    Cpu,
    Gpu,
}

/// Passes of a usual size.
pub struct Probe {
    /// A whole input.
    pub first: Pass,
    /// One further token.
    pub later: Pass,
}

/// Where the numbers are computed.
enum Backend {
    Cpu(Box<cpu::Executor>),
    Gpu(Box<Executor>),
}

/// What a text keeps on a device between its passes: keys and values, and what the decoder reads of the source.
#[derive(Default)]
pub struct State {
    /// Tokens whose keys and values it holds; 0 also after a pass that failed half-way.
    tokens: usize,
    cpu: cpu::State,
    gpu: gpu::State,
}

impl State {
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.cpu.bytes() + self.gpu.bytes()
    }
}

pub struct Device {
    backend: Backend,
    graph: Arc<Graph>,
    /// Kept while a GPU computes, so that it can be replaced when it is lost.
    parameters: Parameters,
    pub reason: Reason,
    gpu: Option<Gpu>,
    past: past::Past,
    /// Where the CPU's long passes give turns; on a GPU a pass is one submit, and whoever stops waiting leaves it behind.
    pub turns: Option<cpu::Turns>,
    pub self_test: Vec<SelfTest>,
    /// Median time of one step.
    pub cpu_time: Option<Duration>,
    pub gpu_time: Option<Duration>,
}

impl Device {
    /// Both devices compute the probe's first pass and must agree on it; they are timed on its later one.
    pub async fn open(choice: Choice, graph: Arc<Graph>, parameters: Parameters, probe: Probe) -> Result<Self> {
        let kept = if choice == Choice::Cpu { Parameters::new() } else { parameters.clone() };
        let mut device = Device::on_cpu(graph, parameters, kept);
        if choice == Choice::Cpu {
            return Ok(device);
        }
        match (device.try_gpu(&probe.first).await, choice) {
            (Err(fault), Choice::Gpu) => return Err(fault),
            (Err(fault), _) => device.reason = Reason::no_gpu(&fault),
            (Ok(gpu), Choice::Gpu) => {
                device.backend = Backend::Gpu(Box::new(gpu));
            }
            (Ok(gpu), _) => {
                if let Err(fault) = device.take_faster(gpu, &probe.later).await {
                    device.reason = Reason::no_gpu(&fault);
                }
            }
        }
        if let Backend::Cpu(_) = device.backend {
            device.parameters = Parameters::new();
        }
        Ok(device)
    }

    /// The device that was asked for, without a comparison of the two; `auto` takes the CPU.
    pub async fn open_untested(choice: Choice, graph: Arc<Graph>, parameters: Parameters) -> Result<Self> {
        let kept = if choice == Choice::Gpu { parameters.clone() } else { Parameters::new() };
        let mut device = Device::on_cpu(graph, parameters, kept);
        if choice == Choice::Gpu {
            device.backend = Backend::Gpu(Box::new(device.open_gpu().await?));
        }
        Ok(device)
    }

    /// The same GPU with the kernels that suit another kind of adapter, for tests and measurements; on a CPU nothing changes. States begin anew.
    ///
    /// # Errors
    /// As of [`Device::widen`].
    pub async fn with_kernels(&mut self, profile: ops::Profile) -> Result<()> {
        self.gpu = self.gpu.take().map(|gpu| gpu.with_profile(profile));
        self.widen(self.graph.clone()).await
    }

    /// `kept`: what a GPU that may come needs again.
    fn on_cpu(graph: Arc<Graph>, parameters: Parameters, kept: Parameters) -> Self {
        Device {
            backend: Backend::Cpu(Box::new(cpu::Executor::new(graph.clone(), parameters))),
            graph,
            parameters: kept,
            reason: Reason::Asked,
            gpu: None,
            past: Default::default(),
            turns: None,
            self_test: vec![],
            cpu_time: None,
            gpu_time: None,
        }
    }

    /// Goes on with a graph that has more nodes behind those of the present one, which keep their ids, and with the weights as they are now. What texts
    /// keep here is of no use afterwards.
    ///
    /// # Errors
    /// [`Error::Device`] where a weight or a state is too large for the adapter, [`Error::DeviceLost`]; the device is then as it was.
    pub async fn widen(&mut self, graph: Arc<Graph>) -> Result<()> {
        let weights: Vec<NodeId> = graph.weights().collect();
        let numbers = self.numbers(&weights).await?;
        let parameters: Parameters = weights.into_iter().zip(numbers.into_iter().map(Arc::new)).collect();
        match &self.gpu {
            Some(gpu) if matches!(self.backend, Backend::Gpu(_)) => {
                self.backend = Backend::Gpu(Box::new(Executor::new(gpu, graph.clone(), &parameters)?));
                self.parameters = parameters;
            }
            _ => self.backend = Backend::Cpu(Box::new(cpu::Executor::new(graph.clone(), parameters))),
        }
        self.graph = graph;
        Ok(())
    }

    /// The numbers of weights and states, as they are now.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] where the GPU went away.
    pub async fn numbers(&mut self, nodes: &[NodeId]) -> Result<Vec<Vec<f32>>> {
        let read = |&node: &NodeId| Read { name: self.graph.node(node).name.clone(), node, rows: Rows::All };
        let reads = nodes.iter().map(read).collect();
        let pass = Pass { lens: Lens::ONE, stages: vec![], inputs: ByNode::new(), edits: vec![], reads, from: None };
        Ok(self.run(&pass).await?.into_iter().map(|tensor| tensor.data).collect())
    }

    pub fn name(&self) -> &'static str {
        match self.backend {
            Backend::Cpu(_) => "cpu",
            Backend::Gpu(_) => "webgpu",
        }
    }

    /// Whether a GPU computes: then a pass that reads nothing back is not waited for.
    pub fn on_gpu(&self) -> bool {
        matches!(self.backend, Backend::Gpu(_))
    }

    /// Times that this GPU's results were waited for; 0 on a CPU.
    pub fn readbacks(&self) -> u64 {
        if let Backend::Gpu(gpu) = &self.backend { gpu.readbacks() } else { 0 }
    }

    /// What it computes by.
    pub fn graph(&self) -> &Arc<Graph> {
        &self.graph
    }

    /// The GPU's name, where one was opened.
    pub fn adapter(&self) -> Option<String> {
        self.gpu.as_ref().map(Gpu::adapter)
    }

    /// Computes a pass of a text that keeps something between its passes.
    ///
    /// # Errors
    /// As of [`Device::run`], and the state is then empty; [`Error::Input`] where the state lacks tokens that the pass goes on from.
    pub async fn go_on(&mut self, state: &mut State, pass: &Pass) -> Result<Vec<Tensor>> {
        let (past, tokens) = (pass.lens.past, state.tokens);
        if past > tokens {
            return Err(Error::Input(format!("a step after {past} tokens cannot follow {tokens} tokens; read the text again")));
        }
        let mut kept = std::mem::take(state);
        self.swap(&mut kept);
        let tensors = self.run(pass).await?; // what failed leaves nothing to go on from
        self.swap(&mut kept);
        *state = State { tokens: past + pass.lens.target, ..kept };
        Ok(tensors)
    }

    /// Computes a pass over a whole input, which leaves nothing behind. A GPU that was lost is replaced, and the caller told by
    /// [`Error::DeviceLost`]: what texts kept there is gone.
    pub async fn run(&mut self, pass: &Pass) -> Result<Vec<Tensor>> {
        self.past.check(pass)?;
        self.past.forget();
        let outcome = match (&mut self.backend, &self.turns) {
            (Backend::Cpu(cpu), Some(turns)) => turns.run(cpu, pass).await,
            (Backend::Cpu(cpu), None) => Ok(cpu.run(pass)),
            (Backend::Gpu(gpu), _) => gpu.run(pass).await,
        };
        if let Err(Error::DeviceLost(why)) = &outcome {
            self.replace(why.clone()).await;
        }
        outcome.inspect(|_| self.past.set(pass))
    }

    /// The numbers of a weight node.
    pub fn weight(&self, id: NodeId) -> Vec<f32> {
        match &self.backend {
            Backend::Cpu(cpu) => cpu.weight(id),
            Backend::Gpu(_) => self.parameters.get(id).map(|numbers| numbers.to_vec()).unwrap_or_default(),
        }
    }

    /// Gives a weight other numbers, or a state.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] where the GPU went away.
    pub fn renew(&mut self, id: NodeId, numbers: Vec<f32>) -> Result<()> {
        self.past.forget();
        match &mut self.backend {
            Backend::Cpu(cpu) => cpu.renew(id, numbers),
            Backend::Gpu(gpu) => {
                gpu.renew(id, &numbers)?;
                if self.parameters.get(id).is_some() {
                    self.parameters.insert(id, Arc::new(numbers));
                }
            }
        }
        Ok(())
    }

    /// Sequence `i` of every cache of a text becomes the old `order[i]`.
    pub fn reorder(&mut self, state: &mut State, order: &[usize]) {
        self.swap(state);
        match &mut self.backend {
            Backend::Cpu(cpu) => cpu.reorder(order),
            Backend::Gpu(gpu) => gpu.reorder(order),
        }
        self.swap(state);
    }

    fn swap(&mut self, state: &mut State) {
        self.past.forget();
        match &mut self.backend {
            Backend::Cpu(cpu) => cpu.swap(&mut state.cpu),
            Backend::Gpu(gpu) => gpu.swap(&mut state.gpu),
        }
    }

    /// Takes the GPU away on purpose, as a driver's reset does.
    pub fn lose_gpu(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.destroy();
        }
    }

    async fn replace(&mut self, why: String) {
        match self.open_gpu().await {
            Ok(gpu) => {
                self.backend = Backend::Gpu(Box::new(gpu));
                self.reason = Reason::Reopened { lost: why };
            }
            Err(fault) => {
                self.backend =
                    Backend::Cpu(Box::new(cpu::Executor::new(self.graph.clone(), std::mem::take(&mut self.parameters))));
                self.reason = Reason::Gone { lost: why, fault: fault.to_string() };
            }
        }
    }

    async fn open_gpu(&mut self) -> Result<Executor> {
        let gpu = Gpu::open().await?;
        let executor = Executor::new(&gpu, self.graph.clone(), &self.parameters)?;
        self.gpu = Some(gpu);
        Ok(executor)
    }

    /// Opens the GPU and compares its kernels with the CPU, node by node.
    async fn try_gpu(&mut self, probe: &Pass) -> Result<Executor> {
        let mut executor = self.open_gpu().await?;
        let apart = self_test::apart(&self.graph, probe);
        let theirs = executor.run_apart(&apart).await?;
        let Backend::Cpu(cpu) = &mut self.backend else { return Ok(executor) };
        let ours = cpu.run_apart(&apart);
        self.self_test = self_test::compare(&self.graph, &apart, &ours, &theirs);
        match self.self_test.iter().find(|test| !test.passed()) {
            None => Ok(executor),
            Some(test) => Err(Error::Device(format!(
                "the GPU's kernel \"{}\" is off by {:.1e} where {:.1e} is allowed; its numbers cannot be trusted, use the CPU",
                test.op, test.max_error, test.tolerance
            ))),
        }
    }
}
