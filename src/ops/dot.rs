//! `dot`: y = Σ x · w over all elements.
//!
//! x \[…\], w as x → \[1\]. The losses of all places, each with its weight: the mean over those that count where the weights are 1/n there
//! and 0 elsewhere.

use super::{Dispatch, Fault, Profile, Rule, Site, expect};
use crate::tensor::size;

/// A weighted sum of all numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot;

impl Rule for Dot {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(0) == site.shape(1), site.describe(0), site.describe(1))?;
        expect(site.out.1 == [1], "one number", site.describe_out())
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        out[0] = inputs[0].iter().zip(inputs[1]).map(|(x, w)| x * w).sum();
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        Dispatch { shader: "dot", params: vec![size(site.shape(0)) as u32], groups: [1, 1, 1] }
    }
}
