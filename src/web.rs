//! The JavaScript API: what `www/host.js` sees of the engine. Lengths are in tokens, times in milliseconds.

mod graph;
mod interventions;
mod objects;
mod plan;
mod tick;
mod values;

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::{Mutex, MutexGuard};
use js_sys::{Array, Float32Array, Function, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use web_time::{Duration, Instant};

use crate::cpu;
use crate::device::{Choice, SelfTest};
use crate::error::{Error, Result};
use crate::generate::{Engine, Session, Step};
use crate::gpu;
use crate::graph::Hook;
use crate::models;
use crate::weights::Checkpoint;
use interventions::interventions;
use objects::{Options, needed, number, object, or_null, words};
use values::*;

/// A loaded model on its device.
#[wasm_bindgen(js_name = Engine)]
pub struct WebEngine {
    name: String,
    engine: Rc<Mutex<Engine>>,
}

#[wasm_bindgen(js_class = Engine)]
impl WebEngine {
    /// `files`: `{ name, config: string, weights: Uint8Array[] }`, `options`: `{ device: "auto" | "webgpu" | "cpu" }`.
    pub async fn load(files: JsValue, options: JsValue, on_progress: Option<Function>) -> Result<WebEngine, JsError> {
        let progress = |stage: &str, fraction: f64| {
            if let Some(callback) = &on_progress {
                // A listener that throws must not stop the model from loading.
                let _ = callback.call2(&JsValue::NULL, &stage.into(), &fraction.into());
            }
        };
        let choice = match Options(&options).word("device")?.as_deref().unwrap_or("auto") {
            "auto" => Choice::Auto,
            "cpu" => Choice::Cpu,
            "webgpu" => Choice::Gpu,
            other => return Err(fault(Error::Input(format!("device \"{other}\" is unknown; choose auto, webgpu or cpu")))),
        };
        let files = Options(&files);
        let (name, config) = (needed("name", files.word("name")?)?, needed("config", files.word("config")?)?);
        if files.get("weights").is_none() {
            return Err(fault(Error::Weights("the model has no safetensors files; give model.safetensors".into())));
        }
        let weights: Vec<Vec<u8>> = files.list("weights")?.iter().map(|bytes| Uint8Array::new(&bytes).to_vec()).collect();
        progress("weights", 0.0);
        let named: Vec<(&str, &[u8])> = weights.iter().map(|bytes| ("model.safetensors", bytes.as_slice())).collect();
        let checkpoint = Checkpoint::open(&named).map_err(fault)?;
        let model = models::build(&config, &checkpoint.names()).map_err(fault)?;
        let parameters = checkpoint.parameters(&model.graph).map_err(fault)?;
        drop(weights);
        progress("device", 0.5);
        gpu::tick_with(tick::start);
        let engine = Engine::open(model, parameters, choice).await.map_err(fault)?;
        progress("ready", 1.0);
        Ok(WebEngine { name, engine: Rc::new(Mutex::new(engine)) })
    }

    /// What the model is, where it runs, and why there.
    pub fn info(&self) -> Result<JsValue, JsError> {
        let engine = idle(&self.engine)?;
        let (model, device) = (&engine.model, &engine.device);
        let cache = model.cache().map(|cache| {
            object(&[
                ("kvHeads", number(cache.kv_heads)),
                ("bytes", number(cache.bytes)),
                ("multiHead", number(cache.with(model.heads))),
                ("multiQuery", number(cache.with(1))),
            ])
        });
        let hook = |hook: &Hook| {
            let axes = words(model.graph.node(hook.node).axes.iter().map(|axis| axis.name()));
            object(&[("name", hook.name.as_str().into()), ("axes", axes)])
        };
        let test = |test: &SelfTest| {
            object(&[
                ("op", test.op.into()),
                ("maxError", test.max_error.into()),
                ("tolerance", test.tolerance.into()),
                ("passed", test.passed().into()),
            ])
        };
        let ms = |time: Option<Duration>| or_null(time.map(|time| time.as_secs_f64() * 1e3));
        Ok(object(&[
            ("name", self.name.as_str().into()),
            ("architecture", model.architecture.into()),
            ("kind", model.family.name().into()),
            ("device", device.name().into()),
            ("deviceReason", device.reason.to_string().into()), // a sentence in English
            ("deviceReasonCode", device.reason.code().into()),  // the same as one word
            ("adapter", or_null(device.adapter())),
            ("parameters", number(model.graph.parameters())),
            ("virtualParameters", number(model.graph.virtual_parameters())), // what layers share counted in each
            ("layers", number(model.layers)),
            ("heads", number(model.heads)),
            ("dModel", number(model.d_model)),
            ("vocab", number(model.vocab)),
            ("tokenTypes", number(model.token_types)),
            ("labels", words(model.labels.iter().map(String::as_str))),
            ("maxPositions", or_null(model.max_positions.map(number))),
            ("cache", or_null(cache)), // of a written token, in bytes: as it is, with a key/value head for each head, with one in all
            ("decoderStart", model.special.decoder_start.into()),
            ("eos", model.special.eos.iter().map(|id| JsValue::from(*id)).collect::<Array>().into()),
            ("pad", model.special.pad.into()),
            ("hooks", model.graph.hooks.iter().map(hook).collect::<Array>().into()),
            ("selfTest", device.self_test.iter().map(test).collect::<Array>().into()),
            ("timing", object(&[("cpu", ms(device.cpu_time)), ("webgpu", ms(device.gpu_time))]).into()), // of one step
        ])
        .into())
    }

    /// One pass over a whole input: `{ logits, activations }`. What is changed on the way comes packed, here and below.
    pub async fn run(&self, input: JsValue, options: JsValue, changed: JsValue) -> Result<JsValue, JsError> {
        let capture = Options(&options).words("capture")?;
        let (input, changed) = (input_of(input)?, interventions(&changed)?);
        let trace = self.engine.lock().await.run_with(&input, &capture, &changed).await.map_err(fault)?;
        Ok(trace_object(&trace).into())
    }

    /// What a masked-word head would write at `places`: `{ trace, places: [{ position, id, candidates }] }`.
    pub async fn fill(&self, input: JsValue, places: Vec<usize>, options: JsValue, changed: JsValue) -> Result<JsValue, JsError> {
        let StepOptions { sampling, capture } = StepOptions::read(Options(&options))?;
        let (input, changed) = (input_of(input)?, interventions(&changed)?);
        let mut engine = self.engine.lock().await;
        let (trace, filled) = engine.fill(&input, &places, &sampling, &capture, &changed).await.map_err(fault)?;
        let places: Array = filled
            .iter()
            .map(|place| {
                let listed = candidate_list(&place.candidates, sampling.listed, Some(place.id));
                object(&[
                    ("position", number(place.position)),
                    ("id", place.id.into()),
                    ("candidates", Float32Array::from(listed.as_slice()).into()),
                ])
            })
            .collect();
        Ok(object(&[("trace", trace_object(&trace).into()), ("places", places.into())]).into())
    }

    /// Begins a text.
    pub fn start(&self, input: JsValue) -> Result<Generation, JsError> {
        let session = idle(&self.engine)?.start(&input_of(input)?).map_err(fault)?;
        let options = StepOptions::read(Options(&JsValue::UNDEFINED))?;
        Ok(Generation {
            engine: self.engine.clone(),
            session: Rc::new(Mutex::new(session)),
            options: Rc::new(RefCell::new(options)),
        })
    }

    /// The ids of the best text that a beam search finds.
    #[wasm_bindgen(js_name = beamSearch)]
    pub async fn beam_search(&self, input: JsValue, options: JsValue, changed: JsValue) -> Result<Vec<u32>, JsError> {
        let (beams, max_new_tokens) = beam_options(Options(&options))?;
        let (input, changed) = (input_of(input)?, interventions(&changed)?);
        self.engine.lock().await.beam_search(&input, beams, max_new_tokens, &changed).await.map_err(fault)
    }

    /// The same search with all that it looked at: `{ ids, steps: Float32Array[] }`, four numbers for each continuation.
    #[wasm_bindgen(js_name = beamSteps)]
    pub async fn beam_steps(&self, input: JsValue, options: JsValue, changed: JsValue) -> Result<JsValue, JsError> {
        let (beams, max_new_tokens) = beam_options(Options(&options))?;
        let (input, changed) = (input_of(input)?, interventions(&changed)?);
        let search = self.engine.lock().await.beam_steps(&input, beams, max_new_tokens, &changed).await.map_err(fault)?;
        let list = |step: &Vec<_>| Float32Array::from(continuation_list(step).as_slice());
        let steps: Array = search.steps.iter().map(list).collect();
        Ok(object(&[("ids", Uint32Array::from(search.ids.as_slice()).into()), ("steps", steps.into())]).into())
    }

    /// The ops of this model in the order in which they first run: their shader files and the nodes that they compute.
    pub fn ops(&self) -> Result<JsValue, JsError> {
        let engine = idle(&self.engine)?;
        let mut ops: Vec<(&str, Vec<&str>)> = vec![];
        for node in &engine.model.graph.nodes {
            let Some(op) = node.op().map(|op| op.word()) else { continue };
            match ops.iter_mut().find(|(known, _)| *known == op) {
                Some((_, nodes)) => nodes.push(&node.name),
                None => ops.push((op, vec![&node.name])),
            }
        }
        let describe = |(op, nodes): &(&str, Vec<&str>)| {
            // Faster kernels of the same op, taken where they win.
            let variants = gpu::KERNELS.iter().filter(|kernel| kernel.op == *op && kernel.stem != *op);
            object(&[
                ("op", (*op).into()),
                ("file", file(op)),
                ("variants", variants.map(|kernel| file(kernel.stem)).collect::<Array>().into()),
                ("nodes", words(nodes.iter().copied())),
            ])
        };
        Ok(ops.iter().map(describe).collect::<Array>().into())
    }

    /// A shader file, as it is compiled: `{ file, wgsl }`. By the op's word, or by the name of a variant's file.
    pub fn shader(&self, name: &str) -> JsValue {
        let kernel = gpu::kernel(name.strip_suffix(".wgsl").unwrap_or(name));
        or_null(kernel.map(|kernel| object(&[("file", file(kernel.stem)), ("wgsl", kernel.wgsl.into())])))
    }

    /// Takes the GPU away, as a driver's reset does: for tests of the recovery.
    #[wasm_bindgen(js_name = loseGpu)]
    pub fn lose_gpu(&self) -> Result<(), JsError> {
        idle(&self.engine)?.device.lose_gpu();
        Ok(())
    }
}

/// The file of a kernel.
fn file(stem: &str) -> JsValue {
    format!("{stem}.wgsl").into()
}

/// What is asked between two computations: the page asks one thing at a time.
fn idle<T>(lock: &Mutex<T>) -> Result<MutexGuard<'_, T>, JsError> {
    lock.try_lock().ok_or_else(|| JsError::new("the engine is computing; ask again when it has answered"))
}

