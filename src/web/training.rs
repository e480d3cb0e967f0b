//! A model that learns, as `www/engine/training/` sees it.

use std::rc::Rc;
use std::sync::Arc;

use async_lock::{Mutex, MutexGuard};
use js_sys::{Array, Function, Object, Uint8Array};
use wasm_bindgen::prelude::*;
use web_time::Instant;

use super::generator::{self, Loaded, Written};
use super::interventions::interventions;
use super::training_options::{TrainOptions, feed, given};
use super::turns::taking_turns;
use super::values::*;
use super::{WebEngine, idle};
use crate::device::{Choice, Device};
use crate::error::{Error, Result};
use crate::generate::Engine;
use crate::graph::NodeId;
use crate::models::Model;
use crate::train::{Batch, Feed, Optimizer, Step, Trainer};
use crate::weights::{config_file, model_file, stored};

#[wasm_bindgen(js_class = Engine)]
impl WebEngine {
    /// Begins to train the model: from now on whoever looks at it sees its weights as they are. `encode(text)` brings the ids of a text without special tokens,
    /// `id_of(token)` the id of a token, where there is one. `changed`: interventions that hold in every pass of the training, packed. `generator`: the files of the model that fills
    /// masked places for the objective `rtd`, `{ config: string, weights: Uint8Array }`.
    pub async fn train(
        &self,
        options: JsValue,
        data: JsValue,
        changed: JsValue,
        generator: JsValue,
        encode: Function,
        id_of: Function,
    ) -> Result<Training, JsError> {
        let options: TrainOptions = read(options, "options of training")?;
        let mut engine = self.engine.lock().await;
        let (optimizer, model) = (options.optimizer().map_err(fault)?, engine.model.clone());
        let setup = options.setup(interventions(&changed)?).map_err(fault)?;
        let choice = if engine.device.on_gpu() { Choice::Gpu } else { Choice::Cpu };
        let taught = options.joint.then(|| setup.for_generator());
        let (generator, beside) = match generator::load(&generator, &model, choice, taught).await? {
            Some(Loaded { generator, written }) => (Some(generator), Some(written)),
            None => (None, None),
        };
        let mut feed = feed(&options, data, &model, generator, &encode, &id_of)?;
        let example = feed.batch(0).await.map_err(fault)?;
        let trainer = Trainer::new(model, &example, &setup).map_err(fault)?;
        trainer.check(&example).map_err(fault)?;
        engine.widen(trainer.graph().clone()).await.map_err(fault)?;
        let held_out = feed.held_out().into_iter().take(MEASURED).collect();
        let run = Run { trainer, feed, held_out, optimizer, names: self.names.clone(), beside };
        Ok(Training { engine: self.engine.clone(), run: Rc::new(Mutex::new(run)) })
    }

    /// The model as it is now, as files of a folder that Hugging Face's libraries open: `{ config: string, weights: Uint8Array }`.
    pub async fn publish(&self) -> Result<Object, JsError> {
        let mut engine = self.engine.lock().await;
        let model = engine.model.clone();
        let nodes: Vec<_> = model.graph.weights().collect();
        let numbers = engine.device.numbers(&nodes).await.map_err(fault)?;
        let numbers: Vec<_> = nodes.into_iter().zip(numbers).collect();
        self.written(&model, &numbers)
    }

    /// The generator of a joint training as it is now, in the same form.
    #[wasm_bindgen(js_name = publishGenerator)]
    pub async fn publish_generator(&self, training: &Training) -> Result<Object, JsError> {
        let (mut run, _engine) = training.both(None).await?;
        let Run { feed, beside, .. } = &mut *run;
        let none = || fault(Error::Input("no generator learns here; train with joint".into()));
        let (Some(generator), Some(written)) = (feed.generator(), beside) else { return Err(none()) };
        let Some(snapshot) = generator.snapshot().await.map_err(fault)? else { return Err(none()) };
        let Some((trainer, _)) = generator.trainer() else { return Err(none()) };
        let model = trainer.model();
        let file = model_file(&stored(&model.graph, &trainer.averages(&snapshot), &written.names)).map_err(fault)?;
        files(&config_file(&written.config, model.architecture).map_err(fault)?, &file)
    }

