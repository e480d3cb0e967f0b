//! `activation_grad`: dx = f′(x) · dy, element by element.
//!
//! x \[…\], dy as x → as x. The gradient of `activation`. Where f has a corner (ReLU at 0) the derivative is the one from the left, as in
//! PyTorch.

use super::activation::{Activation, SQRT_2_OVER_PI, twice_inner};
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::lanes::{self, kernel};
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
        slopes(self.0, inputs[0], inputs[1], out);
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "activation_grad", params: vec![n as u32, self.0 as u32], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        self.0.settings()
    }
}

kernel! {
    /// f′(x) · dy: of what the published models use, eight at a time; of the others one by one.
    fn slopes<L>(kind: Activation, x: &[f32], dy: &[f32], out: &mut [f32]) {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        match kind {
            Activation::Relu => lanes::map2::<L>(x, dy, out, |x, dy| x.if_at_most(zero, zero, dy)),
            Activation::ReluSquared => lanes::map2::<L>(x, dy, out, |x, dy| x.at_least(zero).times(L::splat(2.0)).times(dy)),
            Activation::GeluErf => lanes::map2::<L>(x, dy, out, |x, dy| {
                let (below, density) = lanes::normal(x);
                below.plus_product(x, density).times(dy)
            }),
            Activation::GeluTanh => lanes::map2::<L>(x, dy, out, |x, dy| {
                // y = x σ(v), so y′ = σ (1 + x v′ (1 − σ)). Beyond 8 the slope is 0 or 1 in f32, and the cube would overflow.
                let x = x.at_least(L::splat(-8.0)).at_most(L::splat(8.0));
                let s = lanes::sigmoids(twice_inner(x));
                let inner = x.times(x).times(L::splat(6.0 * SQRT_2_OVER_PI * 0.044715)).plus(L::splat(2.0 * SQRT_2_OVER_PI));
                s.times(one.plus_product(x.times(inner), one.minus(s))).times(dy)
            }),
            Activation::Silu => lanes::map2::<L>(x, dy, out, |x, dy| {
                // Beyond 80 the slope is 0 or 1 in f32.
                let s = lanes::sigmoids(x);
                let x = x.at_least(L::splat(-80.0)).at_most(L::splat(80.0));
                s.times(one.plus_product(x, one.minus(s))).times(dy)
            }),
            Activation::Sigmoid => lanes::map2::<L>(x, dy, out, |x, dy| {
                let s = lanes::sigmoids(x);
                s.times(one.minus(s)).times(dy)
            }),
            _ => {
                for ((dx, x), dy) in out.iter_mut().zip(x).zip(dy) {
                    *dx = kind.slope(*x) * dy;
                }
            }
        }
    }
}
