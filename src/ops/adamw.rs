//! `adamw`: w′ = w (1 − r · decay) − r · (m / b₁) / (√v / √b₂ + ε), where r is the learning rate and bᵢ = 1 − βᵢᵗ.
//!
//! w \[…\] (written over), m and v as w, rates \[10\] → as w. Loshchilov & Hutter 2019, algorithm 2: the decay is apart from the gradient. Where r is 0, w stays. `share` is how much
//! of the decay a tensor takes: all of it for a matrix, nothing for a bias or a norm's weight.
//! Rates \[10\] are: learning rate, β₁ (of `momentum`: μ), β₂, ε, weight decay, the norm above which gradients are cut (0: never), 1 − β₁ᵗ and 1 − β₂ᵗ at step t,
//! how much of an average stays (`average`), and the step's place in the record (`record`).

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// Numbers in the input that says how fast to learn.
pub const RATES: usize = 10;

/// A weight, one step on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// Of the weight decay. // 0 to 1
    pub share: f32,
}

/// By what the gradients are multiplied so that their norm stays within the cut.
pub fn cut(squared_norm: f32, rates: &[f32]) -> f32 {
    if rates[5] > 0.0 { (rates[5] / (squared_norm.sqrt() + 1e-6)).min(1.0) } else { 1.0 }
}

impl Rule for AdamW {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == site.shape(0), site.describe(0), site.describe(2))?;
        expect(site.shape(3) == [RATES], format!("{RATES} rates"), site.describe(3))?;
        expect_like_input(site)
    }

    fn in_place(&self) -> bool {
        true
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [rate, _, _, eps, decay, _, first, second, _, _] =
            <[f32; RATES]>::try_from(inputs[3]).expect("checked with the graph");
        if rate == 0.0 {
            return;
        }
        let (keep, step, second) = (1.0 - rate * decay * self.share, rate / first, second.sqrt());
        for ((w, m), v) in out.iter_mut().zip(inputs[1]).zip(inputs[2]) {
            *w = *w * keep - step * m / (v.sqrt() / second + eps);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "adamw", params: vec![n as u32, self.share.to_bits()], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("share", Setting::Number(self.share))]
    }
}
