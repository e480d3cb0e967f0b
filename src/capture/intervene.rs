//! Interventions → the edits of each pass, which act as a forward hook does: what is changed is changed for all that follows.
//!
//! A hook is a node, so an alias changes the node that it is a name of: `hook_resid_pre` of a layer is `hook_resid_post` of the
//! one before. Positions count over the whole text, also where a step computes only the newest: what lies outside of a pass is changed in the pass that
//! computes it.

use super::{Intervention, With, matches, no_match};
use crate::error::{Error, Result, shown};
use crate::graph::{Dim, Graph, Hook, Lens, Node, NodeId, Stage};
use crate::ops::{MASKED, Mask, Op};
use crate::pass::{Change, Edit, Values, rows};
use crate::tensor::{Tensor, describe, shown_shape};

/// Interventions whose hooks and axes have been found in a graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aims {
    list: Vec<Aim>,
    extent: Extent,
}

/// How far a text reaches beyond the pass that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Extent {
    /// The pass is all of it: an index that it lacks is a mistake.
    #[default]
    Whole,
    /// It grows, from a prompt of so many tokens: an index may belong to a pass before or to come.
    Growing { prompt: usize },
}

/// What interventions change, in a graph to be differentiated, which has no gradients yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changed {
    pub nodes: Vec<NodeId>,
    /// Those that take numbers from another node, with that node, in the order of the edits.
    pub taken: Vec<(NodeId, NodeId)>,
    /// The nodes whose gradients are changed (`blocks.0.hook_resid_post_grad`).
    pub gradients: Vec<NodeId>,
}

impl Changed {
    /// Hooks that are not there are left to [`Aims::find`].
    ///
    /// # Errors
    /// Numbers of a hook that is not there, is computed later, or has another shape.
    pub fn find(graph: &Graph, interventions: &[Intervention]) -> Result<Changed> {
        let mut changed = Changed::default();
        for intervention in interventions {
            for hook in matched(graph, intervention, "") {
                changed.nodes.push(hook.node);
                if let With::Hook(name) = &intervention.with {
                    changed.taken.push((hook.node, source(graph, &hook.name, hook.node, name)?));
                }
            }
            changed.gradients.extend(matched(graph, intervention, "_grad").iter().map(|hook| hook.node));
        }
        Ok(changed)
    }
}

/// The hooks that an intervention means, or those whose names with this end it means; two names of one node are one place.
fn matched<'g>(graph: &'g Graph, intervention: &Intervention, end: &str) -> Vec<&'g Hook> {
    let mut hooks: Vec<&Hook> = vec![];
    for hook in graph.hooks.iter().filter(|hook| matches(&intervention.hook, &format!("{}{end}", hook.name))) {
        if hooks.iter().all(|known| known.node != hook.node) {
            hooks.push(hook);
        }
    }
    hooks
}

#[derive(Clone, Debug, PartialEq)]
struct Aim {
    hook: String,
    node: NodeId,
    /// Indices on each axis of the node; `None` is all of it.
    at: Vec<Option<Vec<usize>>>,
    change: Change,
    with: With,
    /// The node that `with` names.
    source: Option<NodeId>,
}

impl Aims {
    /// In the order of the list, and for one intervention in the order of the graph.
    ///
    /// # Errors
    /// A hook or an axis that is not there; numbers of a hook that is computed later, or has another shape.
    pub fn find(graph: &Graph, interventions: &[Intervention], extent: Extent) -> Result<Self> {
        let mut list: Vec<Aim> = vec![];
        for intervention in interventions {
            let hooks = matched(graph, intervention, "");
            for hook in &hooks {
                list.push(Aim::at(graph, hook, intervention)?);
            }
            if hooks.is_empty() {
                let node = graph.find(&intervention.hook).map(|id| graph.node(id));
                return Err(Error::Intervention(match node {
                    Some(node) => format!("\"{}\" is not a hook but an input, a weight or a step between hooks", node.name),
                    None => no_match(graph, &intervention.hook),
                }));
            }
        }
        Ok(Aims { list, extent })
    }

    /// What they change in a pass over these stages.
    ///
    /// # Errors
    /// An index outside of its axis; an activation of another shape.
    pub fn edits(&self, graph: &Graph, lens: &Lens, stages: &[Stage]) -> Result<Vec<Edit>> {
        let mut edits = vec![];
        for aim in self.list.iter().filter(|aim| stages.contains(&graph.node(aim.node).stage)) {
            edits.extend(aim.edit(graph.node(aim.node), lens, self.extent)?);
        }
        Ok(edits)
    }

