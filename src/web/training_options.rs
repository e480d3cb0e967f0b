//! What training is asked for, read from JavaScript objects whose fields `www/engine/training/options.js` has looked over.

use std::collections::BTreeMap;

use js_sys::Function;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::values::{fault, read};
use crate::capture::Intervention;
use crate::error::{Error, Result, shown};
use crate::models::Model;
use crate::train::objectives::{Masking, Recipe, Rows, Settings, SpecialIds, Stream, When, read as read_data};
use crate::train::tasks::{Generated, Serving, Task};
use crate::train::{Array, Batch, Dropout, Feed, Generator, Optimizer, Rule, Schedule, Setup};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrainOptions {
    objective: Option<String>,
    /// `packed` or `lines`.
    rows: Option<String>,
    masking: Option<MaskingOptions>,
    batch: usize,
    context: usize,
    held_out: f64,
    seed: f64,
    optimizer: OptimizerOptions,
    schedule: String,
    warmup: usize,
    clip: f32,
    /// Weights that learn, and those that stay as they are: globs over the names of the checkpoint's tensors.
    trained: Option<Vec<String>>,
    frozen: Option<Vec<String>>,
    /// Of the average of each weight that is kept.
    ema: Option<f32>,
    /// The probability with which a number is dropped.
    dropout: f32,
    /// Whether the generator of replaced tokens learns, too.
    #[serde(default)]
    pub joint: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaskingOptions {
    share: Option<f64>,
    /// Masks drawn once, for so many copies of each text; drawn anew each time where left out.
    copies: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OptimizerOptions {
    /// `adamw` or `sgd`.
    kind: Option<String>,
    /// SGD's.
    momentum: Option<f32>,
    lr: Option<f32>,
    betas: Option<[f32; 2]>,
    eps: Option<f32>,
    weight_decay: Option<f32>,
}

/// Where the batches come from.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Data {
    Text(String),
    Task(TaskOptions),
    Batches(Vec<Arrays>),
}

/// A generated task: its name, and the sizes that are not the usual ones.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TaskOptions {
    task: String,
    #[serde(flatten)]
    sizes: BTreeMap<String, usize>,
}

/// Arrays under `transformers`' names.
type Arrays = BTreeMap<String, Shaped>;

#[derive(Deserialize)]
struct Shaped {
    shape: Vec<usize>,
    data: Vec<f64>,
}

impl TrainOptions {
    /// Gradients of all hooks can be looked at.
    pub fn setup(&self, interventions: Vec<Intervention>) -> Result<Setup> {
        let OptimizerOptions { kind, momentum, betas, .. } = &self.optimizer;
        let rule = match (kind.as_deref().unwrap_or("adamw"), momentum, betas) {
            ("adamw", None, _) => Rule::AdamW,
            ("sgd", momentum, None) => Rule::Sgd { momentum: momentum.unwrap_or(0.9) },
            ("adamw", Some(_), _) => return Err(Error::Input("momentum is sgd's; give kind \"sgd\", or AdamW's betas".into())),
            ("sgd", _, Some(_)) => return Err(Error::Input("betas are AdamW's; give SGD its momentum".into())),
            (other, ..) => {
                let other = shown(other);
                return Err(Error::Input(format!("the optimizer \"{other}\" is unknown; choose adamw or sgd")));
            }
        };
        let list = |globs: &Option<Vec<String>>| globs.clone().unwrap_or_default();
        let (trained, frozen) = (list(&self.trained), list(&self.frozen));
        let dropout = Dropout { share: self.dropout, seed: super::training::whole_seed(self.seed)? };
        Ok(Setup { captured: vec!["*".into()], interventions, trained, frozen, rule, preference: None, ema: self.ema, dropout })
    }

    pub fn optimizer(&self) -> Result<Optimizer> {
        let usual = Optimizer::default();
        let schedule = match self.schedule.as_str() {
            "constant" => Schedule::Constant,
            "cosine" => Schedule::Cosine,
            "linear" => Schedule::Linear,
            other => {
                let other = shown(other);
                return Err(Error::Input(format!("schedule \"{other}\" is unknown; choose constant, cosine or linear")));
            }
        };
        let OptimizerOptions { lr, betas, eps, weight_decay, .. } = &self.optimizer;
        let optimizer = Optimizer {
            rate: lr.unwrap_or(usual.rate),
            betas: betas.unwrap_or(usual.betas),
            eps: eps.unwrap_or(usual.eps),
            weight_decay: weight_decay.unwrap_or(usual.weight_decay),
            clip: self.clip,
            warmup: self.warmup,
            schedule,
        };
        optimizer.check().map(|()| optimizer)
    }

