//! A model as plain data: named nodes in the order in which they are computed.
//!
//! Every executor, every view and every test reads this. A node's name is its hook; a length that changes from step to
//! step is a symbol ([`Dim`]), so one graph serves a whole text, a padded one and a single new token.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::ops::{Fault, Op, Site};
use crate::tensor::{Axis, size};

/// The length of an axis: fixed by the architecture, or one of the lengths of a run ([`Lens`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dim {
    Fixed(usize),
    Batch,
    /// Tokens that the encoder reads.
    Source,
    /// Tokens that the decoder computes now.
    Target,
    /// Tokens that the decoder may look back at: those of earlier steps and those of this one.
    Keys,
}

/// The lengths of one run, in tokens (`batch` in sequences).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    pub batch: usize,
    pub source: usize,
    pub target: usize,
    /// Tokens that the decoder's caches already hold.
    pub past: usize,
}

impl Lens {
    /// For what has no lengths of its own: weights.
    pub const ONE: Lens = Lens { batch: 1, source: 1, target: 1, past: 0 };
}

impl Dim {
    pub fn at(self, lens: &Lens) -> usize {
        match self {
            Dim::Fixed(n) => n,
            Dim::Batch => lens.batch,
            Dim::Source => lens.source,
            Dim::Target => lens.target,
            Dim::Keys => lens.past + lens.target,
        }
    }
}

/// When a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Once per input: the encoder, and the keys and values that cross-attention takes from it.
    Source,
    /// At every step of the decoder.
    Target,
    /// In training, after the forward pass: what the labels make of it.
    Loss,
    /// In training, after the loss: the gradients.
    Backward,
    /// In training, after the gradients: the weights change.
    Update,
}

impl Stage {
    /// In the order in which they run.
    pub const ALL: [Stage; 5] = [Stage::Source, Stage::Target, Stage::Loss, Stage::Backward, Stage::Update];
}

/// A node's number in its graph: nodes come after what they read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Given with each run: token ids or a mask, as f32.
    Input,
    /// Read from the checkpoint: the names under which it is published, the preferred one first.
    Weight { names: Vec<String>, stored: Stored },
    /// Kept from pass to pass, 0 at first: what an optimizer remembers of a weight.
    State,
    /// Computed.
    Op(Op),
}

/// How a tensor of the checkpoint holds the numbers of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stored {
    /// Just so.
    Whole,
    /// As one of several tensors of the same size, one after another along the axis of what comes out.
    Part { index: usize, of: usize },
    /// The same, and a matrix lies as \[in out\]: GPT-2's.
    TransposedPart { index: usize, of: usize },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub name: String,
    pub kind: Kind,
    pub inputs: Vec<NodeId>,
    pub axes: Vec<Axis>,
    pub dims: Vec<Dim>,
    pub stage: Stage,
}

impl Node {
    pub fn shape(&self, lens: &Lens) -> Vec<usize> {
        self.dims.iter().map(|dim| dim.at(lens)).collect()
    }

    pub fn op(&self) -> Option<&Op> {
        match &self.kind {
            Kind::Op(op) => Some(op),
            Kind::Input | Kind::Weight { .. } | Kind::State => None,
        }
    }
}

/// A place where a reader can look: a node under the name that the field gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    pub name: String,
    pub node: NodeId,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    pub nodes: Vec<Node>,
    /// In the order of computation. A node may have a second name: what leaves one block enters the next.
    pub hooks: Vec<Hook>,
    /// Weight nodes by what they read, so that layers that share a weight share its node.
    weights: BTreeMap<(String, Stored), NodeId>,
}

