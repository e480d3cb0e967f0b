//! `layer_norm_grad`: dx = (g − mean(g) − x̂ · mean(g · x̂)) / s, where g = dy · w, s = √(var(x) + ε), x̂ = (x − mean(x)) / s.
//!
//! x \[… d_model\], w \[d_model\], dy as x → as x. The gradient of `layer_norm` for x. Ba, Kiros & Hinton 2016, §5.1: what is
//! parallel to the normalized row does not come through.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, by_rows, expect, expect_like_input};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// What comes back through a norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNormGrad {
    pub eps: f32,
}

impl Rule for LayerNormGrad {
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
        let (shader, groups) = by_rows(profile, "layer_norm_grad", "layer_norm_grad_reduce", rows);
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
            let mean = lanes::sum::<L>(x) / width as f32;
            lanes::map::<L>(x, dx, mean, |x| x.minus(L::splat(mean)));
            let scale = 1.0 / (lanes::dot::<L>(dx, dx) / width as f32 + eps).sqrt();
            let average = L::splat(lanes::dot::<L>(dy, weight) / width as f32);
            // g · (x − mean), row by row: dx holds x − mean until it is written.
            let mut sums = L::splat(0.0);
            lanes::each3::<L>(dy, weight, dx, |dy, w, x| sums = sums.plus_product(dy.times(w), x));
            let along = L::splat(sums.sum() * scale * scale / width as f32);
            let (mean, scale) = (L::splat(mean), L::splat(scale));
            lanes::map3::<L>(dy, weight, x, dx, |dy, w, x| {
                dy.times(w).minus(average).minus(x.minus(mean).times(along)).times(scale)
            });
        }
    }
}
