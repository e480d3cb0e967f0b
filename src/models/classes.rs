//! What the numbers of a sequence classifier are: how many, under which names, and what turns them into what a reader is told.
//!
//! Follows `transformers`: `num_labels`, `id2label` and `problem_type` as `PreTrainedConfig` resolves them, and the choice between softmax, sigmoid
//! and the numbers themselves as its `TextClassificationPipeline` makes it.

use serde_json::Value;

use super::settings::{Settings, sized};
use crate::error::{Error, Result, shown, written};

/// The classes of a head over the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    /// One for each number of the head, in their order; `None` where `config.json` has no name for it.
    pub labels: Vec<Option<String>>,
    /// Names in `config.json` that belong to no number of the head.
    pub unused: Vec<String>,
    pub scores: Scores,
}

/// What a classifier's numbers stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scores {
    /// Logits of classes that exclude one another: their softmax is a distribution.
    Softmax,
    /// A logit for each class by itself: its sigmoid is that class's probability.
    Sigmoid,
    /// The answer itself (a regression).
    Numbers,
}

/// Far more than any published head tells apart; each has a name of its own in memory.
const MOST_CLASSES: usize = 1 << 20;

impl Classes {
    /// Reads them from a `config.json`. Without any word of them there are two, as in `transformers`.
    ///
    /// # Errors
    /// `id2label` is neither an object nor a list, or one of its keys is no whole number; a count that is no size.
    pub fn read(s: Settings) -> Result<Self> {
        let mut names: Option<Vec<(i64, Option<String>)>> = match s.fields.get("id2label") {
            Some(Value::Array(names)) => Some((0..).zip(names.iter().map(name)).collect()),
            _ => match s.part("id2label")? {
                Some(names) => {
                    Some(names.fields.iter().map(|(id, value)| Ok((class_id(id)?, name(value)))).collect::<Result<_>>()?)
                }
                None => None,
            },
        };
        let asked = s.whole("num_labels")?;
        let count = match (asked, &names) {
            (Some(count), _) => count,
            (None, Some(names)) => names.len() as u64,
            (None, None) => 2,
        };
        let count = sized("num_labels (id2label)", count, MOST_CLASSES)?;
        let mut labels = vec![None; count];
        let mut unused = vec![];
        // As in `transformers`: where `num_labels` says another number than there are names, the names are of another head.
        let fit = names.as_ref().is_none_or(|names| names.len() == count);
        if names.is_none() {
            names = by_label(s);
        }
        for (id, name) in names.unwrap_or_default() {
            match (usize::try_from(id).ok().filter(|_| fit).and_then(|id| labels.get_mut(id)), name) {
                (Some(label), name) => *label = name,
                (None, Some(name)) => unused.push(name),
                (None, None) => {}
            }
        }
        let scores = match s.fields.get("problem_type").and_then(Value::as_str) {
            Some("regression") => Scores::Numbers,
            Some("multi_label_classification") => Scores::Sigmoid,
            _ if count == 1 => Scores::Sigmoid,
            _ => Scores::Softmax,
        };
        Ok(Classes { labels, unused, scores })
    }

    /// A class's name, or its number where it has none.
    pub fn label(&self, id: usize) -> String {
        self.labels.get(id).cloned().flatten().unwrap_or_else(|| format!("class {id}"))
    }
}

impl Scores {
    /// As the page's scripts call it.
    pub fn name(self) -> &'static str {
        match self {
            Scores::Softmax => "softmax",
            Scores::Sigmoid => "sigmoid",
            Scores::Numbers => "numbers",
        }
    }

    /// What a reader is told of a head's numbers: probabilities, or the numbers themselves.
    pub fn of(self, logits: &[f32]) -> Vec<f64> {
        let logits = logits.iter().map(|logit| f64::from(*logit));
        match self {
            Scores::Numbers => logits.collect(),
            Scores::Sigmoid => logits.map(|logit| 1.0 / (1.0 + (-logit).exp())).collect(),
            Scores::Softmax => {
                let top = logits.clone().fold(f64::NEG_INFINITY, f64::max);
                let weights: Vec<f64> = logits.map(|logit| (logit - top).exp()).collect();
                let total: f64 = weights.iter().sum();
                weights.into_iter().map(|weight| weight / total).collect()
            }
        }
    }
}

/// A key of `id2label`, which JSON writes as a string.
fn class_id(key: &str) -> Result<i64> {
    key.trim().parse().map_err(|_| {
        let key = shown(key);
        Error::Config(format!(
            "id2label has the key \"{key}\" in config.json; its keys must be the numbers of the classes, from 0"
        ))
    })
}

/// A class's name: a string, or whatever else a training script wrote there, as JSON; of a long one its beginning. None where there is nothing to read.
fn name(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(name) => Some(name.trim()).filter(|name| !name.is_empty()).map(shown),
        other => Some(written(other)),
    }
}

/// The names by `label2id`, which says the same the other way round: for a file that has nothing else.
fn by_label(s: Settings) -> Option<Vec<(i64, Option<String>)>> {
    let names = s.fields.get("label2id")?.as_object()?;
    let id = |value: &Value| value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
    Some(names.iter().filter_map(|(label, value)| Some((id(value)?, name(&Value::String(label.clone()))))).collect())
}
