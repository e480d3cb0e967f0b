//! The writing of a graph, part by part.

use super::{Dim, Graph, Kind, Lens, Node, NodeId, Part, Place, Stack, Stage, Stored};
use crate::error::{Error, Result};
use crate::ops::{Fault, Op, Site};
use crate::tensor::Axis;

/// Lengths that differ from one another, at which shape rules are checked: a mix-up of two axes cannot hide.
const PROBE: Lens = Lens { batch: 2, source: 1009, target: 1013, past: 1019 };

/// Where nodes are being added: names are paths, `encoder.0.attn.hook_q`.
pub struct Scope<'g> {
    graph: &'g mut Graph,
    path: String,
    stage: Stage,
    place: Place,
}

impl<'g> Scope<'g> {
    pub(super) fn at(graph: &'g mut Graph, stage: Stage, place: Place) -> Scope<'g> {
        Scope { graph, path: String::new(), stage, place }
    }

    /// A stack of layers, and what comes before and after them.
    pub fn stack(&mut self, stack: Stack) -> Scope<'_> {
        self.enter(stack.name(), Place { stack: Some(stack), ..self.place })
    }

    /// A layer of this stack, counted from 0.
    pub fn layer(&mut self, layer: usize) -> Scope<'_> {
        self.enter(layer, Place { layer: Some(layer), ..self.place })
    }

    /// A part of this layer, or one after the layers.
    pub fn part(&mut self, part: Part) -> Scope<'_> {
        self.enter(part.name(), Place { part: Some(part), ..self.place })
    }

    /// For nodes that belong to a part, and whose names do not say so: `hook_attn_out`.
    pub fn of(&mut self, part: Part) -> Scope<'_> {
        let place = Place { part: Some(part), ..self.place };
        Scope { graph: self.graph, path: self.path.clone(), stage: self.stage, place }
    }

    /// The same place, for nodes that run at another time.
    pub fn during(&mut self, stage: Stage) -> Scope<'_> {
        Scope { graph: self.graph, path: self.path.clone(), stage, place: self.place }
    }

    fn enter(&mut self, name: impl std::fmt::Display, place: Place) -> Scope<'_> {
        let path = self.name(name);
        Scope { graph: self.graph, path, stage: self.stage, place }
    }

    pub fn input(&mut self, name: &str, axes: &[(Axis, Dim)]) -> NodeId {
        self.add(name, Kind::Input, &[], axes)
    }

    /// Numbers that outlive a pass, 0 at first.
    pub fn state(&mut self, name: &str, axes: &[(Axis, Dim)]) -> NodeId {
        self.add(name, Kind::State, &[], axes)
    }

    /// A tensor of the checkpoint under its published name, or an older one. Asking twice gives the same node.
    pub fn weight(&mut self, names: &[impl AsRef<str>], axes: &[(Axis, usize)]) -> NodeId {
        let names: Vec<String> = names.iter().map(|name| name.as_ref().to_string()).collect();
        self.stored_weight(&names, Stored::Whole, axes)
    }

    /// The same, of a tensor that holds more than this, or in another order.
    pub fn stored_weight(&mut self, names: &[String], stored: Stored, axes: &[(Axis, usize)]) -> NodeId {
        let key = (names[0].clone(), stored);
        if let Some(id) = self.graph.weights.get(&key) {
            return *id;
        }
        let (axes, dims) = axes.iter().map(|&(axis, n)| (axis, Dim::Fixed(n))).unzip();
        let kind = Kind::Weight { names: names.to_vec(), stored };
        let name = names[0].clone();
        let place = self.place;
        let id = self.graph.push(Node { name, kind, inputs: vec![], axes, dims, stage: Stage::Source, place });
        self.graph.weights.insert(key, id);
        id
    }

    /// A computed node. Its shape is checked here, so that a model that is built also runs.
    pub fn op(&mut self, name: &str, op: impl Into<Op>, inputs: &[NodeId], axes: &[(Axis, Dim)]) -> Result<NodeId> {
        self.checked(name, op.into(), inputs, axes)
    }

    /// Compiled once, and not for every op.
    #[inline(never)]
    fn checked(&mut self, name: &str, op: Op, inputs: &[NodeId], axes: &[(Axis, Dim)]) -> Result<NodeId> {
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|&id| self.graph.node(id).shape(&PROBE)).collect();
        let out: Vec<usize> = axes.iter().map(|(_, dim)| dim.at(&PROBE)).collect();
        let out_axes: Vec<Axis> = axes.iter().map(|&(axis, _)| axis).collect();
        let views: Vec<(&[Axis], &[usize])> =
            inputs.iter().zip(&shapes).map(|(&id, shape)| (self.graph.node(id).axes.as_slice(), shape.as_slice())).collect();
        let site = Site { inputs: &views, out: (&out_axes, &out), past: PROBE.past };
        op.rule().check(&site).map_err(|Fault { expected, got }| {
            let (node, op) = (self.name(name), op.word());
            Error::Shape(format!(
                "node \"{node}\", op {op}: expected {expected}, got {got}; check the sizes in config.json against the checkpoint"
            ))
        })?;
        Ok(self.add(name, Kind::Op(op), inputs, axes))
    }

    /// A computed node of the same shape as its first input.
    pub fn like(&mut self, name: &str, op: impl Into<Op>, inputs: &[NodeId]) -> Result<NodeId> {
        let axes = self.axes(inputs[0]);
        self.checked(name, op.into(), inputs, &axes)
    }

    /// A second name for a node: what leaves one block is what enters the next.
    pub fn alias(&mut self, name: &str, node: NodeId) {
        let name = self.name(name);
        self.graph.name(&name, node, self.place);
    }

    /// Marks a node as one that has dropout in training (see [`Graph::dropped`]), and gives it back.
    pub fn dropped(&mut self, node: NodeId) -> NodeId {
        self.graph.dropped.push(node);
        node
    }

    pub fn axes(&self, id: NodeId) -> Vec<(Axis, Dim)> {
        let node = self.graph.node(id);
        node.axes.iter().copied().zip(node.dims.iter().copied()).collect()
    }

    fn add(&mut self, name: &str, kind: Kind, inputs: &[NodeId], axes: &[(Axis, Dim)]) -> NodeId {
        let (axes, dims) = axes.iter().copied().unzip();
        let (name, inputs) = (self.name(name), inputs.to_vec());
        self.graph.push(Node { name, kind, inputs, axes, dims, stage: self.stage, place: self.place })
    }

    fn name(&self, name: impl std::fmt::Display) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }
}
