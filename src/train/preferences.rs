//! What a model learns from preferences, as nodes behind its head: rewards of pairs, direct preference optimisation, and a policy that was rewarded.
//!
//! Texts of a pair follow one another, the chosen one first.

use super::batch::{Batch, IGNORED, shaped, whole};
use super::loss::Loss;
use crate::error::{Error, Result};
use crate::graph::{Dim, Graph, Lens, NodeId, Stage};
use crate::models::{Family, Model};
use crate::ops::{Add, BinaryCrossEntropy, ClippedRatio, CrossEntropy, Dot, DotRows, Linear, Scale, SquaredError, Versus};
use crate::pass::ByNode;
use crate::tensor::Axis;

/// What is learnt from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Preference {
    /// Pairs of texts, by a model that gives each text one number: −log σ(r_chosen − r_rejected), the mean over the pairs (Bradley & Terry 1952; Ouyang et al. 2022, eq. 1).
    Reward,
    /// Pairs of texts with `labels` for what was written, and `reference_log_probs` \[batch\], the log-probability of each text under the model that training began with
    /// (see `Trainer::log_probabilities`): −log σ(β (log π/π_ref of the chosen one − that of the other)), the mean over the pairs (Rafailov et al. 2023, eq. 7).
    Dpo { beta: f32 },
    /// Texts that the model wrote, with `labels`, and for each token that has a label `old_log_probs`, its log-probability when it was drawn, and `advantages`, both \[batch pos\]:
    /// PPO's clipped objective as a loss, the mean over the tokens (Schulman et al. 2017, eq. 7). With `value` there is a value head, 0 at first, whose mean squared
    /// difference from `returns` \[batch pos\] at the places before the tokens is added, times that number (eq. 9).
    Policy { clip: f32, value: Option<f32> },
}

impl Preference {
    /// # Errors
    /// A number outside its range.
    pub fn check(&self) -> Result<()> {
        let (name, number, least, most) = match *self {
            Preference::Reward => return Ok(()),
            Preference::Dpo { beta } => ("beta", beta, 0.0, f32::MAX),
            Preference::Policy { value: Some(value), .. } if !(0.0..=f32::MAX).contains(&value) => {
                ("the weight of the value head", value, 0.0, f32::MAX)
            }
            Preference::Policy { clip, .. } => ("clip", clip, 0.0, 1.0),
        };
        match (least..=most).contains(&number) {
            true => Ok(()),
            false => Err(Error::Input(format!("{name} is {number}; a number from {least} to {most} is expected"))),
        }
    }
}

