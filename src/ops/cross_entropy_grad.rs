//! `cross_entropy_grad`: dz\[t, v\] = dy\[t\] · (softmax(z\[t\])\[v\] − 1 where v is the label), 0 where the label is negative.
//!
//! z \[… d_vocab\], labels \[…\], dy as labels → as z. The gradient of `cross_entropy` for its scores.

use super::{Dispatch, Fault, Profile, Rule, Site, by_rows, expect, expect_like_input};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// What comes back from a cross-entropy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossEntropyGrad;

impl Rule for CrossEntropyGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let rows = &site.shape(0)[..site.shape(0).len() - 1];
        expect(site.shape(1) == rows, format!("labels of {rows:?}"), site.describe(1))?;
        expect(site.shape(2) == rows, format!("a gradient of {rows:?}"), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], inputs[1], inputs[2], site.last(0), out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let rows = size(site.shape(1));
        let (shader, groups) = by_rows(profile, "cross_entropy_grad", "cross_entropy_grad_reduce", rows);
        Dispatch { shader, params: vec![rows as u32, site.last(0) as u32], groups }
    }
}

kernel! {
    fn rows<L>(z: &[f32], labels: &[f32], dy: &[f32], width: usize, out: &mut [f32]) {
        for (((z, label), dy), dz) in z.chunks_exact(width).zip(labels).zip(dy).zip(out.chunks_exact_mut(width)) {
            if *label < 0.0 {
                dz.fill(0.0);
                continue;
            }
            let most = L::splat(lanes::max::<L>(z, f32::MIN));
            let mut sums = L::splat(0.0);
            lanes::map::<L>(z, dz, f32::MIN, |z| {
                let power = lanes::exp(z.minus(most));
                sums = sums.plus(power);
                power
            });
            let scale = dy / sums.sum();
            dz.iter_mut().for_each(|dz| *dz *= scale);
            dz[*label as usize] -= dy;
        }
    }
}
