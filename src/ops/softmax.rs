//! `softmax`: p\[k\] = e^(s\[k\] − m) / Σⱼ e^(s\[j\] − m), m = maxⱼ s\[j\], over the last axis.
//!
//! s \[batch head query_pos key_pos\] → as s. Vaswani et al. 2017, eq. 1. A masked score gives exactly 0, and a row in
//! which all are masked is all zeros: there is nothing to look at.

use super::{Dispatch, Fault, MASKED, Profile, Rule, Site, by_rows, expect_like_input};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// Shares that sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softmax;

impl Rule for Softmax {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect_like_input(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], site.last(0), out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let keys = site.last(0);
        let rows = size(site.shape(0)) / keys;
        let (shader, groups) = by_rows(profile, "softmax", "softmax_reduce", rows);
        Dispatch { shader, params: vec![rows as u32, keys as u32], groups }
    }
}

kernel! {
    fn rows<L>(scores: &[f32], keys: usize, out: &mut [f32]) {
        for (scores, out) in scores.chunks_exact(keys).zip(out.chunks_exact_mut(keys)) {
            let max = lanes::max::<L>(scores, MASKED);
            if max <= MASKED {
                out.fill(0.0);
                continue;
            }
            let mut sums = L::splat(0.0);
            lanes::map::<L>(scores, out, MASKED, |score| {
                let power = lanes::exp(score.minus(L::splat(max)));
                sums = sums.plus(power);
                power
            });
            let share = 1.0 / sums.sum();
            out.iter_mut().for_each(|out| *out *= share);
        }
    }
}