/// What a preference adds to a graph. Inputs are there where the preference reads them.
#[derive(Clone, Debug)]
pub struct Preferred {
    preference: Preference,
    /// \[batch pos\]: a word for each place.
    labels: Option<NodeId>,
    /// \[batch pos\]: −1 where a word counts, 0 elsewhere; or the share of each word in the mean.
    counts: Option<NodeId>,
    /// Of the pairs: all 1, and the share of each in the mean.
    pairs: Option<[NodeId; 2]>,
    /// Arrays of the batch, and the inputs that have their numbers times the factor.
    given: Vec<(&'static str, NodeId, f32)>,
    /// \[batch pos label\]: the share of each place in the value's loss.
    valued: Option<NodeId>,
}

/// Appends the loss of a preference.
///
/// # Errors
/// A number outside its range; a model that does not write words, or, for rewards, gives more than one number for each text.
pub fn add_preference(graph: &mut Graph, model: &Model, preference: Preference) -> Result<Loss> {
    preference.check()?;
    let output = model.outputs.iter().copied().find(|id| graph.node(*id).name == "logits");
    let output = output.ok_or_else(|| Error::Input(format!("{} has no head to train", model.architecture)))?;
    let mut preferred = Preferred { preference, labels: None, counts: None, pairs: None, given: vec![], valued: None };
    if preference == Preference::Reward {
        let (axes, shape) = (&graph.node(output).axes, graph.node(output).shape(&Lens::ONE));
        if axes[..] != [Axis::Batch, Axis::Label] || shape[1] != 1 {
            return Err(Error::Input(format!(
                "a reward is one number for each text, and {} gives something else; take a classifier with one label",
                model.architecture
            )));
        }
        let total = pairwise(graph, &mut preferred, output, 1.0)?;
        return Ok(Loss { total, heads: vec![], words: None, learned: vec![], preferred: Some(preferred) });
    }
    if model.family == Family::Encoder || graph.node(output).axes.last() != Some(&Axis::DVocab) {
        return Err(Error::Input(format!("{} writes no texts that could be preferred; take a decoder", model.architecture)));
    }
    let mut places: Vec<(Axis, Dim)> = graph.node(output).axes.iter().copied().zip(graph.node(output).dims.clone()).collect();
    places.pop();
    let mut g = graph.scope(Stage::Loss);
    let labels = g.input("preference.labels", &places);
    let counts = g.input("preference.counts", &places);
    let words = g.op("preference.words", CrossEntropy, &[output, labels], &places)?; // −log π, [batch pos]
    (preferred.labels, preferred.counts) = (Some(labels), Some(counts));
    let mut learned = vec![];
    let total = match preference {
        Preference::Dpo { beta } => {
            let texts = g.op("preference.log_probability", DotRows, &[words, counts], &places[..1])?; // [batch]
            let reference = g.input("preference.reference", &places[..1]);
            preferred.given.push(("reference_log_probs", reference, -1.0));
            let gained = g.like("preference.gained", Add, &[texts, reference])?;
            pairwise(graph, &mut preferred, gained, beta)?
        }
        Preference::Policy { clip, value } => {
            let old = g.input("preference.old", &places);
            let advantages = g.input("preference.advantages", &places);
            preferred.given.extend([("old_log_probs", old, -1.0), ("advantages", advantages, 1.0)]);
            let each = g.like("preference.each", ClippedRatio { clip }, &[words, old, advantages])?;
            let policy = g.op("preference.policy", Dot, &[each, counts], &ONE)?;
            match value {
                None => policy,
                Some(_) => {
                    let value = value_loss(graph, &mut preferred, &mut learned, output, &places)?;
                    graph.scope(Stage::Loss).op("preference.loss", Add, &[policy, value], &ONE)?
                }
            }
        }
        Preference::Reward => unreachable!("it has returned"),
    };
    Ok(Loss { total, heads: vec![], words: Some(words), learned, preferred: Some(preferred) })
}

const ONE: [(Axis, Dim); 1] = [(Axis::Batch, Dim::Fixed(1))];

/// −log σ(β (x of the chosen text − x of the other)), the mean over the pairs.
fn pairwise(graph: &mut Graph, preferred: &mut Preferred, x: NodeId, beta: f32) -> Result<NodeId> {
    let mut g = graph.scope(Stage::Loss);
    let axes = g.axes(x);
    let ahead = g.like("preference.ahead", Versus, &[x])?;
    let scaled = g.like("preference.scaled", Scale { by: beta }, &[ahead])?;
    let ones = g.input("preference.ones", &axes);
    let shares = g.input("preference.pairs", &axes);
    preferred.pairs = Some([ones, shares]);
    let each = g.like("preference.each", BinaryCrossEntropy, &[scaled, ones])?;
    g.op("preference.loss", Dot, &[each, shares], &ONE)
}

/// The weighted mean of the value head's squared errors. Its weights are states: 0 at first, as no checkpoint has them.
fn value_loss(
    graph: &mut Graph,
    preferred: &mut Preferred,
    learned: &mut Vec<NodeId>,
    output: NodeId,
    places: &[(Axis, Dim)],
) -> Result<NodeId> {
    let hidden = graph.node(output).inputs[0];
    let width = graph.node(hidden).dims.last().copied().unwrap_or(Dim::Fixed(1));
    let axes = [places, &[(Axis::Label, Dim::Fixed(1))]].concat();
    let mut g = graph.scope(Stage::Loss);
    let weight = g.state("v_head.weight", &[(Axis::Out, Dim::Fixed(1)), (Axis::In, width)]);
    let bias = g.state("v_head.bias", &[(Axis::Out, Dim::Fixed(1))]);
    learned.extend([weight, bias]);
    let value = g.op("preference.value", Linear, &[hidden, weight, bias], &axes)?; // [batch pos label]
    let returns = g.input("preference.returns", &axes);
    let shares = g.input("preference.valued", &axes);
    preferred.given.push(("returns", returns, 1.0));
    preferred.valued = Some(shares);
    let errors = g.like("preference.errors", SquaredError, &[value, returns])?;
    g.op("preference.value_loss", Dot, &[errors, shares], &ONE)
}

impl Preferred {
    /// Texts that belong together, one after another: the two of a pair.
    pub(super) fn together(&self) -> usize {
        if self.pairs.is_some() { 2 } else { 1 }
    }

