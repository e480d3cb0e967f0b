//! Runs a graph on the CPU: the reference, and in wasm a SIMD device of its own.

mod causal;
mod matmul;
mod needs;
mod products;
mod reorder;
mod turns;

use std::array::from_fn;
use std::ops::Range;
use std::sync::Arc;

use web_time::Instant;

use crate::graph::{Graph, Kind, Lens, Node, NodeId, Stage};
use crate::ops::{Op, Site};
use crate::pass::{ByNode, Parameters, Pass, Times};
use crate::tensor::{Axis, Tensor, size};
pub use matmul::{Into, Panels, Skip, Target, View, multiply};
use needs::{Need, Needs};
use products::product;
pub use turns::{Give, Turns};

/// Work for each number that is no sum over a row, such as an exponential. // multiply-adds
const PLAIN: u64 = 16;
/// Inputs of the op with the most of them.
const MOST_INPUTS: usize = 5;

/// How far a pass has come.
#[derive(Default)]
struct Place {
    node: usize,
    /// Of this node, where it is computed in parts.
    parts: usize,
    /// So far. // multiply-adds
    work: u64,
}

/// A graph with its numbers and a buffer for every node.
pub struct Executor {
    graph: Arc<Graph>,
    values: Vec<Vec<f32>>,
    /// Weights that are read as they lie in the checkpoint, by node.
    weights: Vec<Option<Arc<Vec<f32>>>>,
    /// The matrices of `linear` nodes, laid out for the multiplication. By the weight's node.
    panels: ByNode<Panels>,
    /// Memory for matrices that are laid out for one product.
    scratch: Panels,
    shapes: Vec<Vec<usize>>,
    /// What the present pass computes of each node.
    needs: Needs,
    times: Option<Times>,
    /// The nodes whose numbers belong to a text ([`State`]).
    kept: Vec<NodeId>,
}

/// What a text keeps between its passes: the numbers of the graph's kept nodes, in their order.
#[derive(Default)]
pub struct State {
    values: Vec<Vec<f32>>,
}

impl State {
    /// Memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.values.iter().map(|numbers| numbers.capacity() * size_of::<f32>()).sum()
    }
}

impl Executor {
    /// Takes the weights one by one: what nobody else holds is freed as soon as its panels are laid out.
    pub fn new(graph: Arc<Graph>, parameters: Parameters) -> Self {
        let mut weights = vec![None; graph.nodes.len()];
        let mut panels = ByNode::new();
        for (id, numbers) in parameters.into_pairs() {
            let is_matrix = |node: &Node| matches!(node.op(), Some(Op::Linear(_))) && node.inputs[1] == id;
            let is_plain = |node: &Node| node.inputs.contains(&id) && !is_matrix(node);
            if graph.nodes.iter().any(is_matrix) {
                panels.insert(id, Panels::of_weight(&numbers, graph.node(id).dims[1].at(&Lens::ONE)));
            }
            if graph.nodes.iter().any(is_plain) {
                weights[id.0] = Some(numbers);
            }
        }
        let zeros = |node: &Node| if node.kind == Kind::State { vec![0.0; size(&node.shape(&Lens::ONE))] } else { vec![] };
        let values = graph.nodes.iter().map(zeros).collect();
        let shapes = graph.nodes.iter().map(|node| node.shape(&Lens::ONE)).collect();
        let (needs, scratch) = (Needs::default(), Panels::default());
        Executor { kept: graph.kept(), graph, values, weights, panels, scratch, shapes, needs, times: None }
    }

    /// Puts what a text keeps in its place; `state` then holds what was there before.
    pub fn swap(&mut self, state: &mut State) {
        state.values.resize_with(self.kept.len(), Vec::new);
        for (id, numbers) in self.kept.iter().zip(&mut state.values) {
            std::mem::swap(&mut self.values[id.0], numbers);
        }
    }

    /// Computes the nodes of the pass's stages in graph order, changes what it edits, and copies what it asks for.
    pub fn run(&mut self, pass: &Pass) -> Vec<Tensor> {
        let mut place = self.begin(pass);
        while !self.go_on(pass, &mut place, u64::MAX) {}
        self.read(pass)
    }

    /// Computes each node of the pass's stages from the numbers that the pass gives for its inputs, and not from what other nodes
    /// computed: `pass.inputs` has numbers for computed nodes, too.
    pub fn run_apart(&mut self, pass: &Pass) -> Vec<Tensor> {
        self.begin(pass);
        self.needs.all();
        let graph = self.graph.clone();
        // The last node first: so no node reads what was computed here.
        for (index, node) in graph.nodes.iter().enumerate().rev() {
            if let Some(op) = computed(node, pass) {
                let (parts, _) = self.work(node, index, op);
                self.compute(index, op, pass.lens.past, 0..parts);
            }
        }
        self.read(pass)
    }

