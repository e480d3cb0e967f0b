//! `squared_error`: y = (x − label)², element by element.
//!
//! x \[…\], labels as x → as x. The loss of a regression: Legendre 1805, least squares.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// How far a number is off, squared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquaredError;

impl Rule for SquaredError {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for ((x, label), y) in inputs[0].iter().zip(inputs[1]).zip(out) {
            *y = (x - label) * (x - label);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "squared_error", params: vec![n as u32], groups: groups(n, 64) }
    }
}