    /// The same, with the averages of the weights where a training keeps them.
    #[wasm_bindgen(js_name = publishTrained)]
    pub async fn publish_trained(&self, training: &Training) -> Result<Object, JsError> {
        let (mut run, mut engine) = training.both(None).await?;
        let snapshot = run.trainer.snapshot(&mut engine.device).await.map_err(fault)?;
        self.written(&engine.model, &run.trainer.averages(&snapshot))
    }
}

impl WebEngine {
    fn written(&self, model: &Model, numbers: &[(NodeId, Vec<f32>)]) -> Result<Object, JsError> {
        let file = model_file(&stored(&model.graph, numbers, &self.names)).map_err(fault)?;
        files(&config_file(&self.config, model.architecture).map_err(fault)?, &file)
    }
}

pub(super) fn files(config: &str, weights: &[u8]) -> Result<Object, JsError> {
    let object = Object::new();
    set(&object, "config", config);
    set(&object, "weights", Uint8Array::from(weights));
    Ok(object)
}

/// Batches of the held-out share that are measured.
const MEASURED: usize = 64;

struct Run {
    trainer: Trainer,
    feed: Feed,
    held_out: Vec<Batch>,
    optimizer: Optimizer,
    /// The checkpoint's tensors.
    names: Vec<String>,
    /// What a generator is written by.
    beside: Option<Written>,
}

/// A training run on an engine's model.
#[wasm_bindgen]
pub struct Training {
    engine: Rc<Mutex<Engine>>,
    run: Rc<Mutex<Run>>,
}

#[wasm_bindgen]
impl Training {
    /// Steps that the schedule counts on, in all.
    pub fn plan(&self, steps: usize) -> Result<(), JsError> {
        let mut run = idle(&self.run)?;
        let optimizer = run.optimizer;
        run.trainer.plan(optimizer, steps).map_err(fault)?;
        run.feed.generator().map_or(Ok(()), |generator| generator.plan(optimizer, steps)).map_err(fault)
    }

    /// Steps done.
    pub fn done(&self) -> Result<usize, JsError> {
        Ok(idle(&self.run)?.trainer.done())
    }

    /// Where the time of the steps goes from now on: op, milliseconds and runs of each since the last call, the op that took the most first. Fails where a GPU has no
    /// timestamps, or rounds them too much.
    pub fn profile(&self) -> Result<Array, JsError> {
        let mut engine = idle(&self.engine)?;
        let ops = engine.device.profile().map_err(fault)?.map(|times| times.ops()).unwrap_or_default();
        engine.device.start_profile().map_err(fault)?;
        let row = |(op, time, runs): (&str, web_time::Duration, usize)| {
            Array::of3(&op.into(), &(time.as_secs_f64() * 1e3).into(), &(runs as f64).into())
        };
        Ok(ops.into_iter().map(row).collect())
    }

    /// What there is to know before the first step: `{ bytes, examples cut, entropy? }`.
    pub fn about(&self) -> Result<Object, JsError> {
        let mut run = idle(&self.run)?;
        let object = Object::new();
        let bytes = run.trainer.bytes() + run.feed.generator().map_or(0, |generator| generator.bytes());
        set(&object, "bytes", bytes as f64);
        set(&object, "cut", run.feed.cut().0 as f64);
        set(&object, "heldOut", run.held_out.len() as f64);
        run.feed.entropy().into_iter().for_each(|entropy| set(&object, "entropy", entropy));
        Ok(object)
    }

    /// Learns until `count` steps are done or `patience` milliseconds are over: seven numbers for each step (see [`told`]). A step that fails ends the call,
    /// and is told by the next one where others came before it.
    pub async fn steps(&self, count: usize, patience: f64, give: Option<Function>) -> Result<Vec<f64>, JsError> {
        let (mut run, mut engine) = self.both(give).await?;
        let Run { trainer, feed, .. } = &mut *run;
        let (started, mut steps) = (Instant::now(), vec![]);
        let mut outcome = Ok(vec![]);
        for _ in 0..count {
            outcome = advance(trainer, &mut engine.device, feed).await;
            steps.append(outcome.as_mut().unwrap_or(&mut vec![]));
            if outcome.is_err() || started.elapsed().as_secs_f64() * 1e3 >= patience {
                break;
            }
        }
        engine.weights_changed();
        // What a GPU has not told yet, also of the steps before one that went wrong.
        if !matches!(outcome, Err(Error::DeviceLost(_))) {
            match trainer.settle(&mut engine.device).await {
                Ok(mut rest) => steps.append(&mut rest),
                Err(error) => outcome = Err(error),
            }
        }
        match outcome {
            Err(error) if steps.is_empty() || matches!(error, Error::DeviceLost(_)) => Err(fault(error)),
            _ => {
                let ms = started.elapsed().as_secs_f64() * 1e3 / steps.len() as f64;
                Ok(steps.iter().flat_map(|step| told(step, ms, feed)).collect())
            }
        }
    }