    fn begin(&mut self, pass: &Pass) -> Place {
        for (node, shape) in self.graph.nodes.iter().zip(&mut self.shapes) {
            shape.iter_mut().zip(&node.dims).for_each(|(n, dim)| *n = dim.at(&pass.lens));
        }
        for (id, numbers) in pass.inputs.iter() {
            self.values[id.0].clone_from(numbers);
        }
        self.needs.find(&self.graph, &self.kept, pass);
        Place::default()
    }

    /// Computes about so many multiply-adds more, at least a part of a node; whether that was the last.
    fn go_on(&mut self, pass: &Pass, place: &mut Place, most: u64) -> bool {
        let graph = self.graph.clone();
        let end = place.work.saturating_add(most);
        while let Some(node) = graph.nodes.get(place.node) {
            let index = place.node;
            if let Some(op) = computed(node, pass).filter(|_| self.needs.of(index) != Need::Nothing) {
                // An update is computed whole: whoever stops a pass finds all weights as they were.
                if place.work >= end && node.stage != Stage::Update {
                    return false;
                }
                let (parts, work) = self.work(node, index, op);
                let each = (work / parts.max(1) as u64).max(1);
                let more = (end - place.work).div_ceil(each).min(parts as u64) as usize;
                let now = place.parts..(place.parts + more).min(parts);
                place.work += each * now.len() as u64;
                place.parts = now.end;
                self.compute(index, op, pass.lens.past, now);
                if place.parts < parts {
                    continue;
                }
                for edit in pass.edits.iter().filter(|edit| edit.node.0 == index) {
                    let mut numbers = std::mem::take(&mut self.values[index]);
                    let source = edit.source().map_or(&[][..], |id| &self.values[id.0]);
                    edit.cpu(&self.shapes[index], &mut numbers, source);
                    self.values[index] = numbers;
                }
            }
            (place.node, place.parts) = (index + 1, 0);
        }
        true
    }

    /// Gives a weight other numbers, or a state, in the same shape.
    pub fn renew(&mut self, id: NodeId, numbers: Vec<f32>) {
        match self.graph.node(id).kind {
            Kind::State => self.values[id.0] = numbers,
            _ => self.set_weight(id, &numbers),
        }
    }

    /// Takes the buffer of a node away, to be written. A weight that others hold, too, is copied.
    fn take(&mut self, home: NodeId) -> Vec<f32> {
        self.weights[home.0].take().map_or_else(|| std::mem::take(&mut self.values[home.0]), Arc::unwrap_or_clone)
    }

    /// Puts it back. The panels of a weight follow.
    fn put(&mut self, home: NodeId, numbers: Vec<f32>) {
        if !matches!(self.graph.node(home).kind, Kind::Weight { .. }) {
            self.values[home.0] = numbers;
            return;
        }
        if let Some(panels) = self.panels.get_mut(home) {
            panels.refill(&numbers);
        }
        self.weights[home.0] = Some(Arc::new(numbers));
    }

    fn read(&self, pass: &Pass) -> Vec<Tensor> {
        let read = |read: &crate::pass::Read| {
            let home = self.graph.home(read.node);
            let weight = matches!(self.graph.node(home).kind, Kind::Weight { .. }).then(|| self.weight(home));
            let numbers = weight.as_ref().unwrap_or(&self.values[home.0]);
            let stretches = read.stretches(&self.graph, &pass.lens);
            let mut data = Vec::with_capacity(stretches.iter().map(|stretch| stretch.len).sum());
            stretches.iter().for_each(|s| data.extend_from_slice(&numbers[s.start..s.start + s.len]));
            read.tensor(&self.graph, &pass.lens, data)
        };
        pass.reads.iter().map(read).collect()
    }

    /// What is done of a pass, 0..1.
    fn share(&self, pass: &Pass, place: &Place) -> f32 {
        let nodes = self.graph.nodes.iter().enumerate().filter(|(index, _)| self.needs.of(*index) != Need::Nothing);
        let all = nodes.filter_map(|(index, node)| Some(self.work(node, index, computed(node, pass)?).1)).sum::<u64>();
        (place.work as f32 / all.max(1) as f32).min(1.0)
    }

    /// The parts in which a node can be computed, and about how many multiply-adds it takes. Only the product with a weight is long
    /// enough to be cut: the panels of the weight are no business of each other.
    fn work(&self, node: &Node, index: usize, op: &Op) -> (usize, u64) {
        let shape = &self.shapes[index];
        let numbers = match self.needs.of(index) {
            Need::LastRow => size(shape) / shape[1].max(1),
            _ => size(shape),
        };
        match op {
            Op::Linear(_) => {
                let matrix = &self.shapes[node.inputs[1].0]; // [out in]
                (matrix[0].div_ceil(matmul::COLUMNS), numbers as u64 * matrix[1] as u64)
            }
            Op::AttnScores(_) | Op::AttnMix(_) | Op::LinearGradInput(_) => {
                let terms = self.shapes[node.inputs[0].0].last().copied().unwrap_or(1);
                (1, numbers as u64 * terms as u64)
            }
            Op::LinearGradWeight(_) => (1, size(&self.shapes[node.inputs[0].0]) as u64 * shape[1] as u64),
            _ => (1, numbers as u64 * PLAIN),
        }
    }

