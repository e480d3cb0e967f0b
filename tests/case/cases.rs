//! The cases of every op: answers that a person can check, extremes, and odd sizes.

use super::backward::*;
use super::preference::*;
use super::update::*;
use super::{Case, Input, activations, case, given, like, random};
use diorama::graph::{Dim, Lens};
use diorama::ops::relative_bias::Direction;
use diorama::ops::{
    Activation, Add, Append, AttnMix, AttnScores, Embed, First, LayerNorm, Linear, MASKED, Mask, Mul, RelativeBias, RmsNorm,
    Rope, Scale, Softmax,
};
use diorama::tensor::Axis::{self, *};

/// The ops that have cases below, for a macro that makes something of each.
#[macro_export]
macro_rules! with_every_op {
    ($make:ident) => {
        $make! {
            embed rms_norm layer_norm rope first linear scale add mul activation relative_bias attn_scores mask softmax attn_mix append
            cross_entropy cross_entropy_grad binary_cross_entropy binary_cross_entropy_grad squared_error
            squared_error_grad dot dot_rows dot_rows_grad versus clipped_ratio clipped_ratio_grad linear_grad_input linear_grad_weight sum_rows
            layer_norm_grad rms_norm_grad layer_norm_grad_weight rms_norm_grad_weight activation_grad
            attn_mix_grad_values softmax_grad mask_grad relative_bias_grad append_grad
            rope_grad first_grad embed_grad
            square_sum adam_moment adamw momentum sgd average record guard
        }
    };
}

macro_rules! table {
    ($($op:ident)+) => {
        /// An op's word, and its cases.
        pub const CASES: &[(&str, fn() -> Vec<Case>)] = &[$((stringify!($op), $op)),+];
    };
}

with_every_op!(table);

const SIZES: [usize; 5] = [1, 63, 64, 65, 1000];
const X: [Axis; 3] = [Batch, Pos, DModel];
const SCORES: [Axis; 4] = [Batch, Head, QueryPos, KeyPos];

fn embed() -> Vec<Case> {
    let table = || given(&[DVocab, DModel], &[3, 2], [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]);
    let mut cases = vec![
        case(Embed, vec![given(&[Batch, Pos], &[1, 3], [2.0, 0.0, 2.0]), table()], &X, &[1, 3, 2])
            .want(&[2.5, 3.0, 0.5, 1.0, 2.5, 3.0]),
    ];
    for n in SIZES {
        let ids: Vec<f32> = (0..2 * n).map(|i| (i * 7 % 11) as f32).collect();
        let inputs = vec![given(&[Batch, Pos], &[2, n], ids), random(&[DVocab, DModel], &[11, 33], 2.0)];
        cases.push(case(Embed, inputs, &X, &[2, n, 33]));
    }
    // More groups than one axis of a launch holds.
    let ids: Vec<f32> = (0..1100).map(|i| (i % 5) as f32).collect();
    let inputs = vec![given(&[Batch, Pos], &[1, 1100], ids), random(&[DVocab, DModel], &[5, 4000], 1.0)];
    cases.push(case(Embed, inputs, &X, &[1, 1100, 4000]));
    cases
}

fn rms_norm() -> Vec<Case> {
    let op = || RmsNorm { eps: 1e-6 };
    // mean(x²) = (1 + 49) / 2 = 25, so x is divided by 5.
    let plain = RmsNorm { eps: 0.0 };
    let hand = vec![given(&X, &[1, 1, 2], [1.0, -7.0]), given(&[DModel], &[2], [1.0, 10.0])];
    let mut cases = vec![like(plain, hand).want(&[0.2, -14.0])];
    for n in SIZES {
        cases.push(like(op(), vec![random(&X, &[2, 3, n], 5.0), random(&[DModel], &[n], 1.0)]));
        cases.push(like(op(), vec![random(&X, &[1, n, 5], 1e4), random(&[DModel], &[5], 1.0)]));
    }
    // A row of zeros: ε keeps it finite.
    cases.push(like(op(), vec![given(&X, &[1, 1, 65], [0.0; 65]), random(&[DModel], &[65], 1.0)]).want(&[0.0; 65]));
    cases
}

