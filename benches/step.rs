//! Time of a training step and of reading a text: `cargo bench --bench step [-- NAME] [--device gpu]`.
//!
//! The shapes are those for which PyTorch was measured; weights are made up. `--profile` lists the time by op, on a GPU by its timestamps. `--fewest` times each pass
//! three times only, for slow devices; `--kernels hardware` takes the kernels for hardware GPUs on whatever GPU is there.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use diorama::device::{Choice, Device};
use diorama::generate::{Engine, Input};
use diorama::graph::{Kind, Lens, NodeId};
use diorama::models::{self, Model};
use diorama::ops::Profile;
use diorama::pass::Parameters;
use diorama::tensor::size;
use diorama::train::{Array, Batch, Optimizer, Setup, Trainer};
use diorama::weights::Checkpoint;
use pollster::block_on;
use serde_json::Value;

/// A model and a batch of its training, `[texts, tokens]`.
struct Shape {
    name: String,
    config: String,
    batch: [usize; 2],
}

/// Those that `cargo xtask bench` measures in the tab and against PyTorch, too.
fn shapes() -> Vec<Shape> {
    let listed: Vec<Value> = serde_json::from_str(include_str!("shapes.json")).expect("shapes.json is JSON");
    let number = |value: &Value| value.as_u64().expect("a whole number") as usize;
    let shape = |listed: &Value| Shape {
        name: listed["name"].as_str().expect("a name").into(),
        config: listed["config"].to_string(),
        batch: [number(&listed["batch"][0]), number(&listed["batch"][1])],
    };
    listed.iter().map(shape).collect()
}

/// Passes that are timed; the fastest counts, because other programs only ever slow one down.
const ROUNDS: usize = 20;

/// On which device, how often, and whether the time is listed by op.
struct How {
    choice: Choice,
    rounds: usize,
    profile: bool,
    hardware: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let on_gpu = arguments.windows(2).any(|pair| pair[0] == "--device" && pair[1] == "gpu");
    let how = How {
        choice: if on_gpu { Choice::Gpu } else { Choice::Cpu },
        rounds: if has("--fewest") { 3 } else { ROUNDS },
        profile: has("--profile"),
        hardware: arguments.windows(2).any(|pair| pair[0] == "--kernels" && pair[1] == "hardware"),
    };
    let wanted = |name: &str| {
        let mut names = arguments
            .iter()
            .filter(|argument| !argument.starts_with("--") && !matches!(argument.as_str(), "gpu" | "hardware"))
            .peekable();
        names.peek().is_none() || names.any(|part| name.contains(part.as_str()))
    };
    for shape in shapes().iter().filter(|shape| wanted(&shape.name)) {
        train(shape, &how);
    }
    for name in ["gpt2-tiny", "llama-tiny", "t5-tiny"].into_iter().filter(|name| wanted(name)) {
        read(name, &how);
    }
}

fn train(shape: &Shape, how: &How) {
    let model = models::build(&shape.config, &[]).expect("a config that is built in");
    let [texts, tokens] = shape.batch;
    let ids: Vec<f64> = (0..texts * tokens).map(|i| (i * 7919 % model.vocab) as f64).collect();
    let array = Array { shape: vec![texts, tokens], data: ids };
    let batch = Batch { arrays: [("input_ids".to_string(), array.clone()), ("labels".to_string(), array)].into() };
    let parameters = made_up(&model);
    let mut trainer = Trainer::new(Arc::new(model), &batch, &Setup::default()).expect("a trainer");
    let graph = trainer.graph().clone();
    let mut device = block_on(Device::open_untested(how.choice, graph, parameters)).expect("the device opens");
    if how.hardware {
        block_on(device.with_kernels(Profile::Hardware)).expect("the same device");
    }
    trainer.plan(Optimizer::default(), how.rounds).expect("a plan");
    let rounds = if texts * tokens > 1000 { how.rounds } else { 10 * how.rounds };
    let derivatives = best(rounds, || {
        block_on(trainer.derivatives(&mut device, &batch, &[])).expect("derivatives");
    });
    let ms = best(rounds, || {
        block_on(trainer.step(&mut device, &batch)).expect("a step");
    });
    let speed = (texts * tokens) as f64 / ms * 1e3;
    println!(
        "{}, {texts} × {tokens}: {ms:.2} ms a step, {speed:.0} tokens a second; loss and gradients in {derivatives:.2} ms",
        shape.name
    );
    if how.profile {
        if let Err(fault) = device.start_profile() {
            return println!("  {fault}");
        }
        (0..how.rounds).for_each(|_| {
            block_on(trainer.step(&mut device, &batch)).expect("a step");
        });
        list(&mut device, how.rounds);
    }
}

