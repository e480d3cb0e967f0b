//! `binary_cross_entropy_grad`: dz = dy · (σ(z) − label), element by element.
//!
//! z \[…\], labels as z, dy as z → as z. The gradient of `binary_cross_entropy` for its scores.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// What comes back from a binary cross-entropy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropyGrad;

impl Rule for BinaryCrossEntropyGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == site.shape(0), site.describe(0), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for (((z, label), dy), dz) in inputs[0].iter().zip(inputs[1]).zip(inputs[2]).zip(out) {
            *dz = dy * (1.0 / (1.0 + (-z).exp()) - label);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "binary_cross_entropy_grad", params: vec![n as u32], groups: groups(n, 64) }
    }
}
