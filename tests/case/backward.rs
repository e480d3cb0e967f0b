//! The cases of the losses and of what comes back through each op.

use super::{Case, Input, case, given, like, random};
use diorama::graph::{Dim, Lens};
use diorama::ops::relative_bias::Direction;
use diorama::ops::*;
use diorama::tensor::Axis::{self, *};

const SIZES: [usize; 5] = [1, 63, 64, 65, 300];
const X: [Axis; 3] = [Batch, Pos, DModel];
const ROWS: [Axis; 2] = [Batch, Pos];
const SCORES: [Axis; 4] = [Batch, Head, QueryPos, KeyPos];
const Q: [Axis; 4] = [Batch, Pos, Head, DHead];
const KV: [Axis; 4] = [Batch, Pos, KvHead, DHead];
const CACHE: [Axis; 4] = [KeyPos, Batch, KvHead, DHead];

pub fn cross_entropy() -> Vec<Case> {
    // Of logarithms, the softmax is the fractions: 1/8, 2/8, 5/8. The second row does not count.
    let z = given(&[Batch, Pos, DVocab], &[1, 2, 3], [1f32.ln(), 2f32.ln(), 5f32.ln(), 9.0, 9.0, 9.0]);
    let hand = vec![z, given(&ROWS, &[1, 2], [1.0, -100.0])];
    let mut cases = vec![case(CrossEntropy, hand, &ROWS, &[1, 2]).want(&[4f32.ln(), 0.0])];
    // Far apart, and far from zero: nothing overflows.
    let far = vec![given(&[Batch, DVocab], &[1, 2], [1e4, -1e4]), given(&[Batch], &[1], [1.0])];
    cases.push(case(CrossEntropy, far, &[Batch], &[1]).want(&[2e4]));
    cases.extend(SIZES.map(|n| case(CrossEntropy, vec![scores(n), labels(n)], &ROWS, &[2, 5])));
    cases
}

pub fn cross_entropy_grad() -> Vec<Case> {
    let z = given(&[Batch, Pos, DVocab], &[1, 2, 3], [1f32.ln(), 2f32.ln(), 5f32.ln(), 9.0, 9.0, 9.0]);
    let hand = vec![z, given(&ROWS, &[1, 2], [1.0, -100.0]), given(&ROWS, &[1, 2], [2.0, 3.0])];
    let mut cases = vec![like(CrossEntropyGrad, hand).want(&[0.25, -1.5, 1.25, 0.0, 0.0, 0.0])];
    cases.extend(SIZES.map(|n| like(CrossEntropyGrad, vec![scores(n), labels(n), random(&ROWS, &[2, 5], 1.0)])));
    cases
}

fn scores(n: usize) -> Input {
    random(&[Batch, Pos, DVocab], &[2, 5, n], 9.0)
}

/// Every third place does not count.
fn labels(n: usize) -> Input {
    let label = |i: usize| if i % 3 == 2 { -100.0 } else { (i * 7 % n) as f32 };
    given(&ROWS, &[2, 5], (0..10).map(label).collect::<Vec<f32>>())
}

/// Labels of yes and no for `n` numbers.
fn answers(n: usize) -> Input {
    given(&X, &[2, 1, n], (0..2 * n).map(|i| (i % 2) as f32).collect::<Vec<f32>>())
}

pub fn binary_cross_entropy() -> Vec<Case> {
    let hand = vec![given(&X, &[1, 1, 3], [0.0, 3f32.ln(), 3f32.ln()]), given(&X, &[1, 1, 3], [1.0, 1.0, 0.0])];
    let mut cases = vec![like(BinaryCrossEntropy, hand).want(&[2f32.ln(), (4f32 / 3.0).ln(), 4f32.ln()])];
    cases.extend(SIZES.map(|n| like(BinaryCrossEntropy, vec![random(&X, &[2, 1, n], 100.0), answers(n)])));
    cases
}

pub fn binary_cross_entropy_grad() -> Vec<Case> {
    let hand = [[0.0, 3f32.ln()], [1.0, 0.0], [2.0, 1.0]].map(|numbers| given(&X, &[1, 1, 2], numbers));
    let mut cases = vec![like(BinaryCrossEntropyGrad, hand.into()).want(&[-1.0, 0.75])];
    let inputs = |n| vec![random(&X, &[2, 1, n], 100.0), answers(n), random(&X, &[2, 1, n], 2.0)];
    cases.extend(SIZES.map(|n| like(BinaryCrossEntropyGrad, inputs(n))));
    cases
}

