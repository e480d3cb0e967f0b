//! `adam_mean`: m′ = β₁ m + (1 − β₁) c g, where c = min(1, cut / (‖g‖ + 10⁻⁶)).
//!
//! m \[…\], g as m, ‖g‖² \[1\] (of all gradients together), rates \[10\] (see `adamw`) → as m. Kingma & Ba 2015, algorithm 1; the cut: Pascanu et al. 2013.
//! Where β is 1 (a step that does not count, see `guard`) the mean stays, whatever g is.

use super::adamw::{RATES, cut};
use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// The running mean of a gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamMean;

impl Rule for AdamMean {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == [1], "one squared norm", site.describe(2))?;
        expect(site.shape(3) == [RATES], format!("{RATES} rates"), site.describe(3))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let (cut, keep) = (cut(inputs[2][0], inputs[3]), inputs[3][1]);
        for ((out, old), g) in out.iter_mut().zip(inputs[0]).zip(inputs[1]) {
            let gradient = cut * g;
            *out = if keep == 1.0 { *old } else { keep * old + (1.0 - keep) * gradient };
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "adam_mean", params: vec![n as u32], groups: groups(n, 64) }
    }
}
