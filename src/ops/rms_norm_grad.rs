//! `rms_norm_grad`: dx = (g − x̂ · mean(g · x̂)) / s, where g = dy · w, s = √(mean(x²) + ε), x̂ = x / s.
//!
//! x \[… d_model\], w \[d_model\], dy as x → as x. The gradient of `rms_norm` for x. Zhang & Sennrich 2019, §3.1: what is
//! parallel to the normalized row does not come through.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, by_rows, expect, expect_like_input};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// What comes back through a norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsNormGrad {
    pub eps: f32,
}

impl Rule for RmsNormGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let width = [site.last(0)];
        expect(site.shape(1) == width, format!("a weight of {width:?}"), site.describe(1))?;
        expect(site.shape(2) == site.shape(0), site.describe(0), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], inputs[1], inputs[2], self.eps, out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let width = site.last(0);
        let rows = size(site.shape(0)) / width;
        let (shader, groups) = by_rows(profile, "rms_norm_grad", "rms_norm_grad_reduce", rows);
        Dispatch { shader, params: vec![rows as u32, width as u32, self.eps.to_bits()], groups }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("eps", Setting::Number(self.eps))]
    }
}

kernel! {
    fn rows<L>(x: &[f32], weight: &[f32], dy: &[f32], eps: f32, out: &mut [f32]) {
        let width = weight.len();
        for ((x, dy), dx) in x.chunks_exact(width).zip(dy.chunks_exact(width)).zip(out.chunks_exact_mut(width)) {
            let scale = 1.0 / (lanes::dot::<L>(x, x) / width as f32 + eps).sqrt();
            lanes::map2::<L>(dy, weight, dx, |dy, w| dy.times(w));
            let along = lanes::dot::<L>(dx, x) * scale / width as f32;
            let (along, scale) = (L::splat(along * scale), L::splat(scale));
            lanes::map3::<L>(dy, weight, x, dx, |dy, w, x| dy.times(w).minus(x.times(along)).times(scale));
        }
    }
}