    fn recipe(&self) -> Result<Recipe> {
        let rows = match self.rows.as_deref() {
            None | Some("packed") => Rows::Packed,
            Some("lines") => Rows::Lines,
            Some(other) => return Err(Error::Input(format!("rows \"{}\" is unknown; choose packed or lines", shown(other)))),
        };
        let name = self.objective.as_deref().unwrap_or_default();
        let recipe = Recipe::named(name, rows).ok_or_else(|| {
            let name = shown(name);
            Error::Input(format!("objective \"{name}\" is unknown; choose clm, mlm, nsp, sop, span, pairs, cls or rtd"))
        })?;
        let masking = || {
            let usual = Masking::default();
            let asked = self.masking.as_ref();
            let when = asked.and_then(|asked| asked.copies).map_or(usual.when, |copies| When::Static { copies });
            Masking { share: asked.and_then(|asked| asked.share).unwrap_or(usual.share), when }
        };
        Ok(match recipe {
            Recipe::Mlm(_, rows) => Recipe::Mlm(masking(), rows),
            Recipe::Nsp(_) => Recipe::Nsp(masking()),
            Recipe::Sop(_) => Recipe::Sop(masking()),
            Recipe::Rtd(..) if masking().when != Masking::default().when => {
                return Err(Error::Input("the objective rtd masks anew each time; leave copies out".into()));
            }
            Recipe::Rtd(_, rows) => Recipe::Rtd(masking().share, rows),
            other if self.masking.is_none() => other,
            other => return Err(Error::Input(format!("the objective {} masks no tokens; leave masking out", other.name()))),
        })
    }
}

/// The batches of a run, with a generator where the objective is `rtd`. `encode(text)` brings the ids of a text without special tokens, `id_of(token)` the id of a token, where there is one.
pub(super) fn feed(
    options: &TrainOptions,
    data: JsValue,
    model: &Model,
    generator: Option<Box<Generator>>,
    encode: &Function,
    id_of: &Function,
) -> Result<Feed, JsError> {
    let data = read(data, "data")?;
    let replaces = matches!(data, Data::Text(_)) && options.objective.as_deref() == Some("rtd");
    let refused = match (replaces, &generator) {
        (true, None) => "the objective rtd needs a generator that fills the masked places; give a loaded masked language model",
        (false, Some(_)) => "a generator is for the objective rtd on a text; leave it out",
        (false, None) if options.joint => "joint is for the objective rtd, with a generator that learns, too; leave it out",
        _ => "",
    };
    if !refused.is_empty() {
        return Err(fault(Error::Input(refused.into())));
    }
    match data {
        Data::Batches(batches) => Feed::given(batches.into_iter().map(batch).collect()).map_err(fault),
        Data::Task(task) => {
            let serving =
                Serving { family: model.family, batch: options.batch, held_out: options.held_out, seed: seed(options)? };
            let task = task_of(&task).map_err(fault)?;
            task.check_model(model).map_err(fault)?;
            Ok(Feed::task(Generated::open(task, serving).map_err(fault)?))
        }
        Data::Text(text) => {
            let recipe = options.recipe().map_err(fault)?;
            let names = model.classes.as_ref().map_or(&[][..], |classes| &classes.labels);
            // What the tokenizer refuses is told in its own words.
            let mut refused = None;
            let mut ids = |text: &str| {
                encode.call1(&JsValue::NULL, &text.into()).map(|ids| js_sys::Uint32Array::new(&ids).to_vec()).map_err(|why| {
                    refused = Some(why);
                    Error::Input("the data cannot be tokenised".into())
                })
            };
            let data = read_data(&recipe, &text, names, &mut ids).map_err(|error| match &refused {
                Some(why) => JsError::new(&String::from(js_sys::Error::from(why.clone()).message())),
                None => fault(error),
            })?;
            let id = |token: &str| id_of.call1(&JsValue::NULL, &token.into()).ok()?.as_f64().map(|id| id as u32);
            let settings = Settings {
                family: model.family,
                vocab: model.vocab,
                special: SpecialIds::find(model, &id),
                batch: options.batch,
                context: [model.max_positions, generator.as_ref().and_then(|generator| generator.max_positions())]
                    .into_iter()
                    .flatten()
                    .fold(options.context, usize::min),
                held_out: options.held_out,
                seed: seed(options)?,
            };
            Ok(Feed::text(Stream::open(recipe, data, settings).map_err(fault)?, generator))
        }
    }
}

fn seed(options: &TrainOptions) -> Result<u64, JsError> {
    super::training::whole_seed(options.seed).map_err(fault)
}

/// What a generated task's tokens stand for, and how long its texts are: `{ vocabulary: [string], longest }`.
#[wasm_bindgen(js_name = describeTask)]
pub fn describe_task(task: JsValue) -> Result<js_sys::Object, JsError> {
    let task = task_of(&read(task, "task")?).map_err(fault)?;
    let object = js_sys::Object::new();
    let words: js_sys::Array = task.vocabulary().iter().map(|word| JsValue::from(word.as_str())).collect();
    super::values::set(&object, "vocabulary", words);
    super::values::set(&object, "longest", task.longest(crate::models::Family::Decoder) as f64);
    Ok(object)
}

fn task_of(TaskOptions { task, sizes }: &TaskOptions) -> Result<Task> {
    let mut found = Task::named(task).ok_or_else(|| {
        let names = Task::ALL.map(|task| task.name()).join(", ");
        Error::Input(format!("task \"{}\" is unknown; choose one of {names}", shown(task)))
    })?;
    for (size, value) in sizes {
        let place = found.size(size).ok_or_else(|| Error::Input(format!("the task {task} has no \"{}\"", shown(size))))?;
        *place = *value;
    }
    found.check().map(|()| found)
}

/// Texts and labels under `transformers`' names.
pub(super) fn given(arrays: JsValue) -> Result<Batch, JsError> {
    read(arrays, "texts and labels").map(batch)
}

fn batch(arrays: Arrays) -> Batch {
    let array = |(name, Shaped { shape, data }): (String, Shaped)| (name, Array { shape, data });
    Batch { arrays: arrays.into_iter().map(array).collect() }
}
