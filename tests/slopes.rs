//! The table of derivatives against the ops themselves: along a direction, the gradient is the slope that two values of the op give.

mod case;

use std::sync::Arc;

use case::Case;
use case::cases::CASES;
use diorama::cpu;
use diorama::graph::{Dim, Graph, NodeId, Stage};
use diorama::ops::{Dot, OPS};
use diorama::pass::{ByNode, Parameters, Pass, Read, Rows};
use diorama::tensor::{Axis, size};
use diorama::train::{Wanted, differentiate};

/// Half the distance of the two values, for numbers of about 1.
const STEP: f32 = 1.0 / 128.0;

/// A loss behind an op, y · w with made-up w, and its gradients: the graph, the op's inputs, w, the loss, and each input's gradient.
struct Sloped {
    graph: Arc<Graph>,
    inputs: Vec<NodeId>,
    weights: NodeId,
    loss: NodeId,
    gradients: Vec<Option<NodeId>>,
}

/// None where the op has no derivative.
fn sloped(case: &Case) -> Option<Sloped> {
    let mut graph = Graph::default();
    let fixed = |dims: &[Dim]| dims.iter().map(|dim| Dim::Fixed(dim.at(&case.lens))).collect::<Vec<_>>();
    let axes = |axes: &[Axis], dims: &[Dim]| axes.iter().copied().zip(fixed(dims)).collect::<Vec<_>>();
    let mut scope = graph.scope(Stage::Target);
    let named = case.inputs.iter().enumerate();
    let inputs: Vec<NodeId> = named.map(|(i, input)| scope.input(&format!("x{i}"), &axes(&input.axes, &input.dims))).collect();
    let out = axes(&case.axes, &case.dims);
    let y = scope.op("y", case.op.clone(), &inputs, &out).ok()?;
    let mut scope = graph.scope(Stage::Loss);
    let weights = scope.input("w", &out);
    let loss = scope.op("loss", Dot, &[y, weights], &[(Axis::Batch, Dim::Fixed(1))]).expect("a weighted sum");
    let wanted = Wanted { activations: inputs.clone(), ..Wanted::default() };
    let found = differentiate(&mut graph, loss, &wanted).ok()?;
    let gradients: Vec<Option<NodeId>> = inputs.iter().map(|id| found.get(*id)).collect();
    gradients.iter().any(Option::is_some).then(|| Sloped { graph: Arc::new(graph), inputs, weights, loss, gradients })
}

/// Numbers that are the same in every run, between −1 and 1.
fn numbers(n: usize, seed: u32) -> Vec<f32> {
    let mut state = 0x9e37_79b9 ^ seed;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n).map(next).collect()
}

/// Reads a node of a pass with these numbers for the inputs.
fn read(sloped: &Sloped, case: &Case, data: &[Vec<f32>], w: &[f32], nodes: &[NodeId]) -> Vec<Vec<f32>> {
    let mut inputs = ByNode::new();
    sloped.inputs.iter().zip(data).for_each(|(id, data)| inputs.insert(*id, data.clone()));
    inputs.insert(sloped.weights, w.to_vec());
    let reads = nodes.iter().map(|id| Read { name: "read".into(), node: *id, rows: Rows::All }).collect();
    let stages = vec![Stage::Target, Stage::Loss, Stage::Backward];
    let pass = Pass { lens: case.lens, stages, from: None, inputs, edits: vec![], reads };
    let mut executor = cpu::Executor::new(sloped.graph.clone(), Parameters::new());
    executor.run(&pass).into_iter().map(|tensor| tensor.data).collect()
}

#[test]
fn gradients_are_slopes() {
    let mut derived = vec![];
    for (word, cases) in CASES {
        // A case that appends to earlier tokens is no function of its inputs alone.
        for case in cases().iter().filter(|case| case.lens.past == 0) {
            let Some(sloped) = sloped(case) else { continue };
            let shape: Vec<usize> = case.dims.iter().map(|dim| dim.at(&case.lens)).collect();
            let w = numbers(size(&shape), 1);
            let mut data: Vec<Vec<f32>> = case.inputs.iter().map(|input| input.data.clone()).collect();
            if *word == "activation" {
                // Worked out by hand at whole numbers, where some activations have a kink.
                data[0].iter_mut().for_each(|x| *x += 0.0137);
            }
            for (slot, gradient) in sloped.gradients.iter().enumerate() {
                let Some(gradient) = *gradient else { continue };
                let found = &read(&sloped, case, &data, &w, &[gradient])[0];
                let most = data[slot].iter().fold(0.0f32, |most, x| most.max(x.abs()));
                // Where numbers are as large as a hidden score, or a kink is near, two values say nothing of the slope.
                if most > 1e3 {
                    continue;
                }
                let along = numbers(found.len(), 2);
                let at = |step: f32| {
                    let mut moved = data.clone();
                    moved[slot].iter_mut().zip(&along).for_each(|(x, v)| *x += step * v);
                    f64::from(read(&sloped, case, &moved, &w, &[sloped.loss])[0][0])
                };
                let slope = |step: f32| (at(step) - at(-step)) / f64::from(2.0 * step);
                // Long steps meet curves, short ones rounding: the step is right at which a shorter one says nearly the same.
                let steps = (0..5).map(|i| STEP * most.clamp(1e-6, 1.0) / 4f32.powi(i));
                let slopes: Vec<(f32, f64)> = steps.map(|step| (step, slope(step))).collect();
                let apart = |pair: &&[(f32, f64)]| (pair[0].1 - pair[1].1).abs();
                let best = slopes.windows(2).min_by(|a, b| apart(a).total_cmp(&apart(b))).expect("several steps");
                let (step, slope) = best[0];
                let expected: f64 = found.iter().zip(&along).map(|(g, v)| f64::from(g * v)).sum();
                let length = found.iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt();
                let (forward, bound) = (at(0.0).abs() + (w.len() as f64).sqrt(), 0.02 * length.max(expected.abs()));
                let rounding = 2e-6 * forward / f64::from(step);
                assert!(
                    (slope - expected).abs() <= bound + rounding,
                    "{word}, input {slot} of {:?}: the slope is {slope}, the gradient says {expected} (bound {bound} + {rounding})",
                    case.inputs.iter().map(|input| &input.dims).collect::<Vec<_>>()
                );
                derived.push(*word);
            }
        }
    }
    derived.dedup();
    assert!(derived.len() >= 18 && OPS.len() > derived.len(), "ops with derivatives: {derived:?}");
}