fn layer_norm() -> Vec<Case> {
    // mean(x) = 3, var(x) = 4, so (x − 3) / 2; then · w + b.
    let width = |data: &[f32]| given(&[DModel], &[data.len()], data);
    let hand = vec![given(&X, &[1, 1, 2], [1.0, 5.0]), width(&[1.0, 10.0]), width(&[0.0, 100.0])];
    let mut cases = vec![like(LayerNorm { eps: 0.0 }, hand).want(&[-1.0, 110.0])];
    for n in SIZES {
        let vector = |range| random(&[DModel], &[n], range);
        cases.push(like(LayerNorm { eps: 1e-5 }, vec![random(&X, &[2, 3, n], 5.0), vector(1.0), vector(2.0)]));
        let five = |range| random(&[DModel], &[5], range);
        cases.push(like(LayerNorm { eps: 1e-12 }, vec![random(&X, &[1, n, 5], 30.0), five(1.0), five(2.0)]));
    }
    // A row of one number over and over: ε keeps it finite, and b is left.
    let flat = vec![given(&X, &[1, 1, 3], [7.0; 3]), width(&[1.0; 3]), width(&[1.0, 2.0, 3.0])];
    cases.push(like(LayerNorm { eps: 1e-5 }, flat).want(&[1.0, 2.0, 3.0]));
    cases
}

fn rope() -> Vec<Case> {
    const Q: [Axis; 4] = [Batch, Pos, Head, DHead];
    // A quarter turn takes (1, 2) to (−2, 1); no turn leaves it.
    let turns = given(&[Pos, DHead], &[2, 2], [1.0, 0.0, 0.0, 1.0]);
    let hand = vec![given(&Q, &[1, 2, 1, 2], [1.0, 2.0, 1.0, 2.0]), turns];
    let mut cases = vec![like(Rope, hand).want(&[1.0, 2.0, -2.0, 1.0])];
    for n in SIZES {
        cases.push(like(Rope, vec![random(&Q, &[2, n, 3, 6], 3.0), random(&[Pos, DHead], &[n, 6], 1.0)]));
    }
    cases
}

fn first() -> Vec<Case> {
    let hand = vec![given(&X, &[2, 2, 2], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])];
    let mut cases = vec![case(First, hand, &[Batch, DModel], &[2, 2]).want(&[1.0, 2.0, 5.0, 6.0])];
    for n in SIZES {
        cases.push(case(First, vec![random(&X, &[3, 2, n], 1.0)], &[Batch, DModel], &[3, n]));
        cases.push(case(First, vec![random(&X, &[1, n, 5], 1.0)], &[Batch, DModel], &[1, 5]));
    }
    cases
}

fn linear() -> Vec<Case> {
    let weight = |out: usize, width: usize| random(&[Out, In], &[out, width], 1.0);
    // [1 2] · [3 4] = 11, [1 2] · [5 6] = 17; then the bias.
    let hand = || vec![given(&X, &[1, 1, 2], [1.0, 2.0]), given(&[Out, In], &[2, 2], [3.0, 4.0, 5.0, 6.0])];
    let mut biased = hand();
    biased.push(given(&[Out], &[2], [100.0, 200.0]));
    let mut cases = vec![
        case(Linear, hand(), &X, &[1, 1, 2]).want(&[11.0, 17.0]),
        case(Linear, biased, &X, &[1, 1, 2]).want(&[111.0, 217.0]),
    ];
    for n in SIZES {
        for (rows, width, out) in [(1, n, 65), (1, 64, n), (2, 128, n), (n, 36, 7), (n, 7, 36), (9, n, 33), (9, 32, n)] {
            let mut inputs = vec![random(&X, &[1, rows, width], 1.0), weight(out, width)];
            cases.push(case(Linear, vec![random(&X, &[1, rows, width], 1.0), weight(out, width)], &X, &[1, rows, out]));
            inputs.push(random(&[Out], &[out], 3.0));
            cases.push(case(Linear, inputs, &X, &[1, rows, out]));
        }
    }
    // A batch, and axes that count as one: the heads of an attention.
    let z = random(&[Batch, Pos, Head, DHead], &[2, 5, 4, 8], 1.0);
    cases.push(case(Linear, vec![z, weight(12, 32)], &X, &[2, 5, 12]));
    let x = random(&X, &[2, 5, 12], 1.0);
    cases.push(case(Linear, vec![x, weight(32, 12)], &[Batch, Pos, Head, DHead], &[2, 5, 4, 8]));
    cases
}