impl Graph {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.name == name).map(NodeId)
    }

    pub fn hook(&self, name: &str) -> Option<NodeId> {
        self.hooks.iter().find(|hook| hook.name == name).map(|hook| hook.node)
    }

    /// Computed nodes that a later pass over the same text reads: those that append, and of the source those that the target looks at.
    pub fn kept(&self) -> Vec<NodeId> {
        let read_later = |id: NodeId| self.nodes.iter().any(|node| node.stage == Stage::Target && node.inputs.contains(&id));
        let computed = self.nodes.iter().enumerate().filter_map(|(index, node)| Some((NodeId(index), node.stage, node.op()?)));
        let kept = computed.filter(|&(id, stage, op)| matches!(op, Op::Append(_)) || (stage == Stage::Source && read_later(id)));
        kept.map(|(id, _, _)| id).collect()
    }

    /// Numbers held by the checkpoint, each tensor counted once.
    pub fn parameters(&self) -> usize {
        let weights = self.nodes.iter().filter(|node| matches!(node.kind, Kind::Weight { .. }));
        weights.map(|node| node.dims.iter().map(|dim| dim.at(&Lens::ONE)).product::<usize>()).sum()
    }

    /// The same, with what layers share counted once for each layer that uses it.
    pub fn virtual_parameters(&self) -> usize {
        let weights = |node: &Node| matches!(node.kind, Kind::Weight { .. });
        let reads = self.nodes.iter().flat_map(|node| node.inputs.iter().map(|&id| (layer(&node.name), id)));
        let mut used: Vec<(&str, NodeId)> = reads.filter(|(_, id)| weights(self.node(*id))).collect();
        used.sort_unstable();
        used.dedup();
        used.into_iter().map(|(_, id)| size(&self.node(id).shape(&Lens::ONE))).sum()
    }

    /// The top of the graph, from which a model file enters its parts.
    pub fn scope(&mut self, stage: Stage) -> Scope<'_> {
        Scope { graph: self, path: String::new(), stage }
    }

    /// A name under which a node can be looked at.
    pub fn name(&mut self, name: &str, node: NodeId) {
        self.hooks.push(Hook { name: name.into(), node });
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId(self.nodes.len());
        let word = node.name.rsplit('.').next().unwrap_or_default();
        let activation = word.starts_with("hook_") || matches!(word, "logits" | "nsp_logits" | "sop_logits");
        if activation && !word.ends_with("_grad") {
            self.hooks.push(Hook { name: node.name.clone(), node: id });
        }
        self.nodes.push(node);
        id
    }
}

/// `encoder.2` of `encoder.2.attn.hook_q`; nothing for a node outside of the layers.
fn layer(name: &str) -> &str {
    let end = name.match_indices('.').nth(1).map_or(0, |(at, _)| at);
    let number = name[..end].rsplit('.').next().unwrap_or_default();
    if number.parse::<usize>().is_ok() { &name[..end] } else { "" }
}

/// Lengths that differ from one another, at which shape rules are checked: a mix-up of two axes cannot hide.
const PROBE: Lens = Lens { batch: 2, source: 1009, target: 1013, past: 1019 };

/// Where nodes are being added: names are paths, `encoder.0.attn.hook_q`.
pub struct Scope<'g> {
    graph: &'g mut Graph,
    path: String,
    stage: Stage,
}

impl Scope<'_> {
    /// A part within this one.
    pub fn enter(&mut self, name: impl std::fmt::Display) -> Scope<'_> {
        let path = self.name(name);
        Scope { graph: self.graph, path, stage: self.stage }
    }

    /// The same place, for nodes that run at another time.
    pub fn during(&mut self, stage: Stage) -> Scope<'_> {
        Scope { graph: self.graph, path: self.path.clone(), stage }
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
        let id = self.graph.push(Node { name: names[0].clone(), kind, inputs: vec![], axes, dims, stage: Stage::Source });
        self.graph.weights.insert(key, id);
        id
    }

    /// A computed node. Its shape is checked here, so that a model that is built also runs.
    pub fn op(&mut self, name: &str, op: impl Into<Op>, inputs: &[NodeId], axes: &[(Axis, Dim)]) -> Result<NodeId> {
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|&id| self.graph.node(id).shape(&PROBE)).collect();
        let out: Vec<usize> = axes.iter().map(|(_, dim)| dim.at(&PROBE)).collect();
        let out_axes: Vec<Axis> = axes.iter().map(|&(axis, _)| axis).collect();
        let views: Vec<(&[Axis], &[usize])> =
            inputs.iter().zip(&shapes).map(|(&id, shape)| (self.graph.node(id).axes.as_slice(), shape.as_slice())).collect();
        let site = Site { inputs: &views, out: (&out_axes, &out), past: PROBE.past };
        let op = op.into();
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
        self.op(name, op, inputs, &axes)
    }

    /// A second name for a node: what leaves one block is what enters the next.
    pub fn alias(&mut self, name: &str, node: NodeId) {
        let name = self.name(name);
        self.graph.hooks.push(Hook { name, node });
    }

    pub fn axes(&self, id: NodeId) -> Vec<(Axis, Dim)> {
        let node = self.graph.node(id);
        node.axes.iter().copied().zip(node.dims.iter().copied()).collect()
    }

    fn add(&mut self, name: &str, kind: Kind, inputs: &[NodeId], axes: &[(Axis, Dim)]) -> NodeId {
        let (axes, dims) = axes.iter().copied().unzip();
        self.graph.push(Node { name: self.name(name), kind, inputs: inputs.to_vec(), axes, dims, stage: self.stage })
    }

    fn name(&self, name: impl std::fmt::Display) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }
}
