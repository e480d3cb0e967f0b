//! `clipped_ratio_grad`: dx = ρ a dy where the ratio counts, and 0 where it was clipped: for a > 0 above 1 + ε, for a < 0 below 1 − ε.
//!
//! x \[…\], o as x, a as x, dy as x → as x. The gradient of `clipped_ratio` for x (see there): what was gained by going further counts no longer.

use super::clipped_ratio::MOST;
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// What comes back for −log π.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClippedRatioGrad {
    /// ε of the forward pass.
    pub clip: f32,
}

impl Rule for ClippedRatioGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        for input in 1..4 {
            expect(site.shape(input) == site.shape(0), site.describe(0), site.describe(input))?;
        }
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let rest = inputs[2].iter().zip(inputs[3]);
        for (((dx, x), old), (advantage, dy)) in out.iter_mut().zip(inputs[0]).zip(inputs[1]).zip(rest) {
            let ratio = (old - x).min(MOST).exp();
            let clipped = if *advantage > 0.0 { ratio > 1.0 + self.clip } else { *advantage < 0.0 && ratio < 1.0 - self.clip };
            *dx = if clipped { 0.0 } else { ratio * advantage * dy };
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "clipped_ratio_grad", params: vec![n as u32, self.clip.to_bits()], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("clip", Setting::Number(self.clip))]
    }
}
