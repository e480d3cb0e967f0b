//! The texts and labels of one step, as `transformers` names them, and what the graph's inputs are for them.

use std::collections::BTreeMap;

use super::loss::{Loss, Objective};
use super::preferences::Preferred;
use crate::error::{Error, Result};
use crate::graph::{Lens, NodeId};
use crate::models::{Family, Model, TextInputs};
use crate::pass::ByNode;

/// A label that does not count, as PyTorch marks it.
pub const IGNORED: i64 = -100;

/// Whole numbers (or, for several labels at once and regression, any) with their shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

/// Arrays under the names of `transformers`' arguments: `input_ids` \[batch pos\], `attention_mask`, `token_type_ids`,
/// `decoder_input_ids`, `labels`, `next_sentence_label` \[batch\], `sentence_order_label` \[batch\].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    pub arrays: BTreeMap<String, Array>,
}

/// What a pass is given for a batch.
#[derive(Clone, Debug)]
pub struct Fed {
    pub lens: Lens,
    pub inputs: ByNode<Vec<f32>>,
    /// Texts of the batch that come before these, where these are a share of it.
    pub before: usize,
    /// Labels that count, over all heads.
    pub labels: usize,
    /// Tokens that are not padding.
    pub tokens: usize,
}

const KNOWN: [&str; 8] = [
    "input_ids",
    "attention_mask",
    "token_type_ids",
    "decoder_input_ids",
    "decoder_attention_mask",
    "labels",
    "next_sentence_label",
    "sentence_order_label",
];

impl Batch {
    /// Of arrays with a leading axis of steps, one batch for each step; as many as the shortest array has.
    pub fn rows(&self) -> Vec<Batch> {
        let steps = self.arrays.values().map(|array| array.shape.first().copied().unwrap_or(0)).min().unwrap_or(0);
        let row = |step: usize| {
            let cut = |array: &Array| {
                let shape = array.shape[1..].to_vec();
                let size = shape.iter().product::<usize>();
                Array { data: array.data[step * size..][..size].to_vec(), shape }
            };
            Batch { arrays: self.arrays.iter().map(|(name, array)| (name.clone(), cut(array))).collect() }
        };
        (0..steps).map(row).collect()
    }

    /// The heads of the model that this batch has labels for, each with its objective, as `transformers` chooses it for the class.
    ///
    /// # Errors
    /// A name that is not known, no labels at all, labels for a head that the model does not have.
    pub fn heads(&self, model: &Model) -> Result<Vec<(NodeId, Objective)>> {
        self.known(None)?;
        let mut heads = vec![];
        for &output in &model.outputs {
            let name = &model.graph.node(output).name;
            if self.arrays.contains_key(label_name(name)) {
                heads.push((output, self.objective(model, output)));
            }
        }
        for name in ["labels", "next_sentence_label", "sentence_order_label"] {
            let has_head = model.outputs.iter().any(|output| label_name(&model.graph.node(*output).name) == name);
            if self.arrays.contains_key(name) && !has_head {
                return Err(input(format!("the batch has {name}, but {} has no head for it", model.architecture)));
            }
        }
        if heads.is_empty() {
            return Err(input("the batch has no labels; give a tensor \"labels\", where -100 marks what does not count".into()));
        }
        Ok(heads)
    }

