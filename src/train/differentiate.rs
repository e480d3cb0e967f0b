//! Gradients as nodes of the same graph.
//!
//! Reverse-mode differentiation (Linnainmaa 1970; Griewank & Walther 2008, §3.2): the nodes are visited from the loss back to the weights, and each
//! visit adds nodes that compute what comes back for its inputs. The forward nodes stay what they were.

use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, Hook, Kind, Lens, NodeId, Stage};
use crate::ops::*;
use crate::pass::{ByNode, Edit};
use crate::tensor::Axis;

/// What a gradient is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The weights that learn. A frozen weight is one that is not listed.
    pub weights: Vec<NodeId>,
    /// Activations whose gradients are looked at or changed: each gets a node of its own, also where its gradient is merely passed on.
    pub activations: Vec<NodeId>,
    /// Activations that edits change: between the gradient of each and all that follows from it stands a node that takes the edits' derivatives.
    pub edited: Vec<NodeId>,
    /// Of these, such as take numbers from another node, with that node: once for each such edit, in their order. What comes back at these places comes back for the other.
    pub taken: Vec<(NodeId, NodeId)>,
}

/// The nodes that hold gradients.
#[derive(Clone, Debug, Default)]
pub struct Gradients {
    of: ByNode<NodeId>,
    behind: ByNode<NodeId>,
    /// For each edit that takes numbers from another node, in the order of these edits.
    taken: Vec<Taken>,
}

/// What comes back for a node whose numbers an edit takes.
#[derive(Clone, Copy, Debug)]
struct Taken {
    edited: NodeId,
    source: NodeId,
    part: NodeId,
}

impl Gradients {
    /// The gradient with respect to a node's numbers as its readers see them: where an edit changes the node, behind the edit. (So do PyTorch's `retain_grad`
    /// on what a forward hook returned, and the backward hooks of TransformerLens.)
    pub fn get(&self, node: NodeId) -> Option<NodeId> {
        self.of.get(node).copied()
    }

    /// What edits of forward nodes make of the gradients that run through these nodes: for each edit its derivative, at the same places.
    pub fn edits(&self, graph: &Graph, lens: &Lens, forward: &[Edit]) -> Vec<Edit> {
        let mut edits: Vec<Edit> = forward.iter().filter_map(|edit| edit.derivative(*self.behind.get(edit.node)?)).collect();
        let mut parts = self.taken.clone();
        for (place, edit) in forward.iter().enumerate() {
            let of_edit = |part: &Taken| part.edited == edit.node && Some(part.source) == edit.source();
            let Some(Taken { part, .. }) = parts.iter().position(of_edit).map(|index| parts.remove(index)) else { continue };
            // What was taken went through the later edits of the node, and was taken at these places only.
            let later = forward[place + 1..].iter().filter(|later| later.node == edit.node);
            edits.extend(later.filter_map(|later| later.derivative(part)));
            edits.extend(edit.elsewhere(part, &graph.node(edit.node).shape(lens)));
        }
        edits
    }
}