fn scale() -> Vec<Case> {
    let mut cases = vec![like(Scale { by: -0.5 }, vec![given(&X, &[1, 1, 3], [2.0, 0.0, -3.0])]).want(&[-1.0, 0.0, 1.5])];
    cases.extend(SIZES.map(|n| like(Scale { by: 0.088 }, vec![random(&X, &[2, 1, n], 1e6)])));
    cases
}

fn add() -> Vec<Case> {
    let hand = vec![given(&X, &[1, 1, 2], [1.0, 2.0]), given(&X, &[1, 1, 2], [10.0, -2.0])];
    let mut cases = vec![like(Add, hand).want(&[11.0, 0.0])];
    cases.extend(SIZES.map(|n| like(Add, vec![random(&X, &[2, 1, n], 1e6), random(&X, &[2, 1, n], 1e6)])));
    cases
}

fn mul() -> Vec<Case> {
    let hand = vec![given(&X, &[1, 1, 2], [3.0, 2.0]), given(&X, &[1, 1, 2], [10.0, -2.0])];
    let mut cases = vec![like(Mul, hand).want(&[30.0, -4.0])];
    cases.extend(SIZES.map(|n| like(Mul, vec![random(&X, &[2, 1, n], 1e3), random(&X, &[2, 1, n], 1e3)])));
    cases
}

fn activation() -> Vec<Case> {
    let apply = |kind, data: Vec<f32>| like(kind, vec![given(&X, &[1, 1, data.len()], data)]);
    let mut cases = vec![
        apply(Activation::Relu, vec![-2.0, 0.0, 3.0]).want(&[0.0, 0.0, 3.0]),
        // Φ(1) = 0.8413447; beyond a few σ it is 0 or 1.
        apply(Activation::GeluErf, vec![-20.0, -1.0, 0.0, 1.0, 20.0]).want(&[0.0, -0.158_655_3, 0.0, 0.841_344_7, 20.0]),
        // ½ (1 + tanh(0.7978846 · 1.044715)) = 0.841192.
        apply(Activation::GeluTanh, vec![-20.0, -1.0, 0.0, 1.0, 20.0]).want(&[0.0, -0.158_808, 0.0, 0.841_192, 20.0]),
        // SiLU(ln 3) = ln 3 / (1 + 1/3).
        apply(Activation::Silu, vec![0.0, 3f32.ln()]).want(&[0.0, 0.75 * 3f32.ln()]),
    ];
    let named = activations::named();
    let mut kinds: Vec<Activation> = vec![];
    for (name, want) in &named.values {
        let kind = Activation::from_config(name).unwrap_or_else(|| panic!("{name} is published"));
        cases.push(apply(kind, named.inputs.clone()).want(want));
        kinds.push(kind);
    }
    for kind in Activation::ALL {
        assert!(kinds.contains(&kind), "{kind:?} has no published name, or no values in activations.json");
        cases.extend(SIZES.map(|n| like(kind, vec![random(&X, &[2, 1, n], 6.0)])));
        // Each alone, so that a large one does not widen the tolerance of the others.
        let extremes = [-3e38, -1e9, -100.0, -88.8, -9.5, -1e-3, 1e-3, 9.5, 88.8, 100.0, 1e9, 3e38];
        let has_result = |x: &f32| kind != Activation::ReluSquared || *x < 1e19;
        cases.extend(extremes.into_iter().filter(has_result).map(|x| apply(kind, vec![x])));
    }
    cases
}