fn read(name: &str, how: &How) {
    let mut engine = shipped(&Path::new("www/models").join(name), how.choice);
    let ids: Vec<u32> = (0..64).map(|i| (i * 37 % engine.model.vocab) as u32).collect();
    let input = Input { ids, ..Input::default() };
    let sampling = diorama::generate::Sampling { temperature: 0.0, top_k: 0, top_p: 1.0, seed: 0, listed: 1, limit: None };
    let mut prompt = f64::INFINITY;
    let mut token = f64::INFINITY;
    for _ in 0..how.rounds {
        let mut session = engine.start(&input).expect("a session");
        let mut step = || {
            let start = Instant::now();
            block_on(engine.step(&mut session, &sampling, &[], None)).expect("a step");
            start.elapsed().as_secs_f64() * 1e3
        };
        prompt = prompt.min(step());
        for _ in 0..20 {
            token = token.min(step());
        }
    }
    println!("{name}: 64 tokens read in {prompt:.2} ms, a further token in {token:.3} ms");
    if how.profile {
        let mut session = engine.start(&input).expect("a session");
        if let Err(fault) = engine.device.start_profile() {
            return println!("  {fault}");
        }
        block_on(engine.step(&mut session, &sampling, &[], None)).expect("a step");
        list(&mut engine.device, 1);
    }
}

/// The time of each op in a pass, of so many that were profiled.
fn list(device: &mut Device, passes: usize) {
    let times = match device.profile() {
        Ok(times) => times.unwrap_or_default(),
        Err(fault) => return println!("  {fault}"),
    };
    for (op, time, runs) in times.ops().into_iter().filter(|(_, time, _)| time.as_secs_f64() > 1e-5) {
        println!("  {op:24} {:8.3} ms in {} nodes", time.as_secs_f64() * 1e3 / passes as f64, runs / passes);
    }
}

fn shipped(folder: &Path, choice: Choice) -> Engine {
    let config = std::fs::read_to_string(folder.join("config.json")).expect("config.json");
    let bytes = std::fs::read(folder.join("model.safetensors")).expect("model.safetensors");
    let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound checkpoint");
    let model = models::build(&config, &checkpoint.names()).expect("a known architecture");
    let parameters = checkpoint.parameters(&model.graph).expect("all tensors in place");
    block_on(Engine::open(model, parameters, choice)).expect("the device opens")
}

/// Small numbers for every weight.
fn made_up(model: &Model) -> Parameters {
    let nodes = model.graph.nodes.iter().enumerate();
    let weights = nodes.filter(|(_, node)| matches!(node.kind, Kind::Weight { .. }));
    let numbers = |seed: usize, n: usize| (0..n).map(|i| ((i * 7919 + seed * 31) % 1000) as f32 / 10_000.0 - 0.05).collect();
    weights
        .map(|(index, node)| {
            let data: Vec<f32> = numbers(index, size(&node.shape(&Lens::ONE)));
            (NodeId(index), data.into())
        })
        .collect()
}

/// The time of the fastest call. // ms
fn best(rounds: usize, mut f: impl FnMut()) -> f64 {
    let mut time = || {
        let start = Instant::now();
        f();
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..rounds).map(|_| time()).fold(f64::INFINITY, f64::min)
}
