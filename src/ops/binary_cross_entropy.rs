//! `binary_cross_entropy`: y = max(z, 0) − z · label + ln(1 + e^−|z|), element by element, in nats.
//!
//! z \[…\], labels \[…\] (1 or 0) → as z. The negative log-probability of a yes (σ(z)) or a no: ELECTRA's loss at each token (Clark et
//! al. 2020, §2), and that of each of several labels.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// The surprise at a yes or no, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropy;

impl Rule for BinaryCrossEntropy {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for ((z, label), y) in inputs[0].iter().zip(inputs[1]).zip(out) {
            *y = z.max(0.0) - z * label + (-z.abs()).exp().ln_1p();
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "binary_cross_entropy", params: vec![n as u32], groups: groups(n, 64) }
    }
}
