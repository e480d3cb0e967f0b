//! The JavaScript API: what `www/engine/host.js` sees of the engine. Lengths are in tokens, times in milliseconds.

mod corruption;
mod fresh;
mod generator;
mod graph;
mod info;
mod interventions;
mod plan;
mod tick;
mod training;
mod training_options;
mod turns;
mod values;

use std::cell::RefCell;
use std::rc::Rc;

use async_lock::{Mutex, MutexGuard};
use js_sys::{Array, Float32Array, Function, Object};
use wasm_bindgen::prelude::*;
use web_time::Instant;

use crate::capture::Trace;
use crate::cpu;
use crate::device::Choice;
use crate::error::{Error, Result, shown};
use crate::generate::{Beams, Engine, Session, Step};
use crate::gpu;
use crate::models;
use crate::weights::Checkpoint;
use interventions::interventions;
use turns::taking_turns;
use values::*;

/// A loaded model on its device.
#[wasm_bindgen(js_name = Engine)]
pub struct WebEngine {
    name: String,
    engine: Rc<Mutex<Engine>>,
    /// config.json, and the names of the checkpoint's tensors: what is written after training looks like what was read.
    config: String,
    names: Vec<String>,
}

#[wasm_bindgen(js_class = Engine)]
impl WebEngine {
    /// `files`: `{ name, config: string, generationConfig?: string, weights: Uint8Array[] }`, `options`: `{ device: "auto" | "webgpu" | "cpu" }`.
    pub async fn load(files: JsValue, options: JsValue, on_progress: Option<Function>) -> Result<WebEngine, JsError> {
        let progress = |stage: &str, fraction: f64| {
            if let Some(callback) = &on_progress {
                // A listener that throws must not stop the model from loading.
                let _ = callback.call2(&JsValue::NULL, &stage.into(), &fraction.into());
            }
        };
        let LoadOptions { device } = read(options, "options")?;
        let choice = match device.as_str() {
            "auto" => Choice::Auto,
            "cpu" => Choice::Cpu,
            "webgpu" => Choice::Gpu,
            other => {
                return Err(fault(Error::Input(format!("device \"{}\" is unknown; choose auto, webgpu or cpu", shown(other)))));
            }
        };
        let weights = weights(&files)?;
        let Files { name, config, generation_config } = read(files, "files")?;
        progress("weights", 0.0);
        let named: Vec<(&str, &[u8])> = weights.iter().map(|bytes| ("model.safetensors", bytes.as_slice())).collect();
        let checkpoint = Checkpoint::open(&named).map_err(fault)?;
        let mut model = models::build(&config, &checkpoint.distinct_names(&models::TIED)).map_err(fault)?;
        if let Some(generation) = &generation_config {
            model.generate_by(generation).map_err(fault)?;
        }
        let names = checkpoint.names();
        let parameters = checkpoint.parameters(&model.graph).map_err(fault)?;
        drop(weights);
        progress("device", 0.5);
        gpu::tick_with(tick::start);
        let engine = Engine::open(model, parameters, choice).await.map_err(fault)?;
        progress("ready", 1.0);
        Ok(WebEngine { name, engine: Rc::new(Mutex::new(engine)), config, names })
    }

    /// One pass over a whole input: `{ logits, activations }`; over a list of them a list. Where there are variants, each of which changes something more, a list of that. What is
    /// changed on the way comes packed, here and below; `give` lends turns ([`turns`]).
    pub async fn run(
        &self,
        input: JsValue,
        options: JsValue,
        changed: JsValue,
        variants: Option<Array>,
        give: Option<Function>,
    ) -> Result<JsValue, JsError> {
        let options: RunOptions = read_or_default(options, "options")?;
        let (inputs, changed) = (inputs_of(&input)?, interventions(&changed)?);
        let own = variants.as_ref().map_or(Ok(vec![vec![]]), |list| list.iter().map(|one| interventions(&one)).collect())?;
        let mut engine = taking_turns(&self.engine, give).await;
        let traces = engine.run_all(&inputs, &options.capture, &changed, &own).await.map_err(fault)?;
        let of_texts = |traces: &Vec<Trace>| list_or_one(input.is_array(), traces.iter().map(trace_object).collect());
        Ok(list_or_one(variants.is_some(), traces.iter().map(of_texts).collect()))
    }