/// Appends to `graph` the nodes that compute the derivatives of `loss` (one number) for all that is wanted and for what lies on the way.
/// The gradient of a hook is a hook: its name with `_grad` behind it.
///
/// # Errors
/// [`Error::Shape`] where an op has no derivative, or `loss` is not a sum of weighted sums.
pub fn differentiate(graph: &mut Graph, loss: NodeId, wanted: &Wanted) -> Result<Gradients> {
    let flows = flows(graph, wanted);
    let mut uses = vec![0; graph.nodes.len()];
    let needed = needed(graph, loss, wanted);
    for (index, node) in graph.nodes.iter().enumerate() {
        if needed[index] && flows[index] {
            node.inputs.iter().chain(taken_by(wanted, index)).filter(|input| flows[input.0]).for_each(|input| uses[input.0] += 1);
        }
    }
    let forward = graph.nodes.len();
    let mut tape =
        Tape { graph, flows, uses, parts: vec![vec![]; forward], own: wanted.activations.clone(), edited: wanted.edited.clone() };
    let mut gradients = Gradients::default();
    for index in (0..=loss.0).rev() {
        let id = NodeId(index);
        let mut dy = match id == loss {
            true => Flow::One,
            false => match tape.collect(id)? {
                Some(dy) => Flow::Node(dy),
                None => continue,
            },
        };
        if let Flow::Node(gradient) = &mut dy {
            gradients.of.insert(id, *gradient);
            if wanted.edited.contains(&id) {
                let whole = *gradient;
                let name = format!("{}_grad.edited", tape.graph.node(id).name);
                *gradient = tape.node(&name, Scale { by: 1.0 }, &[*gradient], id)?;
                for &source in taken_by(wanted, index) {
                    if tape.flows[source.0] {
                        let name = format!("{}_grad.taken{}", tape.graph.node(id).name, gradients.taken.len());
                        let part = tape.node(&name, Scale { by: 1.0 }, &[whole], id)?;
                        tape.parts[source.0].push(part);
                        gradients.taken.push(Taken { edited: id, source, part });
                    }
                }
                gradients.behind.insert(id, *gradient);
            }
        }
        if let Kind::Op(op) = tape.graph.node(id).kind.clone() {
            tape.back(id, &op, dy)?;
        }
    }
    Ok(gradients)
}

/// What comes back for a node.
#[derive(Clone, Copy)]
enum Flow {
    /// For the loss itself: the number 1.
    One,
    Node(NodeId),
}

struct Tape<'g> {
    graph: &'g mut Graph,
    /// Whether a node depends on something wanted.
    flows: Vec<bool>,
    /// How many nodes on the way to the loss read a node.
    uses: Vec<usize>,
    /// What has come back so far, one part for each reader.
    parts: Vec<Vec<NodeId>>,
    /// Activations whose gradients have nodes of their own.
    own: Vec<NodeId>,
    /// Activations that edits change.
    edited: Vec<NodeId>,
}

