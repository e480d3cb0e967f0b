//! `layer_norm`: y = (x − mean(x)) / √(var(x) + ε) · w + b, over the last axis.
//!
//! x \[… d_model\], w \[d_model\], b \[d_model\] → as x. Ba, Kiros & Hinton 2016, eq. 4; the variance is divided by n.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, by_rows, expect, expect_like_input};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// (x − mean(x)) / std(x) · w + b.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNorm {
    pub eps: f32,
}

impl Rule for LayerNorm {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let width = [site.last(0)];
        expect(site.shape(1) == width, format!("a weight of {width:?}"), site.describe(1))?;
        expect(site.shape(2) == width, format!("a bias of {width:?}"), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], inputs[1], inputs[2], self.eps, out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let width = site.last(0);
        let rows = size(site.shape(0)) / width;
        let (shader, groups) = by_rows(profile, "layer_norm", "layer_norm_reduce", rows);
        Dispatch { shader, params: vec![rows as u32, width as u32, self.eps.to_bits()], groups }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("eps", Setting::Number(self.eps))]
    }
}

kernel! {
    fn rows<L>(x: &[f32], weight: &[f32], bias: &[f32], eps: f32, out: &mut [f32]) {
        let width = weight.len();
        for (x, y) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            let mean = lanes::sum::<L>(x) / width as f32;
            lanes::map::<L>(x, y, mean, |x| x.minus(L::splat(mean)));
            let variance = lanes::dot::<L>(y, y) / width as f32;
            let scale = L::splat(1.0 / (variance + eps).sqrt());
            let mean = L::splat(mean);
            lanes::map3::<L>(x, weight, bias, y, |x, w, b| x.minus(mean).times(scale).times(w).plus(b));
        }
    }
}