    /// No array is misspelt, or for something else.
    fn known(&self, preferred: Option<&Preferred>) -> Result<()> {
        let known: Vec<&str> = KNOWN.into_iter().chain(preferred.into_iter().flat_map(Preferred::names)).collect();
        match self.arrays.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(input(format!("\"{name}\" is not known in a batch; its tensors are {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    fn objective(&self, model: &Model, output: NodeId) -> Objective {
        let axes = &model.graph.node(output).axes;
        match model.architecture {
            "ElectraForPreTraining" => Objective::YesOrNo,
            _ if axes.last() == Some(&crate::tensor::Axis::Label) && model.graph.node(output).name == "logits" => {
                let classes = model.graph.node(output).shape(&Lens::ONE)[1];
                let several = self.arrays.get("labels").is_some_and(|labels| labels.shape.len() == 2);
                match (classes, several) {
                    (1, _) => Objective::Number,
                    (_, true) => Objective::YesOrNo,
                    (_, false) => Objective::OneOf,
                }
            }
            _ => Objective::OneOf,
        }
    }

    /// The graph's inputs for this batch.
    ///
    /// # Errors
    /// A tensor that is missing or misshapen, an id or a label outside the vocabulary, more positions than the model has, labels that are all −100.
    pub fn feed(&self, model: &Model, loss: &Loss) -> Result<Fed> {
        self.known(loss.preferred.as_ref())?;
        let ids = self.ids("input_ids", model.vocab)?;
        let [batch, pos] = ids.shape;
        let allowed = self.mask("attention_mask", [batch, pos])?;
        let mut inputs = ByNode::new();
        let mut lens = Lens { batch, source: 0, target: 0, past: 0 };
        if model.family == Family::EncoderDecoder {
            let written = self.decoder_ids(model)?;
            if written.shape[0] != batch {
                return Err(input(format!("input_ids has {batch} texts and the decoder's side {}", written.shape[0])));
            }
            let open = self.mask("decoder_attention_mask", written.shape)?;
            let [source, target] = both(model)?;
            (lens.source, lens.target) = (pos, written.shape[1]);
            self.text(&mut inputs, model, source, &ids, &allowed)?;
            self.text(&mut inputs, model, target, &written, &open)?;
        } else {
            let nodes = model.inputs.source.as_ref().or(model.inputs.target.as_ref());
            match model.family {
                Family::Encoder => lens.source = pos,
                _ => lens.target = pos,
            }
            self.text(&mut inputs, model, nodes.ok_or_else(|| input("this model reads no text".into()))?, &ids, &allowed)?;
        }
        let tokens = allowed.iter().filter(|allowed| **allowed != 0.0).count();
        let labels = match &loss.preferred {
            Some(preferred) => preferred.feed(self, model, &lens, &mut inputs)?,
            None => self.labels(model, loss, &lens, &allowed, &mut inputs)?,
        };
        Ok(Fed { lens, inputs, before: 0, labels, tokens })
    }

    fn text(&self, inputs: &mut ByNode<Vec<f32>>, model: &Model, nodes: &TextInputs, ids: &Ids, allowed: &[f32]) -> Result<()> {
        let pos = ids.shape[1];
        if model.max_positions.is_some_and(|most| pos > most) {
            let most = model.max_positions.unwrap_or_default();
            return Err(input(format!("the texts have {pos} positions, and this model has {most}; cut them shorter")));
        }
        let rows: Vec<&[u32]> = ids.ids.chunks_exact(pos).collect();
        inputs.insert(nodes.ids, ids.ids.iter().map(|id| *id as f32).collect());
        inputs.insert(nodes.attention_mask, allowed.to_vec());
        if let Some(node) = nodes.token_type_ids {
            let types = match self.arrays.get("token_type_ids") {
                None => vec![0.0; ids.ids.len()],
                Some(array) => {
                    shaped("token_type_ids", array, &ids.shape)?;
                    let most = model.token_types.max(1);
                    whole("token_type_ids", array, 0, most as i64)?.into_iter().map(|kind| kind as f32).collect()
                }
            };
            inputs.insert(node, types);
        }
        if let Some(positions) = &nodes.positions {
            let places: Vec<u32> = (0..pos as u32).collect();
            inputs.insert(positions.node(), positions.numbers(&rows, &places));
        }
        Ok(())
    }

    /// Labels and their weights, for each head: a causal model's are moved one place back, so that each place has the next token's.
    fn labels(&self, model: &Model, loss: &Loss, lens: &Lens, allowed: &[f32], inputs: &mut ByNode<Vec<f32>>) -> Result<usize> {
        let mut counted = 0;
        for head in &loss.heads {
            let output = model.graph.node(head.output);
            let name = label_name(&output.name);
            let array = self.arrays.get(name).ok_or_else(|| input(format!("the batch lacks {name}")))?;
            let mut shape = output.shape(lens);
            let classes = shape.last().copied().unwrap_or(1);
            if head.objective == Objective::OneOf {
                shape.pop();
            }
            // One number for each text may lie with or without an axis of its own.
            let squeezed = shape.len() == 2 && shape[1] == 1 && array.shape == shape[..1];
            if !squeezed {
                shaped(name, array, &shape)?;
            }
            let mut labels = match head.objective {
                Objective::OneOf => whole(name, array, IGNORED, classes as i64)?,
                Objective::YesOrNo if model.architecture == "ElectraForPreTraining" => whole(name, array, IGNORED, 2)?,
                _ => vec![],
            };
            if let Some(wrong) = labels.iter().find(|label| **label < 0 && **label != IGNORED) {
                return Err(input(format!("{name} holds {wrong}; a label is at least 0, or -100 where it does not count")));
            }
            if model.family == Family::Decoder {
                for row in labels.chunks_exact_mut(lens.target) {
                    row.rotate_left(1);
                    row[lens.target - 1] = IGNORED;
                }
            }
            let (numbers, counts): (Vec<f32>, Vec<bool>) = match labels.is_empty() {
                true => array.data.iter().map(|label| (*label as f32, true)).unzip(),
                false => {
                    let active = |at: usize| head.objective != Objective::YesOrNo || allowed[at] != 0.0;
                    labels.iter().enumerate().map(|(at, label)| (*label as f32, *label != IGNORED && active(at))).unzip()
                }
            };
            let count = counts.iter().filter(|counts| **counts).count();
            if count == 0 {
                return Err(input(format!(
                    "no label of {name} counts: all are -100 or on padding, so there is nothing to learn"
                )));
            }
            inputs.insert(head.labels, numbers);
            inputs.insert(head.weights, counts.iter().map(|counts| if *counts { 1.0 / count as f32 } else { 0.0 }).collect());
            counted += count;
        }
        Ok(counted)
    }

    /// What the decoder reads: as given, or the labels moved one place on behind the start token (T5's `_shift_right`).
    fn decoder_ids(&self, model: &Model) -> Result<Ids> {
        if self.arrays.contains_key("decoder_input_ids") {
            return self.ids("decoder_input_ids", model.vocab);
        }
        let labels =
            self.arrays.get("labels").ok_or_else(|| input("the batch has neither decoder_input_ids nor labels".into()))?;
        let shape = two("labels", labels)?;
        let all = whole("labels", labels, IGNORED, model.vocab as i64)?;
        let mut ids = vec![];
        for row in all.chunks_exact(shape[1]) {
            ids.push(model.special.decoder_start);
            ids.extend(row[..shape[1] - 1].iter().map(|label| u32::try_from(*label).unwrap_or(model.special.pad)));
        }
        Ok(Ids { shape, ids })
    }

    fn ids(&self, name: &str, vocab: usize) -> Result<Ids> {
        let array = self.arrays.get(name).ok_or_else(|| input(format!("the batch lacks {name} [batch pos]")))?;
        let shape = two(name, array)?;
        let ids = whole(name, array, 0, vocab as i64)?.into_iter().map(|id| id as u32).collect();
        Ok(Ids { shape, ids })
    }

    fn mask(&self, name: &str, shape: [usize; 2]) -> Result<Vec<f32>> {
        let Some(array) = self.arrays.get(name) else { return Ok(vec![1.0; shape[0] * shape[1]]) };
        shaped(name, array, &shape)?;
        Ok(whole(name, array, 0, 2)?.into_iter().map(|allowed| allowed as f32).collect())
    }
}

struct Ids {
    shape: [usize; 2],
    ids: Vec<u32>,
}

fn both(model: &Model) -> Result<[&TextInputs; 2]> {
    match (&model.inputs.source, &model.inputs.target) {
        (Some(source), Some(target)) => Ok([source, target]),
        _ => Err(input("this model has no two texts".into())),
    }
}

/// The labels of a head, as `transformers` names the argument.
fn label_name(output: &str) -> &'static str {
    match output {
        "nsp_logits" => "next_sentence_label",
        "sop_logits" => "sentence_order_label",
        _ => "labels",
    }
}

fn two(name: &str, array: &Array) -> Result<[usize; 2]> {
    let shape = <[usize; 2]>::try_from(&array.shape[..]).ok().filter(|[batch, pos]| *batch > 0 && *pos > 0);
    shape
        .ok_or_else(|| input(format!("{name} has shape {:?}; texts × positions are expected, at least one of each", array.shape)))
}

pub(super) fn shaped(name: &str, array: &Array, want: &[usize]) -> Result<()> {
    match array.shape == want {
        true => Ok(()),
        false => Err(input(format!("{name} has shape {:?}; {want:?} is expected", array.shape))),
    }
}

/// Whole numbers from `least` up to, but not including, `end`.
pub(super) fn whole(name: &str, array: &Array, least: i64, end: i64) -> Result<Vec<i64>> {
    let check = |number: &f64| {
        let whole = *number as i64;
        let fits = number.fract() == 0.0 && (least..end).contains(&whole);
        if fits {
            Ok(whole)
        } else {
            Err(input(format!("{name} holds {number}; whole numbers from {least} to {} are expected", end - 1)))
        }
    };
    array.data.iter().map(check).collect()
}

fn input(message: String) -> Error {
    Error::Input(message)
}
