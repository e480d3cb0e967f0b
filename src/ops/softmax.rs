//! `softmax`: p\[k\] = e^(s\[k\] − m) / Σⱼ e^(s\[j\] − m), m = maxⱼ s\[j\], over the last axis.
//!
//! s \[batch head query_pos key_pos\] → as s. Vaswani et al. 2017, eq. 1. A masked score gives exactly 0, and a row in
//! which all are masked is all zeros: there is nothing to look at.

use super::{Dispatch, Fault, MASKED, Profile, Site, expect_like_input, groups};
use crate::tensor::size;

pub fn check(site: &Site) -> Result<(), Fault> {
    expect_like_input(site)
}

pub fn cpu(site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
    let keys = site.last(0);
    for (scores, out) in inputs[0].chunks_exact(keys).zip(out.chunks_exact_mut(keys)) {
        let max = scores.iter().fold(MASKED, |max, &s| max.max(s));
        if max <= MASKED {
            out.fill(0.0);
            continue;
        }
        out.iter_mut().zip(scores).for_each(|(out, score)| *out = exp(score - max));
        let sum: f32 = out.iter().sum();
        out.iter_mut().for_each(|out| *out /= sum);
    }
}

/// eˣ for x ≤ 0, to 2e-7 of itself: 2ⁿ · eʳ with n = ⌊x / ln 2⌉, and eʳ by its series up to r⁷. Without branches or calls, so
/// that SIMD computes several at a time; below the smallest normal number it gives 0.
pub fn exp(x: f32) -> f32 {
    // ln 2 in two parts: n times the first is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const SERIES: [f32; 7] = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let lowest = -126.0 * LN_2[0];
    let x = if x < lowest { lowest } else { x }; // a NaN stays one, and is seen
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = (x - n * LN_2[0]) - n * LN_2[1];
    let series = SERIES.iter().fold(1.0 / 5040.0, |sum, term| sum * r + term);
    let power = f32::from_bits(((n as i32 + 127) as u32) << 23);
    if x <= lowest { 0.0 } else { series * power }
}

pub fn dispatch(site: &Site, profile: Profile) -> Dispatch {
    let keys = site.last(0);
    let rows = size(site.shape(0)) / keys;
    let (shader, groups) = match profile {
        Profile::Software => ("softmax", groups(rows, 16)),
        Profile::Hardware => ("softmax_reduce", groups(rows, 1)),
    };
    Dispatch { shader, params: vec![rows as u32, keys as u32], groups }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close_everywhere() {
        for step in 0..100_000 {
            let x = -87.0 * step as f32 / 100_000.0;
            let exact = (x as f64).exp();
            assert!((exp(x) as f64 - exact).abs() <= 2e-7 * exact, "{x}: {} is not {exact}", exp(x));
        }
        assert!(exp(f32::NAN).is_nan());
        assert_eq!([exp(0.0), exp(MASKED), exp(-200.0)], [1.0, 0.0, 0.0]);
    }
}