    /// What a masked-word head would write at `places`: `{ trace, places: [{ position, id, candidates }] }`.
    pub async fn fill(
        &self,
        input: JsValue,
        places: Vec<usize>,
        options: JsValue,
        changed: JsValue,
        give: Option<Function>,
    ) -> Result<JsValue, JsError> {
        let options: StepOptions = read_or_default(options, "options")?;
        let sampling = options.sampling();
        let (input, changed) = (input_of(input)?, interventions(&changed)?);
        let mut engine = taking_turns(&self.engine, give).await;
        let (trace, filled) = engine.fill(&input, &places, &sampling, &options.capture, &changed).await.map_err(fault)?;
        let places: Array = filled
            .iter()
            .map(|place| {
                let object = Object::new();
                set(&object, "position", place.position as f64);
                set(&object, "id", place.id);
                let listed = candidate_list(&place.candidates, sampling.listed, Some(place.id));
                set(&object, "candidates", Float32Array::from(listed.as_slice()));
                object
            })
            .collect();
        let object = Object::new();
        set(&object, "trace", trace_object(&trace));
        set(&object, "places", places);
        Ok(object.into())
    }

    /// New tokens behind this input when nobody says how many: as the checkpoint's settings have it, else `usual`.
    #[wasm_bindgen(js_name = usualLength)]
    pub fn usual_length(&self, input: JsValue, usual: usize) -> Result<usize, JsError> {
        let input = input_of(input)?;
        input.usual_length(&idle(&self.engine)?.model, usual).map_err(fault)
    }

    /// Begins a text.
    pub fn start(&self, input: JsValue) -> Result<Generation, JsError> {
        let session = idle(&self.engine)?.start(&input_of(input)?).map_err(fault)?;
        Ok(Generation { engine: self.engine.clone(), session: Rc::new(Mutex::new(session)), options: Rc::default() })
    }

    /// Begins a beam search.
    pub fn search(&self, input: JsValue, options: JsValue, changed: JsValue) -> Result<Search, JsError> {
        let BeamOptions { beams, max_new_tokens } = read(options, "options")?;
        let (input, changed) = (input_of(input)?, interventions(&changed)?);
        let beams = idle(&self.engine)?.start_beams(&input, beams, max_new_tokens, &changed).map_err(fault)?;
        Ok(Search { engine: self.engine.clone(), beams: Rc::new(Mutex::new(beams)) })
    }

    /// Takes the GPU away, as a driver's reset does: for tests of the recovery.
    #[wasm_bindgen(js_name = loseGpu)]
    pub fn lose_gpu(&self) -> Result<(), JsError> {
        idle(&self.engine)?.device.lose_gpu();
        Ok(())
    }
}

/// What is asked between two computations: the page asks one thing at a time.
fn idle<T>(lock: &Mutex<T>) -> Result<MutexGuard<'_, T>, JsError> {
    lock.try_lock().ok_or_else(|| JsError::new("the engine is computing; ask again when it has answered"))
}

