//! What a trainer is made for: which weights learn, by which rule, and whose gradients can be looked at.

use super::dropout::Dropout;
use super::preferences::Preference;
use super::schedule::Optimizer;
use super::update::Rule;
use crate::capture::Intervention;
use crate::error::{Error, Result, shown};
use crate::graph::{Graph, Kind, Node, NodeId};
use crate::models::TIED;

/// The settings of a trainer. By default all weights learn, by AdamW.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setup {
    /// Hooks (globs) that have gradients of their own.
    pub captured: Vec<String>,
    /// What is changed in every pass: on activations as PyTorch's forward hooks do, with what follows from it for the gradients; on gradients (`*.hook_pattern_grad`) as backward hooks do.
    pub interventions: Vec<Intervention>,
    /// Weights that learn (globs over the names of the checkpoint's tensors); all where there are none.
    pub trained: Vec<String>,
    /// Weights that stay as they are, also where `trained` names them.
    pub frozen: Vec<String>,
    pub rule: Rule,
    /// Learns from preferences in the place of labels alone.
    pub preference: Option<Preference>,
    /// Keeps an average of each weight that learns: after a step it is so much of what it was, 0 to below 1, and for the rest the new weight. The first step
    /// begins it.
    pub ema: Option<f32>,
    /// None unless asked for.
    pub dropout: Dropout,
}

impl Setup {
    /// Of these hooks, gradients of their own; everything else as by default.
    pub fn capturing(captured: &[String]) -> Setup {
        Setup { captured: captured.to_vec(), ..Setup::default() }
    }

    /// The same for a generator that learns beside: rule, averages and dropout, under a seed of its own, but nothing that is meant for the model's own weights and hooks.
    pub fn for_generator(&self) -> Setup {
        let dropout = Dropout { seed: !self.dropout.seed, ..self.dropout };
        Setup { rule: self.rule, ema: self.ema, dropout, ..Setup::default() }
    }

    /// # Errors
    /// A number outside its range.
    pub fn check(&self) -> Result<()> {
        let momentum = if let Rule::Sgd { momentum } = self.rule { Some(momentum) } else { None };
        let wrong = |(_, number): &(&str, Option<f32>)| number.is_some_and(|number| !(0.0..1.0).contains(&number));
        match [("momentum", momentum), ("ema", self.ema), ("dropout", Some(self.dropout.share))].into_iter().find(wrong) {
            Some((name, Some(number))) => {
                Err(Error::Input(format!("{name} is {number}; a number of at least 0 and below 1 is expected")))
            }
            _ => Ok(()),
        }
    }

    /// What the graph's update reads at a step of so many: see `ops/adamw.rs`. `place`: the step's in the record.
    pub(super) fn rates(&self, optimizer: &Optimizer, step: usize, steps: usize, place: usize) -> Vec<f32> {
        let mut rates = optimizer.rates(step, steps);
        if let Rule::Sgd { momentum } = self.rule {
            rates[1] = momentum;
        }
        let stays = if step == 0 { 0.0 } else { self.ema.unwrap_or(0.0) };
        rates.extend([stays, place as f32]);
        rates
    }

    /// The weight nodes that learn. A tied matrix is one weight, under each of its names: named once as frozen, it is frozen.
    ///
    /// # Errors
    /// A glob that no weight matches; globs that leave no weight to learn.
    pub fn learning(&self, graph: &Graph) -> Result<Vec<NodeId>> {
        let weights: Vec<(NodeId, Vec<String>)> = graph.weights().map(|id| (id, names(graph, graph.node(id)))).collect();
        let matched = |glob: &String, names: &[String]| names.iter().any(|name| glob_match::glob_match(glob, name));
        let unmatched =
            self.trained.iter().chain(&self.frozen).find(|glob| !weights.iter().any(|(_, names)| matched(glob, names)));
        if let Some(glob) = unmatched {
            let example = weights.first().and_then(|(_, names)| names.first()).map_or("", String::as_str);
            return Err(Error::Input(format!(
                "\"{}\" matches no weight of this model; a weight is named as in model.safetensors, like \"{example}\"",
                shown(glob)
            )));
        }
        let any = |globs: &[String], names: &[String]| globs.iter().any(|glob| matched(glob, names));
        let learns = |names: &[String]| (self.trained.is_empty() || any(&self.trained, names)) && !any(&self.frozen, names);
        let learning: Vec<NodeId> = weights.iter().filter(|(_, names)| learns(names)).map(|(id, _)| *id).collect();
        match learning.is_empty() {
            true => Err(Error::Input("every weight is frozen, so nothing can be learnt; leave one free".into())),
            false => Ok(learning),
        }
    }
}

/// All names of a weight: those that the architecture publishes, and those of the weights that are tied to it here.
fn names(graph: &Graph, node: &Node) -> Vec<String> {
    let Kind::Weight { names, .. } = &node.kind else { return vec![] };
    let tied = |(target, source): &&(&str, &str)| names.iter().any(|name| name == source) && graph.find(target).is_none();
    names.iter().cloned().chain(TIED.iter().filter(tied).map(|(target, _)| target.to_string())).collect()
}
