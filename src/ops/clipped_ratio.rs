//! `clipped_ratio`: y = −min(ρ a, clip(ρ, 1 − ε, 1 + ε) a), where ρ = e^(o − x).
//!
//! x \[…\], o as x, a as x → as x. x is −log π of a token now (`cross_entropy`), o what it was when the token was drawn, and a the token's advantage: the
//! clipped objective of PPO (Schulman et al. 2017, eq. 7) as a loss. The exponent is 60 at most, so that ρ stays finite.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// The loss of a policy that must not go far from the one that drew the tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClippedRatio {
    /// ε: how far the ratio counts.
    pub clip: f32,
}

/// The largest exponent.
pub(super) const MOST: f32 = 60.0;

impl Rule for ClippedRatio {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == site.shape(0), site.describe(0), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for (((y, x), old), advantage) in out.iter_mut().zip(inputs[0]).zip(inputs[1]).zip(inputs[2]) {
            let ratio = (old - x).min(MOST).exp();
            *y = -(ratio * advantage).min(ratio.clamp(1.0 - self.clip, 1.0 + self.clip) * advantage);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "clipped_ratio", params: vec![n as u32, self.clip.to_bits()], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("clip", Setting::Number(self.clip))]
    }
}
