//! Every op: the CPU reference against an answer that a person can check, and the GPU against the CPU.
//!
//! A computer without a GPU adapter fails these tests. Mesa's lavapipe is an adapter and needs no GPU.

mod case;

use std::sync::Arc;

use case::Case;
use case::cases::CASES;
use diorama::cpu;
use diorama::gpu::{Executor, Gpu};
use diorama::graph::{Dim, Graph, Lens, Stage};
use diorama::ops::{MASKED, OPS, Profile};
use diorama::pass::{Parameters, Pass, Read, Rows};
use diorama::tensor::{Tensor, size};

fn check_op(word: &str) {
    let (_, cases) = CASES.iter().find(|(known, _)| *known == word).expect("every test here is of an op with cases");
    check(cases());
}

/// One test for each op, so that the failing op is named.
macro_rules! tests {
    ($($op:ident)+) => {
        $(#[test]
        fn $op() {
            check_op(stringify!($op));
        })+
    };
}

with_every_op!(tests);

#[test]
fn every_op_has_cases_of_its_own() {
    for op in OPS {
        assert!(CASES.iter().any(|(word, _)| *word == op.word), "{} has no cases in tests/case/cases.rs", op.word);
    }
    for (word, cases) in CASES {
        assert!(cases().iter().all(|case| case.op.word() == *word), "a case of {word} is of another op");
    }
}

/// The one check: the reference against the hand, both devices against each other, nothing that is not a number.
fn check(cases: Vec<Case>) {
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
            close(&by_executor(case), &on_cpu, 2e-6, &format!("{what}: the CPU's executor against the reference"));
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
    let mut data: Vec<&[f32]> = case.inputs.iter().map(|input| input.data.as_slice()).collect();
    // Numbers that no op may leave where it has to write.
    let mut out = vec![f32::NAN; case.at_site(|site| size(site.out.1))];
    if case.op.rule().in_place() {
        out.copy_from_slice(data[0]);
        data[0] = &[];
    }
    if case.lens.past > 0 {
        let (batch, past) = (case.lens.batch, case.lens.past);
        let row = case.before.len() / batch / past;
        for (index, numbers) in case.before.chunks_exact(row).enumerate() {
            out[(index % past * batch + index / past) * row..][..row].copy_from_slice(numbers);
        }
    }
    case.at_site(|site| case.op.rule().cpu(site, &data, &mut out));
    out
}

/// The executor of the CPU, which computes some ops in another way than their references.
fn by_executor(case: &Case) -> Vec<f32> {
    run(case, |graph, passes| {
        let mut executor = cpu::Executor::new(graph, Parameters::new());
        passes.iter().map(|pass| executor.run(pass)).collect::<Vec<_>>().pop().expect("a pass")
    })
}

fn on_gpu(gpu: &Gpu, case: &Case) -> Vec<f32> {
    run(case, |graph, passes| {
        let mut executor = Executor::new(gpu, graph, &Parameters::new()).expect("no weights");
        let run = |pass| pollster::block_on(executor.run(pass)).expect("the pass runs");
        passes.iter().map(run).collect::<Vec<_>>().pop().expect("a pass")
    })
}

/// Runs a case as a graph of one op: the earlier tokens, where there are any, then the case itself.
fn run(case: &Case, device: impl FnOnce(Arc<Graph>, &[Pass]) -> Vec<Tensor>) -> Vec<f32> {
    let mut graph = Graph::default();
    let mut scope = graph.scope(Stage::Target);
    let mut ids = vec![];
    for (index, input) in case.inputs.iter().enumerate() {
        let axes: Vec<_> = input.axes.iter().copied().zip(input.dims.iter().copied()).collect();
        ids.push(scope.input(&format!("input_{index}"), &axes));
    }
    let axes: Vec<_> = case.axes.iter().copied().zip(case.dims.iter().copied()).collect();
    let node = scope.op("out", case.op.clone(), &ids, &axes).expect("the case is well formed");

    let inputs = ids.iter().copied().zip(case.inputs.iter().map(|input| input.data.clone())).collect();
    let reads = vec![Read { name: "out".into(), node, rows: Rows::All }];
    let pass = Pass { lens: case.lens, stages: vec![Stage::Target], from: None, inputs, edits: vec![], reads };
    let mut passes = vec![];
    if case.lens.past > 0 {
        let lens = Lens { target: case.lens.past, past: 0, ..case.lens };
        let inputs = [(ids[0], case.before.clone())].into_iter().collect();
        passes.push(Pass { lens, inputs, ..pass.clone() });
    }
    passes.push(pass);
    device(Arc::new(graph), &passes).remove(0).data
}
