//! `momentum`: m′ = μ m + c g + decay · w, where c = min(1, cut / (‖g‖ + 10⁻⁶)).
//!
//! m \[…\] (written over), g and w as m, ‖g‖² \[1\] (of all gradients together), rates \[10\] (see `adamw`; μ is the second) → as m. Sutskever et al. 2013, §2, as
//! `torch.optim.SGD` has it: without damping, the learning rate comes later, and the decay is part of the gradient, behind the cut. `share` is how much of the decay a
//! tensor takes: all of it for a matrix, nothing for a bias or a norm's weight. Where μ is 1 (a step that does not count, see `guard`) m stays, whatever g is.

use super::adamw::{RATES, cut};
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// A sum of gradients, of which the older ones fade.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    /// Of the weight decay. // 0 to 1
    pub share: f32,
}

impl Rule for Momentum {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == site.shape(0), site.describe(0), site.describe(2))?;
        expect(site.shape(3) == [1], "one squared norm", site.describe(3))?;
        expect(site.shape(4) == [RATES], format!("{RATES} rates"), site.describe(4))?;
        expect_like_input(site)
    }

    fn in_place(&self) -> bool {
        true
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let (cut, keep, decay) = (cut(inputs[3][0], inputs[4]), inputs[4][1], inputs[4][4] * self.share);
        if keep == 1.0 {
            return;
        }
        for ((m, g), w) in out.iter_mut().zip(inputs[1]).zip(inputs[2]) {
            *m = keep * *m + (cut * g + decay * w);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "momentum", params: vec![n as u32, self.share.to_bits()], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("share", Setting::Number(self.share))]
    }
}
