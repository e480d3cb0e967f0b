//! A model as plain data: named nodes in the order in which they are computed.
//!
//! Every executor, every view and every test reads this. A node's name is its hook; a length that changes from step to
//! step is a symbol ([`Dim`]), so one graph serves a whole text, a padded one and a single new token.

mod place;
mod scope;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ops::Op;
use crate::tensor::{Axis, size};
pub use place::{Part, Place, Stack};
pub use scope::Scope;

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

    pub fn name(self) -> &'static str {
        match self {
            Stage::Source => "source",
            Stage::Target => "target",
            Stage::Loss => "loss",
            Stage::Backward => "backward",
            Stage::Update => "update",
        }
    }
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
    /// Of a weight: where it is read first.
    pub place: Place,
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
    /// That of the name: the `hook_resid_pre` of a layer is in that layer, and its node in the one before.
    pub place: Place,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    pub nodes: Vec<Node>,
    /// In the order of computation. A node may have a second name: what leaves one block enters the next.
    pub hooks: Vec<Hook>,
    /// Where the architecture has dropout: in training that asks for it, all that reads these nodes reads them with some of their numbers dropped. No other pass drops any.
    pub dropped: Vec<NodeId>,
    /// Weight nodes by what they read, so that layers that share a weight share its node.
    weights: BTreeMap<(String, Stored), NodeId>,
}

impl Graph {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// The node in whose buffer a node's numbers lie: itself, but for an op that works in place.
    pub fn home(&self, id: NodeId) -> NodeId {
        match self.node(id).op() {
            Some(op) if op.rule().in_place() => self.home(self.node(id).inputs[0]),
            _ => id,
        }
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

    /// The nodes that are read from a checkpoint.
    pub fn weights(&self) -> impl Iterator<Item = NodeId> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter(|(_, node)| matches!(node.kind, Kind::Weight { .. })).map(|(index, _)| NodeId(index))
    }

    /// Numbers held by the checkpoint, each tensor counted once.
    pub fn parameters(&self) -> usize {
        self.weights().map(|id| self.node(id).dims.iter().map(|dim| dim.at(&Lens::ONE)).product::<usize>()).sum()
    }

    /// The same, with what layers share counted once for each layer that uses it.
    pub fn virtual_parameters(&self) -> usize {
        let weights = |node: &Node| matches!(node.kind, Kind::Weight { .. });
        let layer = |place: Place| place.layer.map(|layer| (place.stack, layer));
        let reads = self.nodes.iter().flat_map(|node| node.inputs.iter().map(move |&id| (layer(node.place), id)));
        let mut used: Vec<_> = reads.filter(|(_, id)| weights(self.node(*id))).collect();
        used.sort_unstable();
        used.dedup();
        used.into_iter().map(|(_, id)| size(&self.node(id).shape(&Lens::ONE))).sum()
    }

    /// The top of the graph, from which a model file enters its parts.
    pub fn scope(&mut self, stage: Stage) -> Scope<'_> {
        self.scope_at(stage, Place::default())
    }

    /// The same, for nodes with names of their own that belong to a place.
    pub fn scope_at(&mut self, stage: Stage, place: Place) -> Scope<'_> {
        Scope::at(self, stage, place)
    }

    /// A name under which a node can be looked at, and the place that it tells.
    pub fn name(&mut self, name: &str, node: NodeId, place: Place) {
        self.hooks.push(Hook { name: name.into(), node, place });
    }

    /// The graph of a model that is complete, for its readers to share; the lists and names give back the room that they grew into.
    pub fn finish(mut self) -> Arc<Graph> {
        for node in &mut self.nodes {
            node.name.shrink_to_fit();
            node.inputs.shrink_to_fit();
            node.axes.shrink_to_fit();
            node.dims.shrink_to_fit();
        }
        self.hooks.iter_mut().for_each(|hook| hook.name.shrink_to_fit());
        self.nodes.shrink_to_fit();
        self.hooks.shrink_to_fit();
        self.dropped.shrink_to_fit();
        Arc::new(self)
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId(self.nodes.len());
        let word = node.name.rsplit('.').next().unwrap_or_default();
        let activation = word.starts_with("hook_") || matches!(word, "logits" | "nsp_logits" | "sop_logits");
        if activation && !word.ends_with("_grad") {
            self.name(&node.name, id, node.place);
        }
        self.nodes.push(node);
        id
    }
}