pub fn squared_error() -> Vec<Case> {
    let hand = vec![given(&X, &[1, 1, 2], [1.0, -2.0]), given(&X, &[1, 1, 2], [4.0, -2.0])];
    let mut cases = vec![like(SquaredError, hand).want(&[9.0, 0.0])];
    cases.extend(SIZES.map(|n| like(SquaredError, vec![random(&X, &[2, 1, n], 5.0), answers(n)])));
    cases
}

pub fn squared_error_grad() -> Vec<Case> {
    let hand = [[1.0, -2.0], [4.0, -2.0], [0.5, 9.0]].map(|numbers| given(&X, &[1, 1, 2], numbers));
    let mut cases = vec![like(SquaredErrorGrad, hand.into()).want(&[-3.0, 0.0])];
    let inputs = |n| vec![random(&X, &[2, 1, n], 5.0), answers(n), random(&X, &[2, 1, n], 2.0)];
    cases.extend(SIZES.map(|n| like(SquaredErrorGrad, inputs(n))));
    cases
}

pub fn dot() -> Vec<Case> {
    let hand = vec![given(&ROWS, &[1, 3], [1.0, 2.0, 3.0]), given(&ROWS, &[1, 3], [0.5, 0.0, 2.0])];
    let mut cases = vec![case(Dot, hand, &[Batch], &[1]).want(&[6.5])];
    let inputs = |n: usize| vec![random(&ROWS, &[2, n], 1.0), random(&ROWS, &[2, n], 1.0 / n as f32)];
    cases.extend(SIZES.map(|n| case(Dot, inputs(n), &[Batch], &[1])));
    cases
}

pub fn linear_grad_input() -> Vec<Case> {
    // dy = [1 2] through rows [3 4] and [5 6].
    let hand = vec![given(&X, &[1, 1, 2], [1.0, 2.0]), given(&[Out, In], &[2, 2], [3.0, 4.0, 5.0, 6.0])];
    let mut cases = vec![case(LinearGradInput, hand, &X, &[1, 1, 2]).want(&[13.0, 16.0])];
    for n in SIZES {
        for (rows, width, out) in [(1, n, 65), (n, 36, 7), (9, n, 33), (9, 32, n)] {
            let inputs = vec![random(&X, &[1, rows, out], 1.0), random(&[Out, In], &[out, width], 1.0)];
            cases.push(case(LinearGradInput, inputs, &X, &[1, rows, width]));
        }
    }
    // Axes that count as one: the heads of an attention.
    let dy = random(&Q, &[2, 5, 4, 8], 1.0);
    cases.push(case(LinearGradInput, vec![dy, random(&[Out, In], &[32, 12], 1.0)], &X, &[2, 5, 12]));
    cases
}

pub fn linear_grad_weight() -> Vec<Case> {
    // Two rows: [1 2]ᵀ [3 4] + [10 20]ᵀ [5 6].
    let hand = vec![given(&X, &[1, 2, 2], [1.0, 2.0, 10.0, 20.0]), given(&X, &[1, 2, 2], [3.0, 4.0, 5.0, 6.0])];
    let mut cases = vec![case(LinearGradWeight, hand, &[Out, In], &[2, 2]).want(&[53.0, 64.0, 106.0, 128.0])];
    for n in SIZES {
        for (rows, width, out) in [(1, n, 65), (n, 36, 7), (9, n, 33), (9, 32, n)] {
            let inputs = vec![random(&X, &[1, rows, out], 1.0), random(&X, &[1, rows, width], 1.0)];
            cases.push(case(LinearGradWeight, inputs, &[Out, In], &[out, width]));
        }
    }
    let inputs = vec![random(&X, &[2, 5, 12], 1.0), random(&Q, &[2, 5, 4, 8], 1.0)];
    cases.push(case(LinearGradWeight, inputs, &[Out, In], &[12, 32]));
    cases
}

