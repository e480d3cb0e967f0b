//! Training, from the command line.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use diorama::error::{Error, Result};
use diorama::tensor::Tensor;
use diorama::train::{Array, Batch, Optimizer, Step, Trainer};
use diorama::weights::{self, Checkpoint};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use super::arguments::{Gradients, Train};
use super::folder::Folder;
use super::{publish, tell};

/// Loss, gradients of all weights, and hooks with their gradients, as one safetensors file.
pub async fn gradients(asked: Gradients) -> Result<String> {
    let (model, parameters, names) = Folder::at(&asked.dir).load_named()?;
    let batch = Batch { arrays: arrays(&asked.batch)?.into_iter().collect() };
    let mut trainer = Trainer::open(model, parameters, &batch, &asked.capture, asked.device.into()).await?;
    let found = trainer.derivatives(&batch, &asked.capture).await?;
    let loss = Tensor { name: "loss".into(), axes: vec![], shape: vec![1], data: vec![found.loss] };
    let stored = weights::stored(&trainer.model().graph, &found.weights, &names);
    let all: Vec<&Tensor> = [&loss].into_iter().chain(&stored).chain(&found.activations).collect();
    tell::write(&asked.out, &all).map(|()| String::new())
}

const OPTIMIZER: &str = "optimizer.safetensors";

/// Learns step by step, tells of each, and writes the folder at the end: also where it was interrupted, or where a step went wrong.
pub async fn train(asked: Train) -> Result<String> {
    if let Some(out) = &asked.out {
        publish::vacant(out)?;
    }
    let [first, second] = <[f32; 2]>::try_from(&asked.betas[..])
        .map_err(|_| Error::Input(format!("--betas has {} numbers; give two, as in --betas 0.9,0.95", asked.betas.len())))?;
    let folder = Folder::at(&asked.dir);
    let (model, parameters, names) = folder.load_named()?;
    let all = Batch { arrays: arrays(&asked.batches)?.into_iter().collect() };
    let batches = all.rows();
    let Some(example) = batches.first() else {
        return Err(Error::Input(format!("{} has no steps; its tensors need a leading axis of steps", asked.batches.display())));
    };
    let mut notes = vec![];
    let mut trainer = Trainer::open(model, parameters, example, &[], asked.device.into()).await?;
    if let Some(bytes) = folder.bytes(OPTIMIZER)? {
        let (step, states) = optimizer_state(&bytes)?;
        trainer.resume(step, &states)?;
        notes.push(format!("{OPTIMIZER} lies beside the weights: training goes on from step {step}"));
    }
    let (from, steps) = (trainer.done(), trainer.done() + asked.steps);
    trainer.plan(
        Optimizer {
            rate: asked.lr,
            betas: [first, second],
            eps: asked.eps,
            weight_decay: asked.weight_decay,
            clip: asked.clip,
            warmup: asked.warmup,
            schedule: asked.schedule.into(),
        },
        steps,
    )?;
    notes.push(format!("weights, gradients and optimizer take {:.1} MiB", trainer.bytes() as f64 / f64::from(1 << 20)));
    let stopped = stop_flag();
    let mut progress = Progress::new(asked.steps, asked.json);
    let mut fault = None;
    for step in from..steps {
        if stopped.load(Ordering::Relaxed) {
            eprintln!("note: interrupted after {} steps", trainer.done() - from);
            break;
        }
        match trainer.step(&batches[step % batches.len()]).await {
            Ok(did) => {
                // Behind the first step: what is refused is refused in one line.
                notes.drain(..).for_each(|note| eprintln!("note: {note}"));
                progress.tell(&did)?;
            }
            Err(error) => {
                fault = Some(error);
                break;
            }
        }
    }
    // A fault leaves the weights as they were before its step: they are worth keeping.
    let kept = match &asked.out {
        Some(out) if trainer.done() > from => {
            save(&mut trainer, &folder, &names, out).await?;
            format!("{} steps, written to {}\n", trainer.done() - from, out.display())
        }
        _ => String::new(),
    };
    match fault {
        Some(fault) if kept.is_empty() => Err(fault),
        Some(fault) => Err(Error::Input(format!("{fault} ({})", kept.trim_end()))),
        None => Ok(if asked.json { String::new() } else { kept }),
    }
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

/// The model's folder with its new weights, everything else as it was, and the optimizer's state.
async fn save(trainer: &mut Trainer, folder: &Folder<'_>, names: &[String], out: &Path) -> Result<()> {
    let snapshot = trainer.snapshot().await?;
    let model = trainer.model();
    let tensors = weights::stored(&model.graph, &trainer.weights(&snapshot), names);
    let config = publish::config(&folder.config()?, model.architecture)?;
    let states = trainer.states(&snapshot);
    let views = states.iter().map(|state| (state.name.as_str(), tell::Bytes(state)));
    let metadata = HashMap::from([("step".to_string(), snapshot.step.to_string())]);
    let optimizer = safetensors::serialize(views, Some(metadata))
        .map_err(|fault| Error::Weights(format!("{OPTIMIZER} cannot be made ({fault})")))?;
    let mut files =
        vec![("config.json", config.into_bytes()), ("model.safetensors", publish::weights(&tensors)?), (OPTIMIZER, optimizer)];
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

/// Tells how training goes: a line of JSON for each step on standard output, or about every second a line on standard error.
struct Progress {
    steps: usize,
    json: bool,
    start: Instant,
    told: Instant,
    since: Instant,
    done: usize,
    tokens: usize,
}

impl Progress {
    fn new(steps: usize, json: bool) -> Self {
        let now = Instant::now();
        Progress { steps, json, start: now, told: now, since: now, done: 0, tokens: 0 }
    }

    fn tell(&mut self, did: &Step) -> Result<()> {
        let now = Instant::now();
        let ms = (now - self.since).as_secs_f64() * 1e3;
        (self.since, self.done, self.tokens) = (now, self.done + 1, self.tokens + did.tokens);
        if self.json {
            let Step { step, loss, grad_norm, rate, tokens } = *did;
            let line =
                serde_json::json!({ "step": step, "loss": loss, "grad_norm": grad_norm, "lr": rate, "tokens": tokens, "ms": ms });
            return super::print(&format!("{line}\n"));
        }
        if (now - self.told).as_secs_f64() >= 1.0 || self.done == 1 || self.done == self.steps {
            self.told = now;
            let seconds = (now - self.start).as_secs_f64();
            let left = seconds / self.done as f64 * (self.steps - self.done) as f64;
            let rate = self.tokens as f64 / seconds.max(1e-9);
            eprintln!("step {} of {}: loss {:.4}, {rate:.0} tokens/s, {left:.0} s left", self.done, self.steps, did.loss);
        }
        Ok(())
    }
}

/// The tensors of a batch file.
fn arrays(path: &Path) -> Result<Vec<(String, Array)>> {
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