    /// The first node that they change.
    pub fn first(&self) -> Option<NodeId> {
        self.list.iter().map(|aim| aim.node).min()
    }

    /// Whether a position sees what comes after it. Then its keys and values depend on the tokens to come, and no cache can hold them.
    pub fn look_ahead(&self, graph: &Graph) -> bool {
        self.list.iter().any(|aim| aim.looks_ahead(graph.node(aim.node)))
    }
}

impl Aim {
    fn at(graph: &Graph, Hook { name: hook, node: id, .. }: &Hook, intervention: &Intervention) -> Result<Self> {
        let node = graph.node(*id);
        let mut at = vec![None; node.axes.len()];
        for (axis, indices) in &intervention.at {
            let Some(place) = node.axes.iter().position(|known| known.name() == axis) else {
                let axes: Vec<&str> = node.axes.iter().map(|axis| axis.name()).collect();
                let axis = shown(axis);
                return Err(Error::Intervention(format!("\"{hook}\" has no axis \"{axis}\"; its axes are {}", axes.join(", "))));
            };
            at[place] = Some(indices.clone());
        }
        let source = match &intervention.with {
            With::Hook(name) => Some(source(graph, hook, *id, name)?),
            _ => None,
        };
        Ok(Aim { hook: hook.into(), node: *id, at, change: intervention.change, with: intervention.with.clone(), source })
    }

    /// `None` where nothing of it lies in the pass.
    fn edit(&self, node: &Node, lens: &Lens, extent: Extent) -> Result<Option<Edit>> {
        let from = match &self.with {
            With::Number(_) | With::Hook(_) => None,
            With::From(tensors) => Some(self.fitting(tensors, node, lens, extent)?),
        };
        let mut at = vec![];
        for (place, dim) in node.dims.iter().enumerate() {
            // A pass holds a stretch of the text: `first` is the position of its first number.
            let (first, len) = (if *dim == Dim::Target { lens.past } else { 0 }, dim.at(lens));
            let reach = from.map_or(usize::MAX, |from| if follows_text(*dim) { from.shape[place] } else { usize::MAX });
            let Some(indices) = &self.at[place] else {
                at.push((0..len.min(reach.saturating_sub(first))).collect());
                continue;
            };
            let grows = extent != Extent::Whole && follows_text(*dim);
            // The beams of a search are one text: its index means each of them, whose places change from step to step.
            let beams = extent != Extent::Whole && *dim == Dim::Batch;
            let end = if beams { 1 } else { first + len };
            if let Some(index) = indices.iter().find(|index| **index >= end && !grows) {
                let (hook, axis) = (&self.hook, node.axes[place]);
                return Err(Error::Intervention(format!(
                    "\"{hook}\": {axis} {index} is outside of 0 to {}",
                    end.saturating_sub(1)
                )));
            }
            let mut chosen = vec![beams && !indices.is_empty(); len];
            indices
                .iter()
                .filter(|index| (first..(first + len).min(reach)).contains(index))
                .for_each(|i| chosen[i - first] = true);
            at.push((0..len).filter(|index| chosen[*index]).collect());
        }
        // An edit that takes a node's numbers is told in any case: its derivative has a node of its own.
        if at.iter().any(Vec::is_empty) && self.source.is_none() {
            return Ok(None);
        }
        let with = match (&self.with, from, self.source) {
            (With::Number(number), _, _) => Values::Numbers(vec![*number]),
            (_, Some(from), _) => Values::Numbers(taken(from, node, lens, &at)),
            (_, _, Some(source)) => Values::Node(source),
            _ => return Ok(None),
        };
        Ok(Some(Edit { node: self.node, at, change: self.change, with }))
    }

