//! The cases of what preferences are learnt by.

use super::{Case, case, given, like, random};
use diorama::ops::*;
use diorama::tensor::Axis::{self, *};

const SIZES: [usize; 5] = [1, 63, 64, 65, 300];
const PLACES: [Axis; 2] = [Batch, Pos];

pub fn dot_rows() -> Vec<Case> {
    let hand = vec![given(&PLACES, &[2, 2], [1.0, 2.0, 3.0, 4.0]), given(&PLACES, &[2, 2], [-1.0, 0.0, -1.0, -1.0])];
    let mut cases = vec![case(DotRows, hand, &[Batch], &[2]).want(&[-1.0, -7.0])];
    for n in SIZES {
        for shape in [[3, n], [n, 5]] {
            let x = || random(&PLACES, &shape, 1.0);
            cases.push(case(DotRows, vec![x(), x()], &[Batch], &shape[..1]));
        }
    }
    cases
}

pub fn dot_rows_grad() -> Vec<Case> {
    let hand = vec![given(&[Batch], &[2], [2.0, 10.0]), given(&PLACES, &[2, 2], [-1.0, 0.0, -1.0, 3.0])];
    let mut cases = vec![case(DotRowsGrad, hand, &PLACES, &[2, 2]).want(&[-2.0, 0.0, -10.0, 30.0])];
    for n in SIZES {
        for shape in [[3, n], [n, 5]] {
            cases.push(case(
                DotRowsGrad,
                vec![random(&[Batch], &shape[..1], 1.0), random(&PLACES, &shape, 1.0)],
                &PLACES,
                &shape,
            ));
        }
    }
    cases
}

pub fn versus() -> Vec<Case> {
    // The fifth has no partner.
    let hand = vec![given(&[Batch], &[5], [1.0, 4.0, 2.0, -2.0, 7.0])];
    let wide = vec![given(&PLACES, &[2, 2], [1.0, 10.0, 3.0, 5.0])];
    let mut cases = vec![like(Versus, hand).want(&[-3.0, 3.0, 4.0, -4.0, 0.0]), like(Versus, wide).want(&[-2.0, 5.0, 2.0, -5.0])];
    cases.extend(SIZES.map(|n| like(Versus, vec![random(&PLACES, &[n, 3], 2.0)])));
    cases
}

/// Ratios of 1, 1/2 and 2 with advantages of both signs, where those of 1 ± 1/4 count.
fn ratios() -> [super::Input; 3] {
    let ln2 = 2f32.ln();
    [
        given(&[DModel], &[6], [1.0, 1.0, 1.0 + ln2, 1.0 + ln2, 1.0, 1.0]),
        given(&[DModel], &[6], [1.0, 1.0, 1.0, 1.0, 1.0 + ln2, 1.0 + ln2]),
        given(&[DModel], &[6], [4.0, -4.0, 4.0, -4.0, 4.0, -4.0]),
    ]
}

pub fn clipped_ratio() -> Vec<Case> {
    let mut cases = vec![like(ClippedRatio { clip: 0.25 }, ratios().into()).want(&[-4.0, 4.0, -2.0, 3.0, -5.0, 8.0])];
    for n in SIZES {
        let x = |range| random(&[DModel], &[n], range);
        cases.push(like(ClippedRatio { clip: 0.2 }, vec![x(1.0), x(0.5), x(2.0)]));
    }
    cases
}

pub fn clipped_ratio_grad() -> Vec<Case> {
    let mut inputs: Vec<super::Input> = ratios().into();
    inputs.push(given(&[DModel], &[6], [1.0, 1.0, 1.0, 1.0, 1.0, 0.5]));
    let mut cases = vec![like(ClippedRatioGrad { clip: 0.25 }, inputs).want(&[4.0, -4.0, 2.0, 0.0, 0.0, -4.0])];
    for n in SIZES {
        let x = |range| random(&[DModel], &[n], range);
        cases.push(like(ClippedRatioGrad { clip: 0.2 }, vec![x(1.0), x(0.5), x(2.0), x(1.0)]));
    }
    cases
}