    /// Computes some parts of a node: as much of it as this pass needs.
    fn compute(&mut self, index: usize, op: &Op, past: usize, parts: Range<usize>) {
        let start = self.times.as_ref().map(|_| Instant::now());
        if let Some(input) = self.needs.taken(index, &self.graph.nodes[index]) {
            self.values.swap(index, input.0);
        }
        let home = self.graph.home(NodeId(index));
        let mut out = self.take(home);
        let length = size(&self.shapes[index]);
        // A buffer keeps its greatest length: what it holds is written over, and zeros would be written for nothing.
        if out.len() < length {
            out.resize(length, 0.0);
        }
        let rows = match self.needs.of(index) {
            // The last position of each sequence.
            Need::LastRow => (1..=self.shapes[index][0]).map(|end| Some(end * self.shapes[index][1] - 1)).collect(),
            _ => vec![None],
        };
        for row in rows {
            self.call(index, op, past, row, parts.clone(), &mut out[..length]);
        }
        self.put(home, out);
        if let (Some(times), Some(start)) = (&mut self.times, start) {
            times.add(op.word(), start.elapsed(), 1);
        }
    }

    /// Computes a node, or one row of it: of a node with the axes `batch pos …`, at one place of one sequence.
    fn call(&mut self, index: usize, op: &Op, past: usize, row: Option<usize>, parts: Range<usize>, out: &mut [f32]) {
        let node = &self.graph.nodes[index];
        let mut scratch = std::mem::take(&mut self.scratch);
        let alone = |id: usize| row.map_or(vec![], |_| [&[1, 1], &self.shapes[id][2..]].concat());
        let own: [Vec<usize>; MOST_INPUTS] =
            from_fn(|slot| node.inputs.get(slot).filter(|_| needs::is_row(op, slot)).map_or(vec![], |id| alone(id.0)));
        let mut inputs: [(&[Axis], &[usize]); MOST_INPUTS] = [(&[], &[]); MOST_INPUTS];
        let mut numbers: [&[f32]; MOST_INPUTS] = [&[]; MOST_INPUTS];
        for (slot, id) in node.inputs.iter().enumerate() {
            let home = self.graph.home(*id).0;
            let data = self.weights[home].as_deref().unwrap_or(&self.values[home]);
            let mut shape = &self.shapes[id.0][..];
            let mut place = 0..size(shape).min(data.len()); // of a matrix that was laid out there are no other numbers, and what is written over lies in `out`
            if let (Some(row), [_, ..]) = (row, &own[slot][..]) {
                shape = &own[slot];
                place = row * size(shape)..(row + 1) * size(shape);
            }
            inputs[slot] = (&self.graph.node(*id).axes, shape);
            numbers[slot] = &data[place];
        }
        let n = node.inputs.len();
        let alone = alone(index);
        let (shape, out) = match row {
            Some(row) => (&alone, &mut out[row * size(&alone)..(row + 1) * size(&alone)]),
            None => (&self.shapes[index], out),
        };
        let site = Site { inputs: &inputs[..n], out: (&node.axes, shape), past };
        let weight = node.inputs.get(1).and_then(|id| self.panels.get(*id));
        let (causal_use, numbers) = (self.needs.causal_use(index, node), &numbers[..n]);
        let done = product(op, &site, numbers, weight, parts, causal_use, &mut scratch, out)
            || causal::past(op, &site, numbers, causal_use, self.needs.of(index), out);
        if !done {
            op.rule().cpu(&site, numbers, out);
        }
        self.scratch = scratch;
    }

    /// Gives a weight other numbers, in the same shape.
    ///
    /// # Panics
    /// Where there are more or fewer of them.
    fn set_weight(&mut self, id: NodeId, numbers: &[f32]) {
        if let Some(weight) = &mut self.weights[id.0] {
            match Arc::get_mut(weight) {
                Some(weight) => weight.copy_from_slice(numbers),
                None => *weight = Arc::new(numbers.to_vec()),
            }
        }
        if let Some(panels) = self.panels.get_mut(id) {
            panels.refill(numbers);
        }
    }

    /// Begins to note how long each op takes, from zero.
    pub fn start_profile(&mut self) {
        self.times = Some(Times::default());
    }

    /// What was noted since; `None` where nothing was to be.
    pub fn profile(&self) -> Option<&Times> {
        self.times.as_ref()
    }

    /// The numbers of a weight node, or of a state.
    pub fn weight(&self, id: NodeId) -> Vec<f32> {
        if self.graph.node(id).kind == Kind::State {
            return self.values[id.0].clone();
        }
        match (&self.weights[id.0], self.panels.get(id)) {
            (Some(numbers), _) => numbers.to_vec(),
            (None, panels) => panels.map(Panels::transposed).unwrap_or_default(),
        }
    }
}

/// What a pass computes of a node, where it does.
fn computed<'a>(node: &'a Node, pass: &Pass) -> Option<&'a Op> {
    node.op().filter(|_| pass.stages.contains(&node.stage))
}
