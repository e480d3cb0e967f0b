//! `squared_error_grad`: dx = 2 · dy · (x − label), element by element.
//!
//! x \[…\], labels as x, dy as x → as x. The gradient of `squared_error` for x.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// What comes back from a squared error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquaredErrorGrad;

impl Rule for SquaredErrorGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == site.shape(0), site.describe(0), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for (((x, label), dy), dx) in inputs[0].iter().zip(inputs[1]).zip(inputs[2]).zip(out) {
            *dx = 2.0 * dy * (x - label);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "squared_error_grad", params: vec![n as u32], groups: groups(n, 64) }
    }
}