fn relative_bias() -> Vec<Case> {
    let bias = |direction, total, max| RelativeBias::new(direction, total, max).expect("a table of buckets");
    let axes = [Head, QueryPos, KeyPos];
    let buckets = |n: usize| given(&[Bucket, Head], &[n, 1], (0..n).map(|i| i as f32).collect::<Vec<f32>>());
    let mut cases = vec![
        // Of 8 buckets, a decoder gives 0 to 3 to the distances 0 to 3; keys after the query count as distance 0.
        case(bias(Direction::Back, 8, 16), vec![buckets(8)], &axes, &[1, 3, 3])
            .want(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 1.0, 0.0]),
        // An encoder gives 4 buckets to each side, and those of keys after the query come second.
        case(bias(Direction::Both, 8, 16), vec![buckets(8)], &axes, &[1, 2, 2]).want(&[0.0, 5.0, 1.0, 0.0]),
        // One query, the last of its keys: the cached step of a decoder.
        case(bias(Direction::Back, 8, 16), vec![buckets(8)], &axes, &[1, 1, 4]).want(&[3.0, 2.0, 1.0, 0.0]),
    ];
    for n in SIZES {
        for direction in [Direction::Both, Direction::Back] {
            let table = || random(&[Bucket, Head], &[32, 3], 4.0);
            cases.push(case(bias(direction, 32, 128), vec![table()], &axes, &[3, n.min(65), n]));
            cases.push(case(bias(direction, 32, 128), vec![table()], &axes, &[3, 1, n]));
        }
    }
    // As many bounds as the kernel holds.
    cases.push(case(bias(Direction::Back, 128, 400), vec![random(&[Bucket, Head], &[128, 2], 4.0)], &axes, &[2, 1, 1000]));
    cases
}

const Q: [Axis; 4] = [Batch, Pos, Head, DHead];
const KV: [Axis; 4] = [Batch, Pos, KvHead, DHead];
const CACHE: [Axis; 4] = [KeyPos, Batch, KvHead, DHead];

fn attn_scores() -> Vec<Case> {
    let op = |scale| AttnScores { scale };
    // One query [1 2] against keys [3 4] and [5 6].
    let hand = || vec![given(&Q, &[1, 1, 1, 2], [1.0, 2.0]), given(&KV, &[1, 2, 1, 2], [3.0, 4.0, 5.0, 6.0])];
    let mut biased = hand();
    biased.push(given(&SCORES[1..], &[1, 1, 2], [0.25, -1.0]));
    let mut cases = vec![
        case(op(1.0), hand(), &SCORES, &[1, 1, 1, 2]).want(&[11.0, 17.0]),
        case(op(0.5), biased, &SCORES, &[1, 1, 1, 2]).want(&[5.75, 7.5]),
    ];
    for n in SIZES {
        for (queries, heads, kv_heads, width) in [(1, 4, 4, 32), (3, 4, 2, 5), (2, 6, 1, 64)] {
            let shape = [2, heads, queries, n];
            let q = || random(&Q, &[2, queries, heads, width], 1.0);
            cases.push(case(op(1.0), vec![q(), random(&KV, &[2, n, kv_heads, width], 1.0)], &SCORES, &shape));
            let bias = random(&SCORES[1..], &shape[1..], 3.0);
            cases.push(case(op(0.125), vec![q(), random(&CACHE, &[n, 2, kv_heads, width], 1.0), bias], &SCORES, &shape));
        }
    }
    cases
}

fn mask() -> Vec<Case> {
    let scores = |queries, keys| random(&SCORES, &[2, 3, queries, keys], 10.0);
    let hand = |mask, queries: usize, allowed: [f32; 3]| {
        let s: Vec<f32> = (1..=3 * queries).map(|i| i as f32).collect();
        like(mask, vec![given(&SCORES, &[1, 1, queries, 3], s), given(&[Batch, KeyPos], &[1, 3], allowed)])
    };
    const M: f32 = MASKED;
    let mut cases = vec![
        hand(Mask::Padding, 2, [1.0, 1.0, 0.0]).want(&[1.0, 2.0, M, 4.0, 5.0, M]),
        // Two queries and three keys: the queries are the last two positions.
        hand(Mask::Causal, 2, [1.0, 1.0, 1.0]).want(&[1.0, 2.0, M, 4.0, 5.0, 6.0]),
        hand(Mask::Causal, 1, [0.0, 1.0, 1.0]).want(&[M, 2.0, 3.0]),
        hand(Mask::Padding, 1, [0.0, 0.0, 0.0]).want(&[M, M, M]),
    ];
    for n in SIZES {
        for mask in [Mask::Padding, Mask::Causal] {
            let allowed: Vec<f32> = (0..2 * n).map(|i| (i % 3 != 1) as u8 as f32).collect();
            for queries in [1, n.min(65)] {
                cases.push(like(mask, vec![scores(queries, n), given(&[Batch, KeyPos], &[2, n], allowed.clone())]));
            }
        }
    }
    cases
}