/// Speed of the CPU's matrix product x \[rows in\] · w \[out in\]ᵀ on this machine, in GFLOP/s: the best of a few.
#[wasm_bindgen(js_name = cpuGflops)]
pub fn cpu_gflops(rows: usize, width: usize, out: usize) -> f64 {
    let numbers = |n: usize| -> Vec<f32> { (0..n).map(|i| (i % 17) as f32 - 8.0).collect() };
    let (x, weight) = (numbers(rows * width), cpu::Panels::of_weight(&numbers(out * width), width));
    let mut y = vec![0.0; rows * out];
    let times = (0..20).map(|_| {
        let start = Instant::now();
        let mut y = cpu::Target { numbers: &mut y, step: out, into: cpu::Into::Fresh };
        cpu::multiply(cpu::View::rows(&x, width), rows, &weight, 0..weight.count(), cpu::Skip::Nothing, &mut y);
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
        self.options.replace(read_or_default(options, "options")?);
        Ok(())
    }

    /// What is changed in the model from now on.
    pub fn intervene(&self, changed: JsValue) -> Result<(), JsError> {
        let (engine, mut session) = (idle(&self.engine)?, idle(&self.session)?);
        engine.intervene(&mut session, &interventions(&changed)?).map_err(fault)
    }

    /// Chooses tokens, or takes those of `forced`, until one ends the text, `count` are written or `patience` milliseconds are over; or it is told to stop.
    pub async fn steps(&self, forced: Vec<u32>, count: usize, patience: f64, give: Option<Function>) -> Result<Taken, JsError> {
        let options = self.options.borrow().clone();
        let sampling = options.sampling();
        let mut session = self.session.lock().await;
        let mut engine = taking_turns(&self.engine, give).await;
        let (started, mut at) = (Instant::now(), 0.0);
        let mut taken = Taken { steps: vec![], ms: vec![], listed: sampling.listed };
        loop {
            let force = forced.get(taken.steps.len()).copied();
            let step = match engine.step(&mut session, &sampling, &options.capture, force).await {
                // What is written already is the text's; the next call meets the same error, except a loss of the GPU, which is told at once.
                Err(error) if !taken.steps.is_empty() && !matches!(error, Error::DeviceLost(_)) => return Ok(taken),
                outcome => outcome.map_err(fault)?,
            };
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
    pub async fn peek(&self, give: Option<Function>) -> Result<Vec<f32>, JsError> {
        let sampling = self.options.borrow().sampling();
        let mut session = self.session.lock().await;
        let mut engine = taking_turns(&self.engine, give).await;
        let candidates = engine.peek(&mut session, &sampling).await.map_err(fault)?;
        Ok(candidate_list(&candidates, sampling.listed, None))
    }

    /// Forgets the last `n` tokens.
    pub fn back(&self, n: usize) -> Result<(), JsError> {
        idle(&self.session)?.back(n);
        Ok(())
    }
}

/// A beam search under way.
#[wasm_bindgen]
pub struct Search {
    engine: Rc<Mutex<Engine>>,
    beams: Rc<Mutex<Beams>>,
}

#[wasm_bindgen]
impl Search {
    /// Goes on until the search ends or `patience` milliseconds are over, at least by one step: four numbers for each continuation, step by step.
    pub async fn steps(&self, patience: f64, give: Option<Function>) -> Result<Array, JsError> {
        let mut beams = self.beams.lock().await;
        let mut engine = taking_turns(&self.engine, give).await;
        let (started, steps) = (Instant::now(), Array::new());
        while beams.found().is_none() {
            let step = engine.step_beams(&mut beams).await.map_err(fault)?;
            steps.push(&Float32Array::from(continuation_list(&step).as_slice()));
            if started.elapsed().as_secs_f64() * 1e3 >= patience {
                break;
            }
        }
        Ok(steps)
    }

    /// The ids of the best text, once the search has ended.
    pub fn found(&self) -> Result<Option<Vec<u32>>, JsError> {
        Ok(idle(&self.beams)?.found().map(<[u32]>::to_vec))
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

    /// The scores that candidates were ranked by, step after step; empty where no rule of the checkpoint changes the logits.
    pub fn scores(&self) -> Vec<f32> {
        self.steps.iter().filter_map(|step| step.scores.as_deref()).collect::<Vec<_>>().concat()
    }

    /// What was captured with each step.
    pub fn activations(&self) -> Array {
        self.steps.iter().map(|step| step.trace.activations.iter().map(activation).collect::<Array>()).collect()
    }

    fn listed(&self) -> impl Iterator<Item = Vec<f32>> {
        self.steps.iter().map(|step| candidate_list(&step.candidates, self.listed, Some(step.id)))
    }
}
