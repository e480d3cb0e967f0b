//! Runs a graph on the CPU: the reference, and in wasm a SIMD device of its own.

mod matmul;

use std::sync::Arc;

use crate::graph::{Graph, Kind, Lens, Node, NodeId};
use crate::ops::{Op, Site};
use crate::pass::{ByNode, Parameters, Pass};
use crate::tensor::{Axis, Tensor, size};
pub use matmul::{Panels, multiply};

/// A graph with its numbers and a buffer for every node.
pub struct Executor {
    graph: Arc<Graph>,
    values: Vec<Vec<f32>>,
    /// Weights that are read as they lie in the checkpoint, by node.
    weights: Vec<Option<Arc<Vec<f32>>>>,
    /// The matrices of `linear` nodes, laid out for the multiplication. By the weight's node.
    panels: ByNode<Panels>,
    shapes: Vec<Vec<usize>>,
}

impl Executor {
    /// Takes the weights one by one: what nobody else holds is freed as soon as its panels are laid out.
    pub fn new(graph: Arc<Graph>, parameters: Parameters) -> Self {
        let mut weights = vec![None; graph.nodes.len()];
        let mut panels = ByNode::new();
        for (id, numbers) in parameters.into_pairs() {
            let is_matrix = |node: &Node| node.op() == Some(&Op::Linear) && node.inputs[1] == id;
            let is_plain = |node: &Node| node.inputs.contains(&id) && !is_matrix(node);
            if graph.nodes.iter().any(is_matrix) {
                panels.insert(id, Panels::new(&numbers, graph.node(id).dims[1].at(&Lens::ONE)));
            }
            if graph.nodes.iter().any(is_plain) {
                weights[id.0] = Some(numbers);
            }
        }
        let values = vec![Vec::new(); graph.nodes.len()];
        let shapes = graph.nodes.iter().map(|node| node.shape(&Lens::ONE)).collect();
        Executor { graph, values, weights, panels, shapes }
    }

    /// Computes the nodes of the pass's stages in graph order, changes what it edits, and copies what it asks for.
    pub fn run(&mut self, pass: &Pass) -> Vec<Tensor> {
        let graph = self.graph.clone();
        for (node, shape) in graph.nodes.iter().zip(&mut self.shapes) {
            shape.iter_mut().zip(&node.dims).for_each(|(n, dim)| *n = dim.at(&pass.lens));
        }
        for (id, numbers) in pass.inputs.iter() {
            self.values[id.0].clone_from(numbers);
        }
        for (index, node) in graph.nodes.iter().enumerate() {
            if let Kind::Op(op) = &node.kind
                && pass.stages.contains(&node.stage)
            {
                self.compute(&graph, index, op, pass.lens.past);
                let edits = pass.edits.iter().filter(|edit| edit.node.0 == index);
                edits.for_each(|edit| edit.cpu(&self.shapes[index], &mut self.values[index]));
            }
        }
        let read = |read: &crate::pass::Read| {
            let numbers = &self.values[read.node.0];
            let stretches = read.stretches(&graph, &pass.lens);
            let mut data = Vec::with_capacity(stretches.iter().map(|stretch| stretch.len).sum());
            stretches.iter().for_each(|s| data.extend_from_slice(&numbers[s.start..s.start + s.len]));
            read.tensor(&graph, &pass.lens, data)
        };
        pass.reads.iter().map(read).collect()
    }

    fn compute(&mut self, graph: &Graph, index: usize, op: &Op, past: usize) {
        let node = &graph.nodes[index];
        let mut out = std::mem::take(&mut self.values[index]);
        out.resize(size(&self.shapes[index]), 0.0);
        let around = |id: &NodeId| (graph.node(*id).axes.as_slice(), self.shapes[id.0].as_slice());
        let mut inputs: [(&[Axis], &[usize]); 3] = [(&[], &[]); 3];
        let mut numbers: [&[f32]; 3] = [&[]; 3];
        for (slot, id) in node.inputs.iter().enumerate() {
            inputs[slot] = around(id);
            numbers[slot] = self.weights[id.0].as_deref().unwrap_or(&self.values[id.0]);
        }
        let n = node.inputs.len();
        let site = Site { inputs: &inputs[..n], out: (&node.axes, &self.shapes[index]), past };
        match op {
            Op::Linear => {
                let panels = self.panels.get(node.inputs[1]).expect("every matrix was laid out");
                multiply(numbers[0], panels, numbers[..n].get(2).copied(), &mut out);
            }
            _ => op.cpu(&site, &numbers[..n], &mut out),
        }
        self.values[index] = out;
    }

    /// The numbers of a weight node.
    pub fn weight(&self, id: NodeId) -> Vec<f32> {
        match (&self.weights[id.0], self.panels.get(id)) {
            (Some(numbers), _) => numbers.to_vec(),
            (None, panels) => panels.map(Panels::matrix).unwrap_or_default(),
        }
    }

    /// Beam search keeps some sequences and drops others: sequence `i` of every cache becomes the old `order[i]`.
    pub fn reorder(&mut self, order: &[usize]) {
        for (index, node) in self.graph.nodes.iter().enumerate() {
            if node.op() != Some(&Op::Append) {
                continue;
            }
            let row = size(&self.shapes[index][2..]);
            for position in self.values[index].chunks_exact_mut(row * order.len()) {
                let old = position.to_vec();
                for (new, &from) in position.chunks_exact_mut(row).zip(order) {
                    new.copy_from_slice(&old[from * row..][..row]);
                }
            }
        }
    }
}