    /// The share of trainer `rank` of `of` in the next step: see [`Trainer::share`]. Behind it that of a generator that learns.
    pub async fn share(&self, rank: usize, of: usize, give: Option<Function>) -> Result<Vec<f32>, JsError> {
        let (mut run, mut engine) = self.both(give).await?;
        let Run { trainer, feed, .. } = &mut *run;
        let batch = feed.batch_for(trainer.done(), rank, of).await.map_err(fault)?;
        let mut share = trainer.share(&mut engine.device, &batch, rank, of).await.map_err(fault)?;
        share.extend(feed.share(rank, of).await.map_err(fault)?);
        Ok(share)
    }

    /// Learns from all shares, in the order of their ranks: the first is changed to their sum. Seven numbers, of which the time is 0.
    pub async fn learn(&self, shares: Array) -> Result<Vec<f64>, JsError> {
        let (mut run, mut engine) = self.both(None).await?;
        let mut sum: Vec<f32> = vec![];
        for share in shares.iter() {
            let share = js_sys::Float32Array::from(share).to_vec();
            match sum.is_empty() {
                true => sum = share,
                false => sum.iter_mut().zip(share).for_each(|(sum, number)| *sum += number),
            }
        }
        let Run { trainer, feed, .. } = &mut *run;
        let (own, rest) = sum.split_at(trainer.share_length().min(sum.len()));
        let step = trainer.learn(&mut engine.device, own).await.map_err(fault)?;
        engine.weights_changed();
        if let Some(generator) = feed.generator() {
            generator.learn_shared(rest).await.map_err(fault)?;
        }
        Ok(told(&step, 0.0, feed).to_vec())
    }

    /// The mean loss over some batches of what was held out; none where nothing was.
    #[wasm_bindgen(js_name = heldOut)]
    pub async fn held_out(&self, batches: usize, give: Option<Function>) -> Result<Option<f64>, JsError> {
        let (mut run, mut engine) = self.both(give).await?;
        let Run { trainer, feed, held_out, .. } = &mut *run;
        let (mut sum, mut count) = (0.0, 0);
        for (number, batch) in held_out.iter().take(batches).enumerate() {
            let (batch, _) = feed.measured(number, batch).await.map_err(fault)?;
            sum += f64::from(trainer.loss(&mut engine.device, &batch).await.map_err(fault)?);
            count += 1;
        }
        Ok((count > 0).then(|| sum / f64::from(count)))
    }

    /// What the model does with an input as it is now: a trace as of `Engine.run`; hooks whose names end in `_grad` are gradients of its loss,
    /// for which `batch` has the input with its labels, under `transformers`' names.
    pub async fn probe(
        &self,
        input: JsValue,
        batch: JsValue,
        capture: Vec<String>,
        give: Option<Function>,
    ) -> Result<JsValue, JsError> {
        let (run, mut engine) = self.both(give).await?;
        let (gradients, hooks): (Vec<String>, Vec<String>) = capture.into_iter().partition(|glob| glob.ends_with("_grad"));
        let mut trace = engine.run(&input_of(input)?, &hooks).await.map_err(fault)?;
        if !gradients.is_empty() {
            let batch = given(batch)?;
            let hooks: Vec<String> = gradients.iter().map(|glob| glob.trim_end_matches("_grad").to_string()).collect();
            let found = run.trainer.derivatives(&mut engine.device, &batch, &hooks).await.map_err(fault)?;
            trace.activations.extend(found.activations.into_iter().filter(|tensor| tensor.name.ends_with("_grad")));
        }
        Ok(trace_object(&trace).into())
    }