fn softmax() -> Vec<Case> {
    let row = |s: &[f32]| like(Softmax, vec![given(&SCORES, &[1, 1, 1, s.len()], s)]);
    const M: f32 = MASKED;
    let mut cases = vec![
        // Of logarithms, the softmax is the fractions: 1 : 2 : 5.
        row(&[1f32.ln(), 2f32.ln(), 5f32.ln()]).want(&[0.125, 0.25, 0.625]),
        row(&[7.0]).want(&[1.0]),
        row(&[0.0, M, 0.0]).want(&[0.5, 0.0, 0.5]),
        row(&[M, M, M]).want(&[0.0, 0.0, 0.0]),
        // Far apart, and far from zero: nothing overflows.
        row(&[1e30, -1e29, 0.0]).want(&[1.0, 0.0, 0.0]),
        row(&[-1e29, M, -1e29]).want(&[0.5, 0.0, 0.5]),
        row(&[3e4, 3e4 - 200.0]).want(&[1.0, 0.0]),
    ];
    for n in SIZES {
        cases.push(like(Softmax, vec![random(&SCORES, &[2, 3, 5, n], 20.0)]));
        // Every third score masked, and every second row altogether.
        let mut s = random(&SCORES, &[1, 2, 7, n], 3.0);
        for (index, s) in s.data.iter_mut().enumerate() {
            if index % 3 == 0 || index / n % 2 == 0 {
                *s = M;
            }
        }
        cases.push(like(Softmax, vec![s]));
    }
    // With a group for each row, more groups than one axis of a launch holds.
    cases.push(like(Softmax, vec![random(&SCORES, &[1, 2, 35_000, 3], 5.0)]));
    cases
}

fn attn_mix() -> Vec<Case> {
    // A quarter of [1 2] and three quarters of [5 10].
    let hand = vec![given(&SCORES, &[1, 1, 1, 2], [0.25, 0.75]), given(&KV, &[1, 2, 1, 2], [1.0, 2.0, 5.0, 10.0])];
    let mut cases = vec![case(AttnMix, hand, &Q, &[1, 1, 1, 2]).want(&[4.0, 8.0])];
    for n in SIZES {
        for (queries, heads, kv_heads, width) in [(1, 4, 4, 32), (3, 4, 2, 5), (2, 6, 1, 64)] {
            let pattern = || random(&SCORES, &[2, heads, queries, n], 1.0 / n as f32);
            let shape = [2, queries, heads, width];
            cases.push(case(AttnMix, vec![pattern(), random(&KV, &[2, n, kv_heads, width], 1.0)], &Q, &shape));
            cases.push(case(AttnMix, vec![pattern(), random(&CACHE, &[n, 2, kv_heads, width], 1.0)], &Q, &shape));
        }
    }
    cases
}

fn append() -> Vec<Case> {
    let at = |batch, past, target, row: [usize; 2], x: Input, before: Vec<f32>| Case {
        dims: vec![Dim::Keys, Dim::Batch, Dim::Fixed(row[0]), Dim::Fixed(row[1])],
        inputs: vec![Input { dims: vec![Dim::Batch, Dim::Target, Dim::Fixed(row[0]), Dim::Fixed(row[1])], ..x }],
        lens: Lens { batch, source: 1, target, past },
        before,
        ..case(Append, vec![], &CACHE, &[])
    };
    let mut cases = vec![
        // Two sequences of one token each: positions come first, so they end up side by side.
        at(2, 0, 1, [1, 2], given(&KV, &[2, 1, 1, 2], [1.0, 2.0, 3.0, 4.0]), vec![]).want(&[1.0, 2.0, 3.0, 4.0]),
        // The next token of both comes after the first of both.
        at(2, 1, 1, [1, 1], given(&KV, &[2, 1, 1, 1], [5.0, 6.0]), vec![1.0, 2.0]).want(&[1.0, 2.0, 5.0, 6.0]),
    ];
    for n in SIZES {
        for batch in [1, 2] {
            let before = random(&KV, &[batch, n, 2, 3], 9.0).data;
            cases.push(at(batch, 0, n, [2, 3], random(&KV, &[batch, n, 2, 3], 9.0), vec![]));
            cases.push(at(batch, n, 1, [2, 3], random(&KV, &[batch, 1, 2, 3], 9.0), before.clone()));
            cases.push(at(batch, n, 5, [2, 3], random(&KV, &[batch, 5, 2, 3], 9.0), before));
        }
    }
    cases
}