pub fn sum_rows() -> Vec<Case> {
    let mut cases = vec![
        case(SumRows, vec![given(&X, &[1, 2, 2], [1.0, 2.0, 10.0, 20.0])], &[DModel], &[2]).want(&[11.0, 22.0]),
        // The axes behind the batch stay.
        case(SumRows, vec![given(&SCORES, &[2, 1, 1, 2], [1.0, 2.0, 10.0, 20.0])], &SCORES[1..], &[1, 1, 2]).want(&[11.0, 22.0]),
    ];
    for n in SIZES {
        cases.push(case(SumRows, vec![random(&X, &[2, 3, n], 1.0)], &[DModel], &[n]));
        cases.push(case(SumRows, vec![random(&X, &[2, n, 5], 1.0)], &[DModel], &[5]));
    }
    cases
}

pub fn layer_norm_grad() -> Vec<Case> {
    // x̂ = (−1, 1) with s = 2; g = (2, 0): mean(g) = 1 and mean(g x̂) = −1, so dx = (2 − 1 − 1, 0 − 1 + 1) / 2.
    let hand = vec![given(&X, &[1, 1, 2], [1.0, 5.0]), given(&[DModel], &[2], [2.0, 3.0]), given(&X, &[1, 1, 2], [1.0, 0.0])];
    norm_cases(|eps| LayerNormGrad { eps }.into(), hand, &[0.0, 0.0])
}

pub fn rms_norm_grad() -> Vec<Case> {
    // x̂ = (0.2, −1.4) with s = 5; g = (1, 0): mean(g x̂) = 0.1, so dx = (1 − 0.02, 0.14) / 5.
    let hand = vec![given(&X, &[1, 1, 2], [1.0, -7.0]), given(&[DModel], &[2], [1.0, 10.0]), given(&X, &[1, 1, 2], [1.0, 0.0])];
    norm_cases(|eps| RmsNormGrad { eps }.into(), hand, &[0.196, 0.028])
}

fn norm_cases(op: impl Fn(f32) -> Op, hand: Vec<Input>, want: &[f32]) -> Vec<Case> {
    let mut cases = vec![like(op(0.0), hand).want(want)];
    for n in SIZES {
        let inputs = vec![random(&X, &[2, 3, n], 5.0), random(&[DModel], &[n], 1.0), random(&X, &[2, 3, n], 1.0)];
        cases.push(like(op(1e-2), inputs));
    }
    // A row of zeros: ε keeps it finite.
    let flat = vec![given(&X, &[1, 1, 65], [0.0; 65]), random(&[DModel], &[65], 1.0), random(&X, &[1, 1, 65], 1.0)];
    cases.push(like(op(1e-2), flat));
    cases
}

pub fn layer_norm_grad_weight() -> Vec<Case> {
    // x̂ = (−1, 1) in both rows.
    let hand = vec![given(&X, &[1, 2, 2], [1.0, 5.0, 3.0, 7.0]), given(&X, &[1, 2, 2], [1.0, 2.0, 10.0, 20.0])];
    norm_weight_cases(|eps| LayerNormGradWeight { eps }.into(), hand, &[-11.0, 22.0])
}

pub fn rms_norm_grad_weight() -> Vec<Case> {
    // x̂ = (0.2, −1.4) in both rows.
    let hand = vec![given(&X, &[1, 2, 2], [1.0, -7.0, 2.0, -14.0]), given(&X, &[1, 2, 2], [1.0, 2.0, 10.0, 20.0])];
    norm_weight_cases(|eps| RmsNormGradWeight { eps }.into(), hand, &[2.2, -30.8])
}

fn norm_weight_cases(op: impl Fn(f32) -> Op, hand: Vec<Input>, want: &[f32]) -> Vec<Case> {
    let mut cases = vec![case(op(0.0), hand, &[DModel], &[2]).want(want)];
    for n in SIZES {
        for (rows, width) in [(3, n), (n, 5)] {
            let inputs = vec![random(&X, &[2, rows, width], 5.0), random(&X, &[2, rows, width], 1.0)];
            cases.push(case(op(1e-2), inputs, &[DModel], &[width]));
        }
    }
    cases
}

