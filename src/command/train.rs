//! Training, from the command line.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diorama::device::Device;
use diorama::error::{Error, Result};
use diorama::tensor::Tensor;
use diorama::train::{Array, Batch, Dropout, Lost, Optimizer, Rescue, Rule, Setup, Snapshot, Trainer};
use diorama::weights::{self, Checkpoint};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::arguments::{Gradients, OptimizerName, Train};
use super::beside::Beside;
use super::folder::Folder;
use super::progress::Progress;
use super::{feed, intervene, publish, tell};

/// Loss, gradients of all weights, and hooks with their gradients, as one safetensors file.
pub async fn gradients(asked: Gradients) -> Result<String> {
    let (model, parameters, names) = Folder::at(&asked.dir).load_named()?;
    let batch = Batch { arrays: arrays(&asked.batch)?.into_iter().collect() };
    let setup = Setup { interventions: intervene::read(asked.intervene.as_deref())?, ..Setup::capturing(&asked.capture) };
    let trainer = Trainer::new(Arc::new(model), &batch, &setup)?;
    let mut device = Device::open_untested(asked.device.into(), trainer.graph().clone(), parameters).await?;
    let found = trainer.derivatives(&mut device, &batch, &asked.capture).await?;
    let loss = Tensor { name: "loss".into(), axes: vec![], shape: vec![1], data: vec![found.loss] };
    let stored = weights::stored(&trainer.model().graph, &found.weights, &names);
    let all: Vec<&Tensor> = [&loss].into_iter().chain(&stored).chain(&found.activations).collect();
    tell::write(&asked.out, &all).map(|()| String::new())
}

const OPTIMIZER: &str = "optimizer.safetensors";

/// Learns step by step, tells of each, and writes the folder at the end: also where it was interrupted, or where a step went wrong.
pub async fn train(asked: Train) -> Result<String> {
    for out in asked.out.iter().chain(&asked.generator_out) {
        publish::vacant(out)?;
    }
    if asked.out.is_some() && asked.out == asked.generator_out {
        return Err(Error::Input("--out and --generator-out are one folder; give each model its own".into()));
    }
    let optimizer = optimizer(&asked)?;
    let setup = setup(&asked)?;
    let folder = Folder::at(&asked.dir);
    let (model, parameters, names) = folder.load_named()?;
    let mut feed = feed::open(&asked, &folder, &model, &setup).await?;
    let example = feed.batch(0).await?;
    let mut notes = feed::notes(&feed);
    let mut trainer = Trainer::new(Arc::new(model), &example, &setup)?;
    let mut device = Device::open_untested(asked.device.into(), trainer.graph().clone(), parameters).await?;
    if let Some(step) = resume(&folder, &mut trainer, &mut device)? {
        notes.push(format!("{OPTIMIZER} lies beside the weights: training goes on from step {step}"));
    }
    let mut bytes = trainer.bytes();
    let beside = Beside::open(&asked, &mut feed)?;
    bytes += feed.generator().map_or(0, |generator| generator.bytes());
    notes.push(format!("weights, gradients and optimizer take {:.1} MiB", bytes as f64 / f64::from(1 << 20)));
    let stopped = stop_flag();
    let from = trainer.done();
    let (mut progress, mut rescue) = (Progress::new(&asked), Rescue::default());
    let mut fault = None;
    while let Some(steps) = progress.planned(trainer.done() - from) {
        trainer.plan(optimizer, from + steps)?;
        beside.plan(&mut feed, optimizer, steps)?;
        if stopped.load(Ordering::Relaxed) {
            eprintln!("note: interrupted after {} steps", trainer.done() - from);
            break;
        }
        let told = match feed.batch(trainer.done()).await {
            Ok(batch) => rescue.advance(&mut trainer, &mut device, &batch).await,
            Err(error) => Err(error),
        };
        let taught = if told.is_ok() { feed.teach().await } else { Ok(()) };
        tell_losses(&mut rescue, &device);
        beside.tell_losses(&mut feed);
        match told.and_then(|steps| taught.map(|()| steps)) {
            Ok(steps) => {
                // Behind the first step: what is refused is refused in one line.
                notes.drain(..).for_each(|note| eprintln!("note: {note}"));
                progress.tell(&steps, &mut |step| beside.loss(&mut feed, step - from))?;
            }
            Err(error) => {
                fault = Some(error);
                break;
            }
        }
    }
    // The results that are still to come, and behind a fault those before it. What goes wrong here is told where nothing went wrong before.
    for _ in 0..2 {
        match rescue.settle(&mut trainer, &mut device).await {
            Ok(steps) => progress.tell(&steps, &mut |step| beside.loss(&mut feed, step - from))?,
            Err(error) => fault = fault.or(Some(error)),
        }
    }
    // A fault leaves the weights as they were before its step: they are worth keeping.
    let snapshot = rescue.snapshot(&mut trainer, &mut device).await;
    tell_losses(&mut rescue, &device);
    let snapshot = match (snapshot, fault) {
        (Ok(snapshot), None) => snapshot,
        (Ok(snapshot), Some(fault)) => {
            let kept = save_where_asked(&trainer, &snapshot, from, &folder, &names, asked.out.as_deref())?;
            let kept = kept + &beside.save(&mut feed).await?;
            return Err(if kept.is_empty() { fault } else { Error::Input(format!("{fault} ({})", kept.trim_end())) });
        }
        (Err(error), fault) => return Err(fault.unwrap_or(error)),
    };
    if asked.ema.is_some() {
        // What is saved is what is measured.
        trainer.averages(&snapshot).into_iter().try_for_each(|(id, numbers)| device.renew(id, numbers))?;
    }
    let kept =
        save_where_asked(&trainer, &snapshot, from, &folder, &names, asked.out.as_deref())? + &beside.save(&mut feed).await?;
    let told = feed::held_out_loss(&mut feed, &trainer, &mut device).await?;
    if asked.json {
        eprint!("{told}{kept}");
        return Ok(String::new());
    }
    Ok(told + &kept)
}

