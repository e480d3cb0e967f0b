//! `activation_grad`: dx = f′(x) · dy, element by element.
//!
//! x \[…\], dy as x → as x. The gradient of `activation`. Where f has a corner (ReLU at 0) the derivative is the one from the left, as in
//! PyTorch.

use super::activation::Activation;
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// What comes back through an activation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivationGrad(pub Activation);

impl Rule for ActivationGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for ((dx, x), dy) in out.iter_mut().zip(inputs[0]).zip(inputs[1]) {
            *dx = self.0.slope(*x) * dy;
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "activation_grad", params: vec![n as u32, self.0 as u32], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        self.0.settings()
    }
}
