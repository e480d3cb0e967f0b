//! The executor of the CPU: it computes only what is read, leaves out the future of causal patterns, and takes other weights.

use std::sync::Arc;

use diorama::cpu::Executor;
use diorama::graph::{Dim, Graph, Lens, NodeId, Stage};
use diorama::ops::{Activation, Add, AttnMix, AttnMixGradValues, AttnScores, Linear, Mask, RmsNorm, Softmax, SoftmaxGrad};
use diorama::pass::{Change, Edit, Parameters, Pass, Read, Rows, Values};
use diorama::tensor::Axis::*;
use diorama::tensor::Tensor;

const WIDTH: usize = 37;
const LENS: Lens = Lens { batch: 2, source: 1, target: 9, past: 0 };

/// A residual block: x + W₂ silu(W₁ norm(x)), then a head.
struct Toy {
    graph: Arc<Graph>,
    x: NodeId,
    middle: NodeId,
    sum: NodeId,
    head: NodeId,
    weights: Vec<NodeId>,
}

fn toy() -> Toy {
    let mut graph = Graph::default();
    let mut scope = graph.scope(Stage::Target);
    let rows = [(Batch, Dim::Batch), (Pos, Dim::Target), (DModel, Dim::Fixed(WIDTH))];
    let x = scope.input("x", &rows);
    let scale = scope.weight(&["scale"], &[(DModel, WIDTH)]);
    let [first, second, last] = ["first", "second", "last"].map(|name| scope.weight(&[name], &[(Out, WIDTH), (In, WIDTH)]));
    let norm = scope.like("norm", RmsNorm { eps: 1e-6 }, &[x, scale]).expect("a good shape");
    let middle = scope.like("middle", Linear, &[norm, first]).expect("a good shape");
    let bent = scope.like("bent", Activation::Silu, &[middle]).expect("a good shape");
    let out = scope.like("out", Linear, &[bent, second]).expect("a good shape");
    let sum = scope.like("sum", Add, &[x, out]).expect("a good shape");
    let head = scope.like("head", Linear, &[sum, last]).expect("a good shape");
    Toy { graph: Arc::new(graph), x, middle, sum, head, weights: vec![scale, first, second, last] }
}

fn numbers(n: usize, seed: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 2003.0 - 0.5).collect()
}

impl Toy {
    fn parameters(&self, seed: usize) -> Parameters {
        let count = |id: &NodeId| self.graph.node(*id).shape(&Lens::ONE).iter().product();
        self.weights.iter().map(|id| (*id, numbers(count(id), id.0 + seed).into())).collect()
    }

    fn run(&self, executor: &mut Executor, edits: &[Edit], reads: &[(NodeId, Rows)]) -> Vec<Tensor> {
        let inputs = [(self.x, numbers(LENS.batch * LENS.target * WIDTH, 1))].into_iter().collect();
        let reads = reads.iter().map(|&(node, rows)| Read { name: "read".into(), node, rows }).collect();
        executor.run(&Pass { lens: LENS, stages: vec![Stage::Target], from: None, inputs, edits: edits.to_vec(), reads })
    }
}

/// The rows of the last positions.
fn last(tensor: &Tensor) -> Vec<f32> {
    let text = LENS.target * WIDTH;
    tensor.data.chunks_exact(text).flat_map(|text| &text[text.len() - WIDTH..]).copied().collect()
}

#[test]
fn a_last_row_has_the_same_bits_alone() {
    let toy = toy();
    let edit = Edit {
        node: toy.middle,
        at: vec![vec![0, 1], vec![3, 8], vec![0, 5]],
        change: Change::Add,
        with: Values::Numbers(vec![2.5]),
    };
    for edits in [vec![], vec![edit]] {
        let whole = toy.run(&mut Executor::new(toy.graph.clone(), toy.parameters(0)), &edits, &[(toy.head, Rows::All)]);
        let mut executor = Executor::new(toy.graph.clone(), toy.parameters(0));
        for _ in 0..2 {
            let row = toy.run(&mut executor, &edits, &[(toy.head, Rows::Last)]);
            assert_eq!(row[0].shape, [2, 1, WIDTH]);
            assert_eq!(row[0].data, last(&whole[0]));
        }
        // A hook in between is read whole, and the head stays what it was.
        let both = toy.run(&mut executor, &edits, &[(toy.head, Rows::Last), (toy.sum, Rows::All), (toy.head, Rows::All)]);
        assert_eq!(both[0].data, last(&whole[0]));
        assert_eq!(both[2].data, whole[0].data);
        assert!(both[1].data.iter().all(|x| *x != 0.0));
    }
}

#[test]
fn a_weight_takes_other_numbers() {
    let toy = toy();
    let mut changed = Executor::new(toy.graph.clone(), toy.parameters(0));
    toy.run(&mut changed, &[], &[(toy.head, Rows::All)]);
    for (id, numbers) in toy.parameters(7).iter() {
        changed.renew(id, numbers.to_vec());
        assert_eq!(changed.weight(id), **numbers);
    }
    let mut fresh = Executor::new(toy.graph.clone(), toy.parameters(7));
    let reads = [(toy.head, Rows::All)];
    assert_eq!(toy.run(&mut changed, &[], &reads), toy.run(&mut fresh, &[], &reads));
}

