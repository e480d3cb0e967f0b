//! The GPU executor from pass to pass: caches that grow and are put in order, partial reads, stages, and a GPU that goes away.
//!
//! A computer without a GPU adapter fails these tests. Mesa's lavapipe is an adapter and needs no GPU.

use std::sync::Arc;

use diorama::error::Error;
use diorama::gpu::{Executor, Gpu};
use diorama::graph::{Dim, Graph, Lens, NodeId, Stage};
use diorama::ops::{Append, Linear, Scale};
use diorama::pass::{Parameters, Pass, Read, Rows};
use diorama::tensor::{Axis, Tensor};

use Axis::*;
use pollster::block_on;

const WIDTH: usize = 3;

/// An encoder that doubles, and a decoder that keeps what it sees and adds the encoder's table to it.
struct Toy {
    graph: Arc<Graph>,
    source: NodeId,
    doubled: NodeId,
    target: NodeId,
    cache: NodeId,
    sum: NodeId,
    weight: NodeId,
}

fn toy() -> Toy {
    let mut graph = Graph::default();
    let mut encoder = graph.scope(Stage::Source);
    let source = encoder.input("source", &[(Batch, Dim::Batch), (Pos, Dim::Source), (DModel, Dim::Fixed(WIDTH))]);
    let doubled = encoder.like("doubled", Scale { by: 2.0 }, &[source]).expect("a good shape");
    let weight = encoder.weight(&["weight"], &[(Out, WIDTH), (In, WIDTH)]);
    let mut decoder = encoder.during(Stage::Target);
    let rows = [(Batch, Dim::Batch), (Pos, Dim::Target), (KvHead, Dim::Fixed(1)), (DHead, Dim::Fixed(WIDTH))];
    let target = decoder.input("target", &rows);
    let axes = [(KeyPos, Dim::Keys), (Batch, Dim::Batch), (KvHead, Dim::Fixed(1)), (DHead, Dim::Fixed(WIDTH))];
    let cache = decoder.op("cache", Append, &[target], &axes).expect("a good shape");
    let sum = decoder.like("sum", Linear, &[target, weight]).expect("a good shape");
    Toy { graph: Arc::new(graph), source, doubled, target, cache, sum, weight }
}

impl Toy {
    fn executor(&self, gpu: &Gpu) -> Executor {
        // Twice the identity.
        let weight: Vec<f32> = (0..WIDTH * WIDTH).map(|i| if i % (WIDTH + 1) == 0 { 2.0 } else { 0.0 }).collect();
        Executor::new(gpu, self.graph.clone(), &[(self.weight, weight.into())].into_iter().collect()).expect("an executor")
    }

    /// A further step of the decoder that brings back its whole cache.
    fn step(&self, batch: usize, past: usize, target: &[f32]) -> Pass {
        let lens = Lens { batch, source: 2, target: target.len() / batch / WIDTH, past };
        let inputs = [(self.target, target.to_vec())].into_iter().collect();
        Pass { lens, stages: vec![Stage::Target], from: None, inputs, edits: vec![], reads: vec![read(self.cache)] }
    }
}

fn read(node: NodeId) -> Read {
    Read { name: "wanted".into(), node, rows: Rows::All }
}

fn gpu() -> Gpu {
    block_on(Gpu::open()).expect("these tests need a GPU adapter")
}

fn run(executor: &mut Executor, pass: &Pass) -> Vec<Tensor> {
    block_on(executor.run(pass)).expect("the pass runs")
}

/// Rows of equal numbers.
fn rows(numbers: &[f32]) -> Vec<f32> {
    numbers.iter().flat_map(|&x| [x; WIDTH]).collect()
}

#[test]
fn caches_survive_growth() {
    let toy = toy();
    let mut executor = toy.executor(&gpu());
    let mut seen = vec![];
    // Past 32, 64 and 128 positions the buffers are replaced by larger ones.
    for past in 0..150 {
        seen.push(past as f32 + 0.5);
        let cache = run(&mut executor, &toy.step(1, past, &rows(&seen[past..]))).remove(0);
        assert_eq!(cache.shape, [past + 1, 1, 1, WIDTH]);
        assert_eq!(cache.data, rows(&seen), "after {past} tokens");
    }
}

#[test]
fn a_generation_goes_back_and_on() {
    let toy = toy();
    let mut executor = toy.executor(&gpu());
    run(&mut executor, &toy.step(1, 0, &rows(&[1.0, 2.0, 3.0])));
    let cache = run(&mut executor, &toy.step(1, 1, &rows(&[9.0]))).remove(0);
    assert_eq!(cache.data, rows(&[1.0, 9.0]));
    // And all over again, with other sequences.
    let cache = run(&mut executor, &toy.step(2, 0, &rows(&[4.0, 5.0]))).remove(0);
    assert_eq!(cache.data, rows(&[4.0, 5.0]));
}