    /// The arrays that a batch may have beside texts and labels.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.given.iter().map(|(name, ..)| *name)
    }

    /// The inputs of the loss for a batch; how many tokens or pairs count.
    ///
    /// # Errors
    /// An array that is missing or misshapen; texts that are no pairs; no label that counts.
    pub(super) fn feed(&self, batch: &Batch, model: &Model, lens: &Lens, inputs: &mut ByNode<Vec<f32>>) -> Result<usize> {
        let texts = lens.batch;
        let mut counted = texts / 2;
        if let Some([ones, shares]) = self.pairs {
            if !texts.is_multiple_of(2) {
                return Err(Error::Input(format!(
                    "preferences are pairs of texts, the chosen one first, and the batch has {texts}; give an even number"
                )));
            }
            inputs.insert(ones, vec![1.0; texts]);
            inputs.insert(shares, (0..texts).map(|text| if text % 2 == 0 { 2.0 / texts as f32 } else { 0.0 }).collect());
        }
        if let (Some(labels), Some(counts)) = (self.labels, self.counts) {
            let array = batch.arrays.get("labels").ok_or_else(|| Error::Input("the batch lacks labels".into()))?;
            shaped("labels", array, &[texts, lens.target])?;
            let whole = whole("labels", array, IGNORED, model.vocab as i64)?;
            if let Some(wrong) = whole.iter().find(|label| **label < 0 && **label != IGNORED) {
                return Err(Error::Input(format!(
                    "labels holds {wrong}; a label is at least 0, or -100 where it does not count"
                )));
            }
            let words = at_places(whole, IGNORED, model, lens);
            counted = words.iter().filter(|label| **label != IGNORED).count();
            if counted == 0 {
                return Err(Error::Input("no label counts: all are -100, so there is nothing to learn".into()));
            }
            let share = match self.preference {
                Preference::Policy { .. } => 1.0 / counted as f32,
                _ => -1.0,
            };
            let shares = |share: f32| words.iter().map(|label| if *label == IGNORED { 0.0 } else { share }).collect();
            inputs.insert(counts, shares(share));
            if let (Some(valued), Preference::Policy { value: Some(value), .. }) = (self.valued, self.preference) {
                inputs.insert(valued, shares(share * value));
            }
            inputs.insert(labels, words.iter().map(|label| *label as f32).collect());
        }
        for (name, node, factor) in &self.given {
            let array = batch.arrays.get(*name).ok_or_else(|| Error::Input(format!("the batch lacks {name}")))?;
            let by_text = *name == "reference_log_probs";
            shaped(name, array, &[texts, lens.target][..if by_text { 1 } else { 2 }])?;
            if let Some(wrong) = array.data.iter().find(|number| !number.is_finite()) {
                return Err(Error::Input(format!("{name} holds {wrong}; its numbers must be finite")));
            }
            let numbers: Vec<f32> = array.data.iter().map(|number| *number as f32 * factor).collect();
            inputs.insert(*node, if by_text { numbers } else { at_places(numbers, 0.0, model, lens) });
        }
        Ok(counted)
    }
}

/// What belongs to each token, at the place that writes it: a decoder's one place before.
fn at_places<T: Copy>(mut rows: Vec<T>, last: T, model: &Model, lens: &Lens) -> Vec<T> {
    if model.family == Family::Decoder {
        for row in rows.chunks_exact_mut(lens.target) {
            row.rotate_left(1);
            row[lens.target - 1] = last;
        }
    }
    rows
}
