//! The cases of what changes weights.

use super::{Case, Input, case, given, like, random};
use diorama::ops::*;
use diorama::tensor::Axis::{self, *};

const SIZES: [usize; 5] = [1, 63, 64, 65, 300];
const X: [Axis; 3] = [Batch, Pos, DModel];
const RATES: [Axis; 1] = [Rate];

/// Learning rate, β₁, β₂, ε, decay, cut, and the two corrections.
fn rates(cut: f32) -> Input {
    given(&RATES, &[8], [0.5, 0.75, 0.5, 0.0, 0.25, cut, 0.5, 0.25])
}

pub fn square_sum() -> Vec<Case> {
    let x = || given(&X, &[1, 1, 3], [1.0, -2.0, 2.0]);
    let mut cases = vec![
        case(SquareSum, vec![x()], &[Batch], &[1]).want(&[9.0]),
        case(SquareSum, vec![x(), given(&[Batch], &[1], [16.0])], &[Batch], &[1]).want(&[25.0]),
    ];
    cases.extend(SIZES.map(|n| case(SquareSum, vec![random(&X, &[2, 3, n], 1.0)], &[Batch], &[1])));
    cases
}

pub fn adam_mean() -> Vec<Case> {
    moment_cases(AdamMean.into(), [5.0, -0.25], [4.0, 0.25])
}

pub fn adam_square() -> Vec<Case> {
    moment_cases(AdamSquare.into(), [34.0, 8.5], [10.0, 2.5])
}

/// Of the state (4, 1) and the gradient (8, −4), with β₁ = 3/4 and β₂ = 1/2: uncut, and with a norm of 4 cut to 2, which halves the gradient.
fn moment_cases(op: Op, uncut: [f32; 2], halved: [f32; 2]) -> Vec<Case> {
    let hand = |cut| {
        let (state, gradient) = (given(&[DModel], &[2], [4.0, 1.0]), given(&[DModel], &[2], [8.0, -4.0]));
        vec![state, gradient, given(&[Batch], &[1], [16.0]), rates(cut)]
    };
    let mut cases = vec![like(op.clone(), hand(0.0)).want(&uncut), like(op.clone(), hand(2.0)).want(&halved)];
    for n in SIZES {
        let x = || random(&[DModel], &[n], 1.0);
        cases.push(like(op.clone(), vec![x(), x(), given(&[Batch], &[1], [0.01]), rates(1.0)]));
    }
    cases
}

pub fn adamw() -> Vec<Case> {
    // w (1 − 0.5 · 0.25) − (0.5 / 0.5) · m / (√v / √0.25): 8 · 0.875 − 3 / (2 / 0.5); without its share of the decay, 8 − 0.75.
    let hand = || vec![given(&[DModel], &[1], [8.0]), given(&[DModel], &[1], [3.0]), given(&[DModel], &[1], [4.0]), rates(0.0)];
    let mut cases = vec![like(AdamW { share: 1.0 }, hand()).want(&[6.25]), like(AdamW { share: 0.0 }, hand()).want(&[7.25])];
    for n in SIZES {
        let squares: Vec<f32> = random(&[DModel], &[n], 1.0).data.iter().map(|x| x * x + 0.01).collect();
        let inputs =
            vec![random(&[DModel], &[n], 1.0), random(&[DModel], &[n], 0.1), given(&[DModel], &[n], squares), rates(0.0)];
        cases.push(like(AdamW { share: 1.0 }, inputs));
    }
    cases
}
