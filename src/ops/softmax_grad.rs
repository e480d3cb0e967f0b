//! `softmax_grad`: ds\[k\] = p\[k\] · (dp\[k\] − Σⱼ dp\[j\] · p\[j\]), over the last axis.
//!
//! p \[batch head query_pos key_pos\], dp as p → as p. The gradient of `softmax` for its scores. A masked score has p = 0, so
//! nothing comes back for it.

use super::{Dispatch, Fault, Profile, Rule, Site, by_rows, expect, expect_like_input};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// What comes back through a softmax.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SoftmaxGrad;

impl Rule for SoftmaxGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], inputs[1], site.last(0), out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let keys = site.last(0);
        let rows = size(site.shape(0)) / keys;
        let (shader, groups) = by_rows(profile, "softmax_grad", "softmax_grad_reduce", rows);
        Dispatch { shader, params: vec![rows as u32, keys as u32], groups }
    }
}

kernel! {
    fn rows<L>(p: &[f32], dp: &[f32], keys: usize, out: &mut [f32]) {
        for ((p, dp), ds) in p.chunks_exact(keys).zip(dp.chunks_exact(keys)).zip(out.chunks_exact_mut(keys)) {
            let sum = L::splat(lanes::dot::<L>(p, dp));
            lanes::map2::<L>(p, dp, ds, |p, dp| p.times(dp.minus(sum)));
        }
    }
}