/// Says of each GPU that went away from where training goes on, and on what.
fn tell_losses(rescue: &mut Rescue, device: &Device) {
    for Lost { why, step } in rescue.lost() {
        eprintln!("note: the GPU was lost ({why}); training went back to step {step} and goes on with {}", device.name());
    }
}

fn setup(asked: &Train) -> Result<Setup> {
    let rule = match (asked.optimizer, asked.momentum) {
        (OptimizerName::Sgd, momentum) => Rule::Sgd { momentum: momentum.unwrap_or(0.9) },
        (OptimizerName::Adamw, None) => Rule::AdamW,
        (OptimizerName::Adamw, Some(_)) => {
            return Err(Error::Input("--momentum is sgd's; give --optimizer sgd, or AdamW's --betas".into()));
        }
    };
    let interventions = intervene::read(asked.intervene.as_deref())?;
    let (trained, frozen) = (asked.train.clone(), asked.freeze.clone());
    let dropout = Dropout { share: asked.dropout, seed: asked.seed };
    Ok(Setup { interventions, trained, frozen, rule, ema: asked.ema, dropout, ..Setup::default() })
}

fn optimizer(asked: &Train) -> Result<Optimizer> {
    let [first, second] = <[f32; 2]>::try_from(&asked.betas[..])
        .map_err(|_| Error::Input(format!("--betas has {} numbers; give two, as in --betas 0.9,0.95", asked.betas.len())))?;
    if asked.minutes.is_some_and(|minutes| !(minutes > 0.0 && minutes.is_finite())) {
        return Err(Error::Input("--minutes is not a time; give a number above 0".into()));
    }
    let optimizer = Optimizer {
        rate: asked.lr,
        betas: [first, second],
        eps: asked.eps,
        weight_decay: asked.weight_decay,
        clip: asked.clip,
        warmup: asked.warmup,
        schedule: asked.schedule.into(),
    };
    optimizer.check().map(|()| optimizer)
}

