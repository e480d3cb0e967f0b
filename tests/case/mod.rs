//! One op on one set of inputs, on both devices.

pub mod activations;

use std::sync::Arc;

use diorama::gpu::{Executor, Gpu};
use diorama::graph::{Dim, Graph, Lens, Stage};
use diorama::ops::{MASKED, Op, Profile, Site};
use diorama::pass::{Parameters, Pass, Read, Rows};
use diorama::tensor::{Axis, size};

/// One op on one set of inputs.
pub struct Case {
    pub op: Op,
    pub inputs: Vec<Input>,
    pub axes: Vec<Axis>,
    pub dims: Vec<Dim>,
    pub lens: Lens,
    /// What an appending op holds already, as it came in: [batch, past, …].
    pub before: Vec<f32>,
    /// What a person works out; empty where only the devices are compared.
    pub want: Vec<f32>,
}

pub struct Input {
    pub axes: Vec<Axis>,
    pub dims: Vec<Dim>,
    pub data: Vec<f32>,
}

/// An input of this shape, with these numbers.
pub fn given(axes: &[Axis], shape: &[usize], data: impl Into<Vec<f32>>) -> Input {
    let data = data.into();
    assert_eq!(data.len(), size(shape), "the case is wrong");
    Input { axes: axes.to_vec(), dims: shape.iter().map(|&n| Dim::Fixed(n)).collect(), data }
}

/// An input of this shape, with numbers between -`range` and `range` that are the same in every run.
pub fn random(axes: &[Axis], shape: &[usize], range: f32) -> Input {
    let mut state = 0x2545_f491_u32 ^ size(shape) as u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / (1 << 23) as f32 - 1.0) * range
    };
    given(axes, shape, (0..size(shape)).map(next).collect::<Vec<f32>>())
}

pub fn case(op: Op, inputs: Vec<Input>, axes: &[Axis], shape: &[usize]) -> Case {
    let lens = Lens { batch: 1, source: 1, target: 1, past: 0 };
    let dims = shape.iter().map(|&n| Dim::Fixed(n)).collect();
    Case { op, inputs, axes: axes.to_vec(), dims, lens, before: vec![], want: vec![] }
}

impl Case {
    pub fn want(mut self, want: &[f32]) -> Self {
        self.want = want.to_vec();
        self
    }
}

/// An op whose output looks like its first input.
pub fn like(op: Op, inputs: Vec<Input>) -> Case {
    let (axes, dims) = (inputs[0].axes.clone(), inputs[0].dims.clone());
    Case { axes, dims, ..case(op, inputs, &[], &[]) }
}

/// The one check: the reference against the hand, both devices against each other, nothing that is not a number.
pub fn check(cases: Vec<Case>) {
    let software = pollster::block_on(Gpu::open()).expect("these tests need a GPU adapter");
    // Kernels for hardware must be right on every adapter, and are checked on whatever is here.
    for gpu in [software.with_profile(Profile::Software), software.with_profile(Profile::Hardware)] {
        for case in &cases {
            let on_cpu = on_cpu(case);
            let on_gpu = on_gpu(&gpu, case);
            let shapes: Vec<&Vec<Dim>> = case.inputs.iter().map(|input| &input.dims).collect();
            let what = format!("{:?} of {shapes:?} at {:?}, {:?}", case.op, case.lens, gpu.profile());
            if !case.want.is_empty() {
                close(&on_cpu, &case.want, 1e-6, &format!("{what}: CPU against the hand-checked answer"));
            }
            close(&on_gpu, &on_cpu, 1e-4, &format!("{what}: GPU against CPU"));
        }
    }
}

/// max |Δ| ≤ `tolerance` · max(1, max |x|).
fn close(got: &[f32], want: &[f32], tolerance: f32, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}: lengths");
    assert!(got.iter().chain(want).all(|x| x.is_finite()), "{what}: a number that is not finite");
    // A masked score says nothing about how large the others are.
    let magnitude = want.iter().filter(|&&x| x != MASKED).fold(1.0f32, |max, x| max.max(x.abs()));
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        assert!((got - want).abs() <= tolerance * magnitude, "{what}: element {index} is {got}, expected {want}");
        assert_eq!(*got == MASKED, *want == MASKED, "{what}: element {index} is {got}, expected {want}");
    }
}

fn on_cpu(case: &Case) -> Vec<f32> {
    let at = |dims: &[Dim]| -> Vec<usize> { dims.iter().map(|dim| dim.at(&case.lens)).collect() };
    let shapes: Vec<Vec<usize>> = case.inputs.iter().map(|input| at(&input.dims)).collect();
    let views: Vec<_> = case.inputs.iter().zip(&shapes).map(|(input, shape)| (input.axes.as_slice(), shape.as_slice())).collect();
    let data: Vec<&[f32]> = case.inputs.iter().map(|input| input.data.as_slice()).collect();
    let shape = at(&case.dims);
    // Numbers that no op may leave where it has to write.
    let mut out = vec![f32::NAN; size(&shape)];
    if case.lens.past > 0 {
        let (batch, past) = (case.lens.batch, case.lens.past);
        let row = case.before.len() / batch / past;
        for (index, numbers) in case.before.chunks_exact(row).enumerate() {
            out[(index % past * batch + index / past) * row..][..row].copy_from_slice(numbers);
        }
    }
    case.op.cpu(&Site { inputs: &views, out: (&case.axes, &shape), past: case.lens.past }, &data, &mut out);
    out
}

fn on_gpu(gpu: &Gpu, case: &Case) -> Vec<f32> {
    let mut graph = Graph::default();
    let mut scope = graph.scope(Stage::Target);
    let mut ids = vec![];
    for (index, input) in case.inputs.iter().enumerate() {
        let axes: Vec<_> = input.axes.iter().copied().zip(input.dims.iter().copied()).collect();
        ids.push(scope.input(&format!("input_{index}"), &axes));
    }
    let axes: Vec<_> = case.axes.iter().copied().zip(case.dims.iter().copied()).collect();
    let node = scope.op("out", case.op.clone(), &ids, &axes).expect("the case is well formed");

    let mut executor = Executor::new(gpu, Arc::new(graph), &Parameters::new()).expect("no weights");
    let inputs = ids.iter().copied().zip(case.inputs.iter().map(|input| input.data.clone())).collect();
    let reads = vec![Read { name: "out".into(), node, rows: Rows::All }];
    let pass = Pass { lens: case.lens, stages: vec![Stage::Target], inputs, edits: vec![], reads };
    if case.lens.past > 0 {
        let lens = Lens { target: case.lens.past, past: 0, ..case.lens };
        let inputs = [(ids[0], case.before.clone())].into_iter().collect();
        pollster::block_on(executor.run(&Pass { lens, inputs, ..pass.clone() })).expect("the earlier tokens");
    }
    pollster::block_on(executor.run(&pass)).expect("the pass runs").remove(0).data
}
