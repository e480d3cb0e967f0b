//! The cases of what changes weights.

use super::{Case, Input, case, given, like, random};
use diorama::ops::*;
use diorama::tensor::Axis::{self, *};

const SIZES: [usize; 5] = [1, 63, 64, 65, 300];
const X: [Axis; 3] = [Batch, Pos, DModel];
const RATES: [Axis; 1] = [Rate];

/// Learning rate, β₁ or μ, β₂, ε, decay, cut, the two corrections, what stays of an average, and the place in the record.
fn rates(cut: f32) -> Input {
    given(&RATES, &[10], [0.5, 0.75, 0.5, 0.0, 0.25, cut, 0.5, 0.25, 0.875, 1.0])
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

pub fn adam_moment() -> Vec<Case> {
    let mean = moment_cases(AdamMoment { order: 1 }.into(), [5.0, -0.25], [4.0, 0.25]);
    mean.into_iter().chain(moment_cases(AdamMoment { order: 2 }.into(), [34.0, 8.5], [10.0, 2.5])).collect()
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
    cases.push(like(op, vec![two([4.0, 1.0]), wild(), given(&[Batch], &[1], [f32::NAN]), still()]).want(&[4.0, 1.0]));
    cases
}

/// What no step may take over.
fn wild() -> Input {
    two([f32::NAN, f32::INFINITY])
}

fn two(data: [f32; 2]) -> Input {
    given(&[DModel], &[2], data)
}

/// Rates at which nothing changes.
fn still() -> Input {
    given(&RATES, &[10], [0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])
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
    cases.push(like(AdamW { share: 1.0 }, vec![two([4.0, 1.0]), wild(), two([1.0, f32::INFINITY]), still()]).want(&[4.0, 1.0]));
    cases
}

pub fn momentum() -> Vec<Case> {
    // A norm of 4 cut to 2 halves the gradient (8, −4); a quarter of the weight (8, 1) comes on top, and three quarters of the momentum (4, 1).
    let hand = |cut| vec![two([4.0, 1.0]), two([8.0, -4.0]), two([8.0, 1.0]), given(&[Batch], &[1], [16.0]), rates(cut)];
    let all = Momentum { share: 1.0 };
    let mut cases = vec![
        like(all, hand(0.0)).want(&[13.0, -3.0]),
        like(all, hand(2.0)).want(&[9.0, -1.0]),
        like(Momentum { share: 0.0 }, hand(0.0)).want(&[11.0, -3.25]),
        like(all, vec![two([4.0, 1.0]), wild(), two([8.0, 1.0]), given(&[Batch], &[1], [f32::NAN]), still()]).want(&[4.0, 1.0]),
    ];
    for n in SIZES {
        let x = |range| random(&[DModel], &[n], range);
        cases.push(like(all, vec![x(1.0), x(2.0), x(1.0), given(&[Batch], &[1], [9.0]), rates(1.0)]));
    }
    cases
}

pub fn sgd() -> Vec<Case> {
    let mut cases = vec![
        like(Sgd, vec![two([8.0, 1.0]), two([4.0, -4.0]), rates(0.0)]).want(&[6.0, 3.0]),
        like(Sgd, vec![two([8.0, 1.0]), wild(), still()]).want(&[8.0, 1.0]),
    ];
    cases.extend(SIZES.map(|n| like(Sgd, vec![random(&[DModel], &[n], 1.0), random(&[DModel], &[n], 2.0), rates(0.0)])));
    cases
}

pub fn average() -> Vec<Case> {
    // Seven eighths of (8, 0) and an eighth of (16, 8).
    let mut cases = vec![
        like(Average, vec![two([8.0, 0.0]), two([16.0, 8.0]), rates(0.0)]).want(&[9.0, 1.0]),
        like(Average, vec![two([8.0, 0.0]), wild(), still()]).want(&[8.0, 0.0]),
    ];
    cases.extend(SIZES.map(|n| like(Average, vec![random(&[DModel], &[n], 1.0), random(&[DModel], &[n], 2.0), rates(0.0)])));
    cases
}

/// A record of steps that went well, from 1 on, or with its mark.
fn steps(mark: f32) -> Input {
    given(&[Step], &[33], (0..33).map(|i| if i == 0 { mark } else { i as f32 }).collect::<Vec<f32>>())
}

pub fn record() -> Vec<Case> {
    let one = |number| given(&[Batch], &[1], [number]);
    // The second pair is replaced; a mark stays.
    let want = |mark| {
        let mut want = steps(mark).data;
        (want[3], want[4]) = (0.5, 0.25);
        want
    };
    let at = |mark| like(Record, vec![steps(mark), one(0.5), one(0.25), rates(0.0)]).want(&want(mark));
    vec![at(0.0), at(1.0)]
}

pub fn guard() -> Vec<Case> {
    let as_it_is = rates(0.5).data;
    vec![like(Guard, vec![rates(0.5), steps(0.0)]).want(&as_it_is), like(Guard, vec![rates(0.5), steps(1.0)]).want(&still().data)]
}