    /// The activation, if it has the hook's shape. In a text that grows, its positions are the text's first ones; one sequence
    /// serves every beam.
    fn fitting<'t>(&self, tensors: &'t [Tensor], node: &Node, lens: &Lens, extent: Extent) -> Result<&'t Tensor> {
        let hook = &self.hook;
        let from = match tensors {
            [only] => only,
            _ => tensors.iter().find(|tensor| tensor.name == *hook).ok_or_else(|| {
                Error::Intervention(format!("\"{hook}\": from holds {} activations, and none of this name", tensors.len()))
            })?,
        };
        let fits = |(place, dim): (usize, &Dim)| match (extent, dim) {
            (Extent::Growing { prompt }, Dim::Target | Dim::Keys) => from.shape[place] >= prompt,
            (Extent::Growing { .. }, Dim::Batch) => from.shape[place] == 1,
            _ => from.shape[place] == dim.at(lens),
        };
        if from.shape.len() == node.dims.len() && node.dims.iter().enumerate().all(fits) {
            return Ok(from);
        }
        let shape = node.shape(&match extent {
            Extent::Whole => *lens,
            Extent::Growing { prompt } => Lens { batch: 1, target: prompt, past: 0, ..*lens },
        });
        let least = if extent == Extent::Whole { "" } else { " or more positions" };
        let want = describe(&node.axes, &shape);
        Err(Error::Intervention(format!(
            "\"{hook}\": expected an activation of {want}{least}, got one of {}",
            shown_shape(&from.shape)
        )))
    }

    fn looks_ahead(&self, node: &Node) -> bool {
        // What a causal mask has left of a cell in the future.
        let hidden = match node.op() {
            Some(Op::Mask(Mask::Causal)) => MASKED,
            Some(Op::Softmax(_)) if node.dims.last() == Some(&Dim::Keys) => 0.0,
            _ => return false,
        };
        let shows = |value: f32| {
            let left = self.change.of(hidden, value);
            if hidden == 0.0 { left != 0.0 } else { left > MASKED }
        };
        let tensors = match &self.with {
            With::Number(number) => return shows(*number) && self.reaches_ahead(),
            // What another hook holds there is not known before it is computed.
            With::Hook(_) => return self.reaches_ahead(),
            With::From(tensors) => tensors,
        };
        for from in tensors.iter().filter(|tensor| tensors.len() == 1 || tensor.name == self.hook) {
            let [.., rows, columns] = from.shape[..] else { continue };
            for (cell, value) in from.data.iter().enumerate() {
                if cell % columns > cell / columns % rows && shows(*value) {
                    return true;
                }
            }
        }
        false
    }

    /// Whether its places have a key behind their query: the axes of scores and patterns are batch, head, query_pos, key_pos.
    fn reaches_ahead(&self) -> bool {
        let first = self.at[2].as_ref().map_or(Some(0), |queries| queries.iter().copied().min());
        let last = self.at[3].as_ref().map_or(Some(usize::MAX), |keys| keys.iter().copied().max());
        first < last && first.is_some()
    }
}

/// The node that a hook's numbers are taken from: computed before it in the same stage, with the same axes' lengths.
fn source(graph: &Graph, hook: &str, id: NodeId, name: &str) -> Result<NodeId> {
    let fault = |what: String| Error::Intervention(format!("\"{hook}\": from names \"{}\", {what}", shown(name)));
    let Some(source) = graph.hook(name) else {
        return Err(fault("which is no hook of this model; `diorama inspect` lists them".into()));
    };
    let (node, from) = (graph.node(id), graph.node(source));
    if from.dims != node.dims || from.stage != node.stage {
        let form = |node: &Node| {
            let axes = node.axes.iter().zip(&node.dims).map(|(axis, dim)| match dim {
                Dim::Fixed(n) => format!("{} {n}", axis.name()),
                _ => axis.name().to_string(),
            });
            axes.collect::<Vec<_>>().join(", ")
        };
        return Err(fault(format!("an activation of {}, and it has {}", form(from), form(node))));
    }
    if source >= id {
        return Err(fault("which is computed no earlier; take a hook that comes before it".into()));
    }
    Ok(source)
}

/// Lengths that grow with a text.
fn follows_text(dim: Dim) -> bool {
    matches!(dim, Dim::Target | Dim::Keys)
}

/// The numbers of `from` at the places of a pass, in the order of an edit.
fn taken(from: &Tensor, node: &Node, lens: &Lens, at: &[Vec<usize>]) -> Vec<f32> {
    let mut theirs = at.to_vec();
    for (place, dim) in node.dims.iter().enumerate() {
        for index in &mut theirs[place] {
            match dim {
                Dim::Target => *index += lens.past,
                Dim::Batch if from.shape[place] == 1 => *index = 0,
                _ => {}
            }
        }
    }
    let columns = theirs.last().map_or(&[][..], Vec::as_slice);
    let mut values = vec![];
    for row in rows(&from.shape, &theirs) {
        columns.iter().for_each(|column| values.push(from.data[row + column]));
    }
    values
}