/// Speed of the CPU's matrix product x \[rows in\] · w \[out in\]ᵀ on this machine, in GFLOP/s: the best of a few.
#[wasm_bindgen(js_name = cpuGflops)]
pub fn cpu_gflops(rows: usize, width: usize, out: usize) -> f64 {
    let numbers = |n: usize| -> Vec<f32> { (0..n).map(|i| (i % 17) as f32 - 8.0).collect() };
    let (x, weight) = (numbers(rows * width), cpu::Panels::new(&numbers(out * width), width));
    let mut y = vec![0.0; rows * out];
    let times = (0..20).map(|_| {
        let start = Instant::now();
        cpu::multiply(&x, &weight, None, &mut y);
        start.elapsed().as_secs_f64()
    });
    let best = times.fold(f64::INFINITY, f64::min);
    2.0 * (rows * width * out) as f64 / best / 1e9
}

/// One text being written.
#[wasm_bindgen]
pub struct Generation {
    engine: Rc<Mutex<Engine>>,
    session: Rc<Mutex<Session>>,
    options: Rc<RefCell<StepOptions>>,
}

#[wasm_bindgen]
impl Generation {
    pub fn ids(&self) -> Result<Vec<u32>, JsError> {
        Ok(idle(&self.session)?.ids().to_vec())
    }