    /// The loss of a batch, the gradient of each weight as the checkpoint stores it, and of each hook that is asked for: `{ loss, weights: [], activations: [] }`.
    pub async fn gradients(&self, batch: JsValue, capture: Vec<String>, give: Option<Function>) -> Result<Object, JsError> {
        let (run, mut engine) = self.both(give).await?;
        let found = run.trainer.derivatives(&mut engine.device, &given(batch)?, &capture).await.map_err(fault)?;
        let stored = stored(&engine.model.graph, &found.weights, &run.names);
        let object = Object::new();
        set(&object, "loss", f64::from(found.loss));
        set(&object, "weights", stored.iter().map(activation).collect::<Array>());
        set(&object, "activations", found.activations.iter().map(activation).collect::<Array>());
        Ok(object)
    }

    /// All that training changes, as a safetensors file.
    pub async fn snapshot(&self) -> Result<Vec<u8>, JsError> {
        let (mut run, mut engine) = self.both(None).await?;
        let Run { trainer, feed, .. } = &mut *run;
        let own = trainer.snapshot(&mut engine.device).await.map_err(fault)?;
        let Some(generator) = feed.generator() else { return trainer.packed(&own).map_err(fault) };
        let other = generator.snapshot().await.map_err(fault)?;
        let mut all = vec![("", &*trainer, &own)];
        if let (Some(other), Some((teacher, _))) = (&other, generator.trainer()) {
            all.push((BESIDE, &*teacher, other));
        }
        Trainer::packed_together(&all).map_err(fault)
    }

    /// Goes back to a snapshot.
    pub async fn restore(&self, bytes: &[u8]) -> Result<(), JsError> {
        let (mut run, mut engine) = self.both(None).await?;
        let snapshot = run.trainer.unpacked(bytes).map_err(fault)?;
        run.trainer.restore(&mut engine.device, &snapshot).map_err(fault)?;
        engine.weights_changed();
        if let Some(generator) = run.feed.generator()
            && let Some((trainer, _)) = generator.trainer()
        {
            let snapshot = trainer.unpacked_from(BESIDE, bytes).map_err(fault)?;
            generator.restore(&snapshot).map_err(fault)?;
        }
        Ok(())
    }

    /// The run and its engine, which must still compute by the run's graph.
    async fn both(&self, give: Option<Function>) -> Result<(MutexGuard<'_, Run>, MutexGuard<'_, Engine>), JsError> {
        let run = self.run.lock().await;
        let engine = taking_turns(&self.engine, give).await;
        match Arc::ptr_eq(engine.device.graph(), run.trainer.graph()) {
            true => Ok((run, engine)),
            false => Err(fault(Error::Input("this model has begun another training; go on with that one".into()))),
        }
    }
}

/// One step of the model, and of a generator that learns.
async fn advance(trainer: &mut Trainer, device: &mut Device, feed: &mut Feed) -> Result<Vec<Step>> {
    let batch = feed.batch(trainer.done()).await?;
    let told = trainer.advance(device, &batch).await?;
    feed.teach().await?;
    // The run begins once more from the page's snapshot, as after the loss of the model's own GPU.
    match feed.generator().and_then(|generator| generator.lost().pop()) {
        Some(lost) => Err(Error::DeviceLost(lost.why)),
        None => Ok(told),
    }
}

/// What stands before the names of a generator's numbers in a snapshot.
const BESIDE: &str = "generator/";

/// A step as numbers: its number, loss, norm of the gradients, rate, tokens, time in milliseconds, and the loss of a generator that learns, or no number.
fn told(step: &Step, ms: f64, feed: &mut Feed) -> [f64; 7] {
    let Step { step, loss, grad_norm, rate, tokens } = *step;
    let beside = feed.generator().and_then(|generator| generator.loss_at(step)).unwrap_or(f32::NAN);
    [step as f64, loss.into(), grad_norm.into(), rate.into(), tokens as f64, ms, beside.into()]
}

pub(super) fn whole_seed(seed: f64) -> Result<u64> {
    match seed >= 0.0 && seed.fract() == 0.0 && seed <= 2f64.powi(53) {
        true => Ok(seed as u64),
        false => Err(Error::Input(format!("the seed is {seed}; a whole number from 0 is expected"))),
    }
}