/// Whether the reader has pressed Ctrl-C: a step under way ends first.
fn stop_flag() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = stopped.clone();
    if let Err(fault) = ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)) {
        eprintln!("note: Ctrl-C will end training without saving ({fault})");
    }
    stopped
}

/// Goes on from the optimizer's state where one lies beside the weights; tells from which step.
pub fn resume(folder: &Folder<'_>, trainer: &mut Trainer, device: &mut Device) -> Result<Option<usize>> {
    let Some(bytes) = folder.bytes(OPTIMIZER)? else { return Ok(None) };
    let (step, states) = optimizer_state(&bytes)?;
    trainer.resume(device, step, &states).map(|()| Some(step))
}

/// Writes the folder where one is asked for and there was a step; says so.
pub fn save_where_asked(
    trainer: &Trainer,
    snapshot: &Snapshot,
    from: usize,
    folder: &Folder<'_>,
    names: &[String],
    out: Option<&Path>,
) -> Result<String> {
    match out {
        Some(out) if snapshot.step > from => {
            save(trainer, snapshot, folder, names, out)?;
            Ok(format!("{} steps, written to {}\n", snapshot.step - from, out.display()))
        }
        _ => Ok(String::new()),
    }
}

/// The model's folder with its new weights (their averages where those are kept), everything else as it was, and the optimizer's state.
fn save(trainer: &Trainer, snapshot: &Snapshot, folder: &Folder<'_>, names: &[String], out: &Path) -> Result<()> {
    let model = trainer.model();
    let tensors = weights::stored(&model.graph, &trainer.averages(snapshot), names);
    let config = weights::config_file(&folder.config()?, model.architecture)?;
    let states = trainer.states(snapshot);
    let optimizer = weights::safetensors_file(OPTIMIZER, &states, &[("step", &snapshot.step.to_string())])?;
    let mut files =
        vec![("config.json", config.into_bytes()), ("model.safetensors", weights::model_file(&tensors)?), (OPTIMIZER, optimizer)];
    for name in ["generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"] {
        files.extend(folder.bytes(name)?.map(|bytes| (name, bytes)));
    }
    publish::folder(out, &files)
}

/// The step and the states of an `optimizer.safetensors`.
fn optimizer_state(bytes: &[u8]) -> Result<(usize, Vec<Tensor>)> {
    let damaged =
        |why: &dyn std::fmt::Display| Error::Weights(format!("{OPTIMIZER} cannot be read ({why}); remove it to begin anew"));
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|fault| damaged(&fault))?;
    let step = metadata.metadata().as_ref().and_then(|told| told.get("step")?.parse().ok());
    let step = step.ok_or_else(|| damaged(&"it does not say after how many steps it was written"))?;
    let states = Checkpoint::open(&[(OPTIMIZER, bytes)])?.tensors()?;
    Ok((step, states))
}

/// The tensors of a batch file.
pub fn arrays(path: &Path) -> Result<Vec<(String, Array)>> {
    let unreadable =
        |why: String| Error::Input(format!("{} is no batch ({why}); give a safetensors file of int32 tensors", path.display()));
    let bytes = std::fs::read(path).map_err(|fault| unreadable(fault.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|fault| unreadable(fault.to_string()))?;
    let array = |(name, view): (String, TensorView)| {
        let data = numbers(&view).ok_or_else(|| unreadable(format!("\"{name}\" is stored as {:?}", view.dtype())))?;
        Ok((name, Array { shape: view.shape().to_vec(), data }))
    };
    file.tensors().into_iter().map(array).collect()
}

fn numbers(view: &TensorView) -> Option<Vec<f64>> {
    let bytes = view.data();
    Some(match view.dtype() {
        Dtype::I64 => bytes.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect(),
        Dtype::I32 => bytes.as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b) as f64).collect(),
        Dtype::U8 | Dtype::BOOL => bytes.iter().map(|b| f64::from(*b)).collect(),
        Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        _ => return None,
    })
}