pub fn activation_grad() -> Vec<Case> {
    let apply = |kind, x: Vec<f32>| {
        let ones = given(&X, &[1, 1, x.len()], vec![1.0; x.len()]);
        like(ActivationGrad(kind), vec![given(&X, &[1, 1, x.len()], x), ones])
    };
    let mut cases = vec![
        apply(Activation::Relu, vec![-1.0, 0.0, 2.0]).want(&[0.0, 0.0, 1.0]),
        // The logistic function has slope s (1 − s): at ln 3, s = 3/4.
        apply(Activation::Sigmoid, vec![0.0, 3f32.ln()]).want(&[0.25, 0.1875]),
        apply(Activation::GeluErf, vec![0.0]).want(&[0.5]),
        apply(Activation::GeluTanh, vec![0.0]).want(&[0.5]),
    ];
    for kind in Activation::ALL {
        // The slope against the function itself, a small step to each side; not at a corner.
        for x in [-6.5f32, -4.25, -2.5, -0.75, -0.1, 0.1, 0.75, 2.5, 4.25, 6.5] {
            let at = |x: f32| apply_once(kind, x) as f64;
            let step = 1.0 / 256.0;
            let slope = (at(x + step) - at(x - step)) / (2.0 * step as f64);
            let got = kind.slope(x) as f64;
            assert!((got - slope).abs() < 2e-3 * got.abs().max(1.0), "{kind:?} at {x}: slope {got}, but {slope} by differences");
        }
        cases.extend(SIZES.map(|n| like(ActivationGrad(kind), vec![random(&X, &[2, 1, n], 6.0), random(&X, &[2, 1, n], 1.0)])));
        let extremes = [-3e38, -1e9, -100.0, -88.8, -9.5, -1e-3, 1e-3, 9.5, 88.8, 100.0, 1e9, 3e37];
        cases.extend(extremes.into_iter().map(|x| apply(kind, vec![x])));
    }
    cases
}

fn apply_once(kind: Activation, x: f32) -> f32 {
    let mut y = [0.0];
    like(kind, vec![given(&X, &[1, 1, 1], [x])]).at_site(|site| kind.cpu(site, &[&[x]], &mut y));
    y[0]
}

pub fn attn_mix_grad_values() -> Vec<Case> {
    // Two queries that put 1/4 and 1/2 on the first key.
    let hand = vec![given(&SCORES, &[1, 1, 2, 2], [0.25, 0.75, 0.5, 0.5]), given(&Q, &[1, 2, 1, 1], [4.0, 8.0])];
    let mut cases = vec![case(AttnMixGradValues, hand, &KV, &[1, 2, 1, 1]).want(&[5.0, 7.0])];
    for n in SIZES {
        for (queries, heads, kv_heads, width) in [(1, 4, 4, 32), (3, 4, 2, 5), (2, 6, 1, 64)] {
            let inputs = || {
                let pattern = random(&SCORES, &[2, heads, queries, n], 1.0);
                vec![pattern, random(&Q, &[2, queries, heads, width], 1.0)]
            };
            cases.push(case(AttnMixGradValues, inputs(), &KV, &[2, n, kv_heads, width]));
            cases.push(case(AttnMixGradValues, inputs(), &CACHE, &[n, 2, kv_heads, width]));
        }
    }
    cases
}

pub fn softmax_grad() -> Vec<Case> {
    // p = (1/4, 3/4), dp = (4, 0): their product sums to 1.
    let hand = vec![given(&SCORES, &[1, 1, 1, 2], [0.25, 0.75]), given(&SCORES, &[1, 1, 1, 2], [4.0, 0.0])];
    let mut cases = vec![like(SoftmaxGrad, hand).want(&[0.75, -0.75])];
    let inputs = |n: usize| vec![random(&SCORES, &[2, 3, 5, n], 1.0 / n as f32), random(&SCORES, &[2, 3, 5, n], 1.0)];
    cases.extend(SIZES.map(|n| like(SoftmaxGrad, inputs(n))));
    cases
}

