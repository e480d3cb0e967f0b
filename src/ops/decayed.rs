//! `decayed`: d = c g + decay · w, where c = min(1, cut / (‖g‖ + 10⁻⁶)).
//!
//! g \[…\], w as g, ‖g‖² \[1\] (of all gradients together), rates \[10\] (see `adamw`) → as g. The decay of `torch.optim.SGD`: part of the gradient, so that momentum
//! carries it on, and behind the cut. `share` is how much of the decay a tensor takes: all of it for a matrix, nothing for a bias or a norm's weight.

use super::adamw::{RATES, cut};
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// A gradient that also draws its weight towards 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decayed {
    /// Of the weight decay. // 0 to 1
    pub share: f32,
}

impl Rule for Decayed {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == [1], "one squared norm", site.describe(2))?;
        expect(site.shape(3) == [RATES], format!("{RATES} rates"), site.describe(3))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let (cut, decay) = (cut(inputs[2][0], inputs[3]), inputs[3][4] * self.share);
        for ((out, g), w) in out.iter_mut().zip(inputs[0]).zip(inputs[1]) {
            *out = cut * g + decay * w;
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "decayed", params: vec![n as u32, self.share.to_bits()], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("share", Setting::Number(self.share))]
    }
}