    /// How the next tokens are chosen, and what is captured with them.
    pub fn set(&self, options: JsValue) -> Result<(), JsError> {
        self.options.replace(StepOptions::read(Options(&options))?);
        Ok(())
    }

    /// What is changed in the model from now on.
    pub fn intervene(&self, changed: JsValue) -> Result<(), JsError> {
        let (engine, mut session) = (idle(&self.engine)?, idle(&self.session)?);
        engine.intervene(&mut session, &interventions(&changed)?).map_err(fault)
    }

    /// Chooses tokens, or takes those of `forced`, until one ends the text, `count` are written or `patience` milliseconds are over.
    pub async fn steps(&self, forced: Vec<u32>, count: usize, patience: f64) -> Result<Taken, JsError> {
        let StepOptions { sampling, capture } = self.options.borrow().clone();
        let mut session = self.session.lock().await;
        let mut engine = self.engine.lock().await;
        let (started, mut at) = (Instant::now(), 0.0);
        let mut taken = Taken { steps: vec![], ms: vec![], listed: sampling.listed };
        loop {
            let force = forced.get(taken.steps.len()).copied();
            let step = engine.step(&mut session, &sampling, &capture, force).await.map_err(fault)?;
            let now = started.elapsed().as_secs_f64() * 1e3;
            taken.ms.push(now - at);
            at = now;
            taken.steps.push(step);
            if taken.done() || taken.steps.len() >= count || now >= patience {
                return Ok(taken);
            }
        }
    }

