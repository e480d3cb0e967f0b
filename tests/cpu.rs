//! The executor of the CPU: it computes only what is read, and takes other weights.

use std::sync::Arc;

use diorama::cpu::Executor;
use diorama::graph::{Dim, Graph, Lens, NodeId, Stage};
use diorama::ops::{Activation, Add, Linear, RmsNorm};
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