impl Tape<'_> {
    /// The table of derivatives. `dy` is what came back for the node itself.
    fn back(&mut self, id: NodeId, op: &Op, dy: Flow) -> Result<()> {
        let x = self.graph.node(id).inputs.clone();
        let dy = match (op, dy) {
            (Op::Add(_), Flow::One) => {
                // A sum of losses: each of them is differentiated as if it stood alone.
                for part in x {
                    let op = self.graph.node(part).op().cloned();
                    op.map_or(Ok(()), |op| self.back(part, &op, Flow::One))?;
                }
                return Ok(());
            }
            (Op::Dot(_), Flow::One) => {
                // y = Σ x w, so dx = w.
                self.pass_on(x[0], x[1]);
                return Ok(());
            }
            (_, Flow::Node(dy)) => dy,
            (_, Flow::One) => return Err(Error::Shape(format!("a loss is a weighted sum, not the result of {}", op.word()))),
        };
        match op {
            Op::Embed(_) => self.add(x[1], EmbedGrad, &[x[0], dy])?,
            Op::RmsNorm(norm) => {
                self.add(x[0], RmsNormGrad { eps: norm.eps }, &[x[0], x[1], dy])?;
                self.add(x[1], RmsNormGradWeight { eps: norm.eps }, &[x[0], dy])?;
            }
            Op::LayerNorm(norm) => {
                self.add(x[0], LayerNormGrad { eps: norm.eps }, &[x[0], x[1], dy])?;
                self.add(x[1], LayerNormGradWeight { eps: norm.eps }, &[x[0], dy])?;
                self.add(x[2], SumRows, &[dy])?;
            }
            Op::Linear(_) => {
                self.add(x[0], LinearGradInput, &[dy, x[1]])?;
                self.add(x[1], LinearGradWeight, &[dy, x[0]])?;
                x.get(2).map_or(Ok(()), |bias| self.add(*bias, SumRows, &[dy]))?;
            }
            Op::Scale(scale) => self.add(x[0], *scale, &[dy])?,
            Op::Add(_) => x.iter().for_each(|x| self.pass_on(*x, dy)),
            Op::Mul(_) => {
                self.add(x[0], Mul, &[dy, x[1]])?;
                self.add(x[1], Mul, &[dy, x[0]])?;
            }
            Op::Activation(kind) => self.add(x[0], ActivationGrad(*kind), &[x[0], dy])?,
            Op::RelativeBias(bias) => self.add(x[0], RelativeBiasGrad(bias.clone()), &[dy])?,
            Op::AttnScores(AttnScores { scale }) => {
                // s = c · Q Kᵀ + bias: dQ = c · (ds K), dK = c · (dsᵀ Q); c is left to the end because these are smaller than ds.
                x.get(2).map_or(Ok(()), |bias| self.add(*bias, SumRows, &[dy]))?;
                self.add_scaled(*scale, x[0], AttnMix, &[dy, x[1]])?;
                self.add_scaled(*scale, x[1], AttnMixGradValues, &[dy, x[0]])?;
            }
            // Behind a softmax a masked score has the weight 0, so nothing comes back for it in any case.
            Op::Mask(_) if matches!(self.graph.node(dy).op(), Some(Op::SoftmaxGrad(_))) => self.pass_on(x[0], dy),
            Op::Mask(mask) => self.add(x[0], MaskGrad(*mask), &[dy, x[1]])?,
            Op::Softmax(_) => {
                let y = self.unedited(id, op)?;
                self.add(x[0], SoftmaxGrad, &[y, dy])?;
            }
            Op::AttnMix(_) => {
                // z = pattern · V: each weight's gradient is a product of dz with a value.
                self.add(x[0], AttnScores { scale: 1.0 }, &[dy, x[1]])?;
                self.add(x[1], AttnMixGradValues, &[x[0], dy])?;
            }
            Op::Append(_) => self.add(x[0], AppendGrad, &[dy])?,
            Op::Rope(_) => self.add(x[0], RopeGrad, &[dy, x[1]])?,
            Op::First(_) => self.add(x[0], FirstGrad, &[dy])?,
            Op::CrossEntropy(_) => self.add(x[0], CrossEntropyGrad, &[x[0], x[1], dy])?,
            Op::BinaryCrossEntropy(_) => self.add(x[0], BinaryCrossEntropyGrad, &[x[0], x[1], dy])?,
            Op::DotRows(_) => self.add(x[0], DotRowsGrad, &[dy, x[1]])?,
            Op::Versus(_) => self.add(x[0], Versus, &[dy])?,
            Op::ClippedRatio(ClippedRatio { clip }) => {
                self.add(x[0], ClippedRatioGrad { clip: *clip }, &[x[0], x[1], x[2], dy])?;
            }
            Op::SquaredError(_) => self.add(x[0], SquaredErrorGrad, &[x[0], x[1], dy])?,
            other => return Err(Error::Shape(format!("{} has no derivative here", other.word()))),
        }
        Ok(())
    }

    /// One more part of what comes back for `x`, where anybody wants it.
    fn add(&mut self, x: NodeId, op: impl Into<Op>, inputs: &[NodeId]) -> Result<()> {
        self.add_part(x, op.into(), inputs)
    }

    /// Compiled once, and not for every op.
    #[inline(never)]
    fn add_part(&mut self, x: NodeId, op: Op, inputs: &[NodeId]) -> Result<()> {
        if self.flows[x.0] {
            let part = self.node(&self.part_name(x), op, inputs, x)?;
            self.parts[x.0].push(part);
        }
        Ok(())
    }

    /// What came back for a sum comes back for each of its terms.
    fn pass_on(&mut self, x: NodeId, dy: NodeId) {
        if self.flows[x.0] {
            self.parts[x.0].push(dy);
        }
    }

    /// All that came back for a node, summed; `None` where nothing did.
    fn collect(&mut self, id: NodeId) -> Result<Option<NodeId>> {
        let parts = std::mem::take(&mut self.parts[id.0]);
        let name = format!("{}_grad", self.graph.node(id).name);
        let Some((&first, rest)) = parts.split_first() else { return Ok(None) };
        let mut sum = first;
        for (index, part) in rest.iter().enumerate() {
            let sum_name = if index + 1 == rest.len() { name.clone() } else { format!("{name}.sum{index}") };
            sum = self.node(&sum_name, Add, &[sum, *part], id)?;
        }
        if self.own.contains(&id) && self.graph.node(sum).name != name {
            sum = self.node(&name, Scale { by: 1.0 }, &[sum], id)?;
        }
        let hooks: Vec<Hook> = self.graph.hooks.iter().filter(|hook| hook.node == id).cloned().collect();
        hooks.iter().for_each(|hook| self.graph.name(&format!("{}_grad", hook.name), sum, hook.place));
        Ok(Some(sum))
    }

    /// The output of an op whose derivative reads it: where an edit changes that in its place, computed once more.
    fn unedited(&mut self, id: NodeId, op: &Op) -> Result<NodeId> {
        if !self.edited.contains(&id) || !self.flows[id.0] {
            return Ok(id);
        }
        let node = self.graph.node(id);
        let (name, inputs) = (format!("{}.unedited", node.name), node.inputs.clone());
        self.node(&name, op.clone(), &inputs, id)
    }

    /// One more part, multiplied by a constant.
    fn add_scaled(&mut self, by: f32, x: NodeId, op: impl Into<Op>, inputs: &[NodeId]) -> Result<()> {
        if by == 1.0 || !self.flows[x.0] {
            return self.add(x, op, inputs);
        }
        let whole = self.node(&format!("{}.unscaled", self.part_name(x)), op, inputs, x)?;
        self.add(x, Scale { by }, &[whole])
    }

    /// A part alone is the gradient, and has its name.
    fn part_name(&self, x: NodeId) -> String {
        let name = &self.graph.node(x).name;
        match (self.uses[x.0], self.parts[x.0].len()) {
            (1, _) => format!("{name}_grad"),
            (_, part) => format!("{name}_grad.part{part}"),
        }
    }

    /// A backward node of the shape and at the place of `like`.
    fn node(&mut self, name: &str, op: impl Into<Op>, inputs: &[NodeId], like: NodeId) -> Result<NodeId> {
        self.node_of(name, op.into(), inputs, like)
    }

    #[inline(never)]
    fn node_of(&mut self, name: &str, op: Op, inputs: &[NodeId], like: NodeId) -> Result<NodeId> {
        let node = self.graph.node(like);
        let axes: Vec<(Axis, Dim)> = node.axes.iter().copied().zip(node.dims.iter().copied()).collect();
        let place = node.place;
        self.graph.scope_at(Stage::Backward, place).op(name, op, inputs, &axes)
    }
}

/// Whether each node depends on something wanted.
fn flows(graph: &Graph, wanted: &Wanted) -> Vec<bool> {
    let mut flows = vec![false; graph.nodes.len()];
    wanted.weights.iter().chain(&wanted.activations).for_each(|id| flows[id.0] = true);
    for (index, node) in graph.nodes.iter().enumerate() {
        flows[index] |= node.inputs.iter().chain(taken_by(wanted, index)).any(|input| flows[input.0]);
    }
    flows
}

/// The nodes whose numbers an edit of this one takes.
fn taken_by(wanted: &Wanted, index: usize) -> impl Iterator<Item = &NodeId> {
    wanted.taken.iter().filter(move |(edited, _)| edited.0 == index).map(|(_, source)| source)
}

/// Whether `loss` depends on each node.
fn needed(graph: &Graph, loss: NodeId, wanted: &Wanted) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    needed[loss.0] = true;
    for index in (0..=loss.0).rev() {
        if needed[index] {
            graph.nodes[index].inputs.iter().chain(taken_by(wanted, index)).for_each(|input| needed[input.0] = true);
        }
    }
    needed
}