    /// The candidates for the next token, as of a [`Taken`]; the text stays as it is.
    pub async fn peek(&self) -> Result<Vec<f32>, JsError> {
        let sampling = self.options.borrow().sampling;
        let mut session = self.session.lock().await;
        let mut engine = self.engine.lock().await;
        let candidates = engine.peek(&mut session, &sampling).await.map_err(fault)?;
        Ok(candidate_list(&candidates, sampling.listed, None))
    }

    /// Forgets the last `n` tokens.
    pub fn back(&self, n: usize) -> Result<(), JsError> {
        idle(&self.session)?.back(n);
        Ok(())
    }
}

/// Steps that were taken, to be copied from: numbers only, because every string that crosses costs as much as a small layer.
#[wasm_bindgen]
pub struct Taken {
    steps: Vec<Step>,
    ms: Vec<f64>,
    listed: usize,
}

#[wasm_bindgen]
impl Taken {
    pub fn ids(&self) -> Vec<u32> {
        self.steps.iter().map(|step| step.id).collect()
    }

    /// Time of each step. // ms
    pub fn ms(&self) -> Vec<f64> {
        self.ms.clone()
    }

    /// Whether the last token ends the text.
    pub fn done(&self) -> bool {
        self.steps.last().is_some_and(|step| step.done)
    }

    /// Tokens generated before these.
    pub fn first(&self) -> usize {
        self.steps.first().map_or(0, |step| step.position)
    }

    /// Four numbers for each candidate: id, probability, 1 if the cuts left it in, logit; step after step.
    pub fn candidates(&self) -> Vec<f32> {
        self.listed().flatten().collect()
    }

    /// Numbers in [`Taken::candidates`] that belong to each step.
    pub fn counts(&self) -> Vec<u32> {
        self.listed().map(|list| list.len() as u32).collect()
    }

    /// The scores of all tokens, step after step.
    pub fn logits(&self) -> Vec<f32> {
        self.steps.iter().map(|step| step.trace.logits[0].data.as_slice()).collect::<Vec<_>>().concat()
    }

    /// What was captured with each step.
    pub fn activations(&self) -> Array {
        self.steps.iter().map(|step| step.trace.activations.iter().map(activation).collect::<Array>()).collect()
    }

    fn listed(&self) -> impl Iterator<Item = Vec<f32>> {
        self.steps.iter().map(|step| candidate_list(&step.candidates, self.listed, Some(step.id)))
    }
}