#[test]
fn beams_change_places() {
    let toy = toy();
    let mut executor = toy.executor(&gpu());
    // Sequences 1 2 and 3 4; the cache holds positions first: 1 3, 2 4.
    run(&mut executor, &toy.step(2, 0, &rows(&[1.0, 2.0, 3.0, 4.0])));
    executor.reorder(&[1, 0]);
    let cache = run(&mut executor, &toy.step(2, 2, &rows(&[5.0, 6.0]))).remove(0);
    assert_eq!(cache.data, rows(&[3.0, 1.0, 4.0, 2.0, 5.0, 6.0]));

    // Orders add up, and may leave more sequences than before: 1 → [0 1] → [1 1 0].
    executor.reorder(&[1, 0]);
    executor.reorder(&[0, 0, 1]);
    let cache = run(&mut executor, &toy.step(3, 3, &rows(&[7.0, 8.0, 9.0]))).remove(0);
    assert_eq!(cache.data, rows(&[1.0, 1.0, 3.0, 2.0, 2.0, 4.0, 6.0, 6.0, 5.0, 7.0, 8.0, 9.0]));

    // A place that does not exist is an error, not another sequence.
    executor.reorder(&[0, 3, 1]);
    let error = block_on(executor.run(&toy.step(3, 4, &rows(&[0.0; 3])))).expect_err("there is no sequence 3");
    assert!(matches!(error, Error::Input(_)), "{error}");
}

#[test]
fn reads_bring_back_the_last_position() {
    let toy = toy();
    let mut executor = toy.executor(&gpu());
    let mut pass = toy.step(2, 0, &rows(&[1.0, 2.0, 3.0, 4.0]));
    pass.reads = vec![Read { name: "last".into(), node: toy.sum, rows: Rows::Last }, read(toy.sum)];
    let tensors = run(&mut executor, &pass);
    assert_eq!((tensors[0].name.as_str(), tensors[0].shape.as_slice()), ("last", [2, 1, 1, WIDTH].as_slice()));
    assert_eq!(tensors[0].data, rows(&[4.0, 8.0]));
    assert_eq!(tensors[1].data, rows(&[2.0, 4.0, 6.0, 8.0]));
}

#[test]
fn stages_run_when_they_are_asked_for() {
    let toy = toy();
    let mut executor = toy.executor(&gpu());
    let mut both = toy.step(1, 0, &rows(&[1.0]));
    both.stages = vec![Stage::Source, Stage::Target];
    let error = block_on(executor.run(&both)).expect_err("the source is missing");
    assert!(error.to_string().contains("\"source\" is missing"), "{error}");

    both.inputs.insert(toy.source, rows(&[10.0, 20.0]));
    both.reads = vec![read(toy.doubled), read(toy.cache)];
    let tensors = run(&mut executor, &both);
    assert_eq!(tensors[0].data, rows(&[20.0, 40.0]));
    assert_eq!(tensors[1].data, rows(&[1.0]));

    // A further step leaves what the encoder computed where it is.
    let mut step = toy.step(1, 1, &rows(&[2.0]));
    step.reads = vec![read(toy.doubled), read(toy.cache)];
    let tensors = run(&mut executor, &step);
    assert_eq!(tensors[0].data, rows(&[20.0, 40.0]));
    assert_eq!(tensors[1].data, rows(&[1.0, 2.0]));
}

#[test]
fn passes_that_do_not_fit_are_refused() {
    let toy = toy();
    let mut executor = toy.executor(&gpu());
    let refused = |executor: &mut Executor, pass: &Pass| match block_on(executor.run(pass)) {
        Err(Error::Input(message)) => message,
        other => panic!("expected a refusal, got {other:?}"),
    };
    refused(&mut executor, &toy.step(1, 3, &rows(&[1.0])));
    run(&mut executor, &toy.step(2, 0, &rows(&[1.0, 2.0])));
    refused(&mut executor, &toy.step(1, 1, &rows(&[1.0])));
    refused(&mut executor, &toy.step(2, 2, &rows(&[1.0, 2.0])));
    let mut short = toy.step(2, 1, &rows(&[1.0, 2.0]));
    short.inputs = [(toy.target, vec![1.0])].into_iter().collect();
    refused(&mut executor, &short);
    let mut early = toy.step(2, 1, &rows(&[1.0, 2.0]));
    early.reads = vec![read(toy.doubled)];
    refused(&mut executor, &early);

    // None of them spoils what comes next.
    let cache = run(&mut executor, &toy.step(2, 1, &rows(&[3.0, 4.0]))).remove(0);
    assert_eq!(cache.data, rows(&[1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn weights_are_checked() {
    let (toy, gpu) = (toy(), gpu());
    for parameters in [Parameters::new(), [(toy.weight, vec![1.0].into())].into_iter().collect()] {
        let Err(error) = Executor::new(&gpu, toy.graph.clone(), &parameters) else { panic!("the weight is not there") };
        assert!(matches!(&error, Error::Weights(message) if message.contains("\"weight\"")), "{error}");
    }
    // The weight in memory, and at least what one pass computes.
    let mut executor = toy.executor(&gpu);
    let weights = executor.bytes();
    assert!(weights >= 4 * (WIDTH * WIDTH) as u64, "{weights} bytes");
    run(&mut executor, &toy.step(1, 0, &rows(&[1.0])));
    assert!(executor.bytes() > weights, "{} bytes", executor.bytes());
}

#[test]
fn a_lost_gpu_is_an_error() {
    let toy = toy();
    let gpu = gpu();
    let mut executor = toy.executor(&gpu);
    run(&mut executor, &toy.step(1, 0, &rows(&[1.0])));
    gpu.destroy();
    for _ in 0..2 {
        let error = block_on(executor.run(&toy.step(1, 1, &rows(&[2.0])))).expect_err("the GPU is gone");
        assert!(matches!(error, Error::DeviceLost(_)), "{error}");
    }
    let Err(error) = Executor::new(&gpu, toy.graph.clone(), &Parameters::new()) else { panic!("the GPU is gone") };
    assert!(matches!(error, Error::DeviceLost(_)), "{error}");
}