/// A causal attention with its gradients, over as many positions as `lens` has. The last two nodes are what comes back for queries and keys.
fn attention() -> (Arc<Graph>, [NodeId; 5], Vec<NodeId>) {
    const HEADS: [(diorama::tensor::Axis, Dim); 2] = [(Head, Dim::Fixed(2)), (DHead, Dim::Fixed(5))];
    let mut graph = Graph::default();
    let mut g = graph.scope(Stage::Target);
    let row = [&[(Batch, Dim::Batch), (Pos, Dim::Target)][..], &HEADS].concat();
    let key_row = [&row[..2], &[(KvHead, Dim::Fixed(2)), (DHead, Dim::Fixed(5))]].concat();
    let (q, dz) = (g.input("q", &row), g.input("dz", &row));
    let [k, v] = ["k", "v"].map(|name| g.input(name, &key_row));
    let allowed = g.input("allowed", &[(Batch, Dim::Batch), (KeyPos, Dim::Target)]);
    let square = [row[0], row[2], (QueryPos, Dim::Target), (KeyPos, Dim::Target)];
    let scores = g.op("scores", AttnScores { scale: 0.5 }, &[q, k], &square).expect("a good shape");
    let masked = g.like("masked", Mask::Causal, &[scores, allowed]).expect("a good shape");
    let pattern = g.like("pattern", Softmax, &[masked]).expect("a good shape");
    let z = g.op("z", AttnMix, &[pattern, v], &row).expect("a good shape");
    let weights = g.op("weights_grad", AttnScores { scale: 1.0 }, &[dz, v], &square).expect("a good shape");
    let dv = g.op("v_grad", AttnMixGradValues, &[pattern, dz], &key_row).expect("a good shape");
    let ds = g.like("scores_grad", SoftmaxGrad, &[pattern, weights]).expect("a good shape");
    let dq = g.op("q_grad", AttnMix, &[ds, k], &row).expect("a good shape");
    let dk = g.op("k_grad", AttnMixGradValues, &[ds, q], &key_row).expect("a good shape");
    (Arc::new(graph), [q, dz, k, v, allowed], vec![scores, masked, pattern, weights, ds, z, dv, dq, dk])
}

#[test]
fn a_causal_future_is_left_out_and_no_bit_changes() {
    let (graph, inputs, nodes) = attention();
    for length in [1, 7, 33, 97] {
        let lens = Lens { batch: 2, source: 1, target: length, past: 0 };
        let fill = |id: NodeId| match id == inputs[4] {
            true => (0..2 * length).map(|i| if i % length > length / 3 && i < length { 0.0 } else { 1.0 }).collect(),
            false => numbers(graph.node(id).shape(&lens).iter().product(), id.0),
        };
        let pass = |reads: &[NodeId], edits: Vec<Edit>, from: Option<NodeId>| Pass {
            lens,
            stages: vec![Stage::Target],
            from,
            inputs: inputs.iter().map(|id| (*id, fill(*id))).collect(),
            edits,
            reads: reads.iter().map(|node| Read { name: "read".into(), node: *node, rows: Rows::All }).collect(),
        };
        // An edit opens a cell of the future: then nothing is left out.
        let opened = |node: NodeId| Edit {
            node,
            at: vec![vec![0], vec![1], vec![0], vec![length - 1]],
            change: Change::Set,
            with: Values::Numbers(vec![0.25]),
        };
        for edits in [vec![], vec![opened(nodes[1])], vec![opened(nodes[2])]] {
            // Each node read alone, by an executor whose buffers hold other numbers, has the bits that it has where every node is read.
            let all = Executor::new(graph.clone(), Parameters::new()).run(&pass(&nodes, edits.clone(), None));
            let mut executor = Executor::new(graph.clone(), Parameters::new());
            executor.run(&pass(&nodes, vec![opened(nodes[0]), opened(nodes[2]), opened(nodes[4])], None));
            for (node, whole) in nodes.iter().zip(&all) {
                assert_eq!(executor.run(&pass(&[*node], edits.clone(), None))[0], *whole, "node {node:?} of {length} positions");
            }
            assert_eq!(executor.run(&pass(&nodes[5..], edits.clone(), None)), all[5..], "{length} positions");
            // A pass that begins in the middle reads what the pass before has left out.
            let begun = executor.run(&pass(&nodes[1..], edits, Some(nodes[5])));
            assert_eq!(begun, all[1..], "{length} positions");
        }
        let patterns = Executor::new(graph.clone(), Parameters::new()).run(&pass(&nodes[2..3], vec![], None));
        for (row, weights) in patterns[0].data.chunks_exact(length).enumerate() {
            assert!(weights[row % length + 1..].iter().all(|weight| *weight == 0.0), "row {row}");
        }
    }
}
