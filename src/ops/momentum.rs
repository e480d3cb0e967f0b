//! `momentum`: m′ = μ m + d.
//!
//! m \[…\], d as m, rates \[10\] (see `adamw`; μ is the second) → as m. Sutskever et al. 2013, §2, as `torch.optim.SGD` has it: without damping, and the
//! learning rate comes later. Where μ is 1 (a step that does not count, see `guard`) m stays, whatever d is.

use super::adamw::RATES;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// A sum of gradients, of which the older ones fade.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum;

impl Rule for Momentum {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == [RATES], format!("{RATES} rates"), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let keep = inputs[2][1];
        for ((out, old), d) in out.iter_mut().zip(inputs[0]).zip(inputs[1]) {
            *out = if keep == 1.0 { *old } else { keep * old + d };
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "momentum", params: vec![n as u32], groups: groups(n, 64) }
    }
}
