//! `adam_moment`: x′ = β x + (1 − β) (c g)ᵖ, where c = min(1, cut / (‖g‖ + 10⁻⁶)); p and β are 1 and β₁ for the mean, 2 and β₂ for the mean square.
//!
//! x \[…\] (written over), g as x, ‖g‖² \[1\] (of all gradients together), rates \[10\] (see `adamw`) → as x. Kingma & Ba 2015, algorithm 1; the cut: Pascanu et al. 2013.
//! Where β is 1 (a step that does not count, see `guard`) x stays, whatever g is.

use super::adamw::{RATES, cut};
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// A running mean of a gradient or of its square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamMoment {
    /// p: 1 or 2. It is also the place of β among the rates.
    pub order: usize,
}

impl Rule for AdamMoment {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == [1], "one squared norm", site.describe(2))?;
        expect(site.shape(3) == [RATES], format!("{RATES} rates"), site.describe(3))?;
        expect_like_input(site)
    }

    fn in_place(&self) -> bool {
        true
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let (cut, keep) = (cut(inputs[2][0], inputs[3]), inputs[3][self.order]);
        if keep == 1.0 {
            return;
        }
        let more = 1.0 - keep;
        if self.order == 1 {
            out.iter_mut().zip(inputs[1]).for_each(|(x, g)| *x = keep * *x + more * (cut * g));
        } else {
            out.iter_mut().zip(inputs[1]).for_each(|(x, g)| *x = keep * *x + more * ((cut * g) * (cut * g)));
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "adam_moment", params: vec![n as u32, self.order as u32], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("order", Setting::Number(self.order as f32))]
    }
}
