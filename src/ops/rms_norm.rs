//! `rms_norm`: y = x / √(mean(x²) + ε) · w, over the last axis.
//!
//! x \[… d_model\], w \[d_model\] → as x. Zhang & Sennrich 2019, eq. 4; T5 uses it without a bias and calls it LayerNorm.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, by_rows, expect, expect_like_input};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// x / rms(x) · w.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsNorm {
    pub eps: f32,
}

impl Rule for RmsNorm {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == [site.last(0)], format!("a weight of [{}]", site.last(0)), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], inputs[1], self.eps, out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let width = site.last(0);
        let rows = size(site.shape(0)) / width;
        let (shader, groups) = by_rows(profile, "rms_norm", "rms_norm_reduce", rows);
        Dispatch { shader, params: vec![rows as u32, width as u32, self.eps.to_bits()], groups }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("eps", Setting::Number(self.eps))]
    }
}

kernel! {
    fn rows<L>(x: &[f32], weight: &[f32], eps: f32, out: &mut [f32]) {
        let width = weight.len();
        for (x, y) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            let mean_square = lanes::dot::<L>(x, x) / width as f32;
            let scale = L::splat(1.0 / (mean_square + eps).sqrt());
            lanes::map2::<L>(x, weight, y, |x, w| x.times(scale).times(w));
        }
    }
}
