//! `mul`: y = a · b, element by element.
//!
//! a \[…\], b of the same shape → as a. The gate of a gated linear unit: Shazeer 2020, eq. 5.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// a · b, element by element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mul;

impl Rule for Mul {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(0) == site.shape(1), site.describe(0), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for ((y, a), b) in out.iter_mut().zip(inputs[0]).zip(inputs[1]) {
            *y = a * b;
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "mul", params: vec![n as u32], groups: groups(n, 64) }
    }
}