pub fn mask_grad() -> Vec<Case> {
    let hand = |mask, allowed: [f32; 3]| {
        let dy = given(&SCORES, &[1, 1, 2, 3], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        like(MaskGrad(mask), vec![dy, given(&[Batch, KeyPos], &[1, 3], allowed)])
    };
    let mut cases = vec![
        hand(Mask::Padding, [1.0, 1.0, 0.0]).want(&[1.0, 2.0, 0.0, 4.0, 5.0, 0.0]),
        hand(Mask::Causal, [1.0, 1.0, 1.0]).want(&[1.0, 2.0, 0.0, 4.0, 5.0, 6.0]),
    ];
    for n in SIZES {
        for mask in [Mask::Padding, Mask::Causal] {
            let allowed: Vec<f32> = (0..2 * n).map(|i| (i % 3 != 1) as u8 as f32).collect();
            let inputs = vec![random(&SCORES, &[2, 3, n.min(65), n], 10.0), given(&[Batch, KeyPos], &[2, n], allowed)];
            cases.push(like(MaskGrad(mask), inputs));
        }
    }
    cases
}

pub fn relative_bias_grad() -> Vec<Case> {
    let op = |direction, total, max| RelativeBiasGrad(RelativeBias::new(direction, total, max).expect("a table of buckets"));
    let axes = [Head, QueryPos, KeyPos];
    let ones = given(&axes, &[1, 3, 3], [1.0; 9]);
    let mut cases = vec![
        // Keys after the query count as distance 0: six cells, then two at distance 1 and one at 2.
        case(op(Direction::Back, 4, 16), vec![ones], &[Bucket, Head], &[4, 1]).want(&[6.0, 2.0, 1.0, 0.0]),
    ];
    for n in SIZES {
        for direction in [Direction::Both, Direction::Back] {
            for queries in [1, n.min(65)] {
                let dbias = random(&axes, &[3, queries, n], 1.0);
                cases.push(case(op(direction, 32, 128), vec![dbias], &[Bucket, Head], &[32, 3]));
            }
        }
    }
    cases
}

pub fn append_grad() -> Vec<Case> {
    let at = |[batch, new, heads, width]: [usize; 4], dcache: Input| Case {
        dims: vec![Dim::Batch, Dim::Target, Dim::Fixed(heads), Dim::Fixed(width)],
        inputs: vec![Input { dims: vec![Dim::Keys, Dim::Batch, Dim::Fixed(heads), Dim::Fixed(width)], ..dcache }],
        lens: Lens { batch, source: 1, target: new, past: 0 },
        ..case(AppendGrad, vec![], &KV, &[])
    };
    let hand = given(&CACHE, &[2, 2, 1, 1], [1.0, 2.0, 3.0, 4.0]);
    let mut cases = vec![at([2, 2, 1, 1], hand).want(&[1.0, 3.0, 2.0, 4.0])];
    cases.extend(SIZES.map(|n| at([2, n, 2, 3], random(&CACHE, &[n, 2, 2, 3], 9.0))));
    cases
}

pub fn rope_grad() -> Vec<Case> {
    // A quarter turn back takes (1, 2) to (2, −1); no turn leaves it.
    let turns = given(&[Pos, DHead], &[2, 2], [1.0, 0.0, 0.0, 1.0]);
    let hand = vec![given(&Q, &[1, 2, 1, 2], [1.0, 2.0, 1.0, 2.0]), turns];
    let mut cases = vec![like(RopeGrad, hand).want(&[1.0, 2.0, 2.0, -1.0])];
    cases.extend(SIZES.map(|n| like(RopeGrad, vec![random(&Q, &[2, n, 3, 6], 3.0), random(&[Pos, DHead], &[n, 6], 1.0)])));
    cases
}

pub fn first_grad() -> Vec<Case> {
    let hand = vec![given(&[Batch, DModel], &[2, 2], [1.0, 2.0, 3.0, 4.0])];
    let mut cases = vec![case(FirstGrad, hand, &X, &[2, 2, 2]).want(&[1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0])];
    cases.extend(SIZES.map(|n| case(FirstGrad, vec![random(&[Batch, DModel], &[3, n], 1.0)], &X, &[3, 2, n])));
    cases
}

pub fn embed_grad() -> Vec<Case> {
    // Row 2 was copied twice, row 1 never.
    let hand = vec![given(&ROWS, &[1, 3], [2.0, 0.0, 2.0]), given(&X, &[1, 3, 1], [1.0, 10.0, 100.0])];
    let mut cases = vec![case(EmbedGrad, hand, &[DVocab, DModel], &[3, 1]).want(&[10.0, 0.0, 101.0])];
    for n in SIZES {
        let ids: Vec<f32> = (0..2 * n).map(|i| (i * 7 % 11) as f32).collect();
        let inputs = vec![given(&ROWS, &[2, n], ids), random(&X, &[2, n, 33], 2.0)];
        cases.push(case(EmbedGrad, inputs, &[DVocab, DModel], &[11, 33]));
    }
    cases
}
