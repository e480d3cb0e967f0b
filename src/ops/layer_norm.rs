//! `layer_norm`: y = (x − mean(x)) / √(var(x) + ε) · w + b, over the last axis.
//!
//! x \[… d_model\], w \[d_model\], b \[d_model\] → as x. Ba, Kiros & Hinton 2016, eq. 4; the variance is divided by n.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, expect_like_input};
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

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [x, weight, bias] = [inputs[0], inputs[1], inputs[2]];
        let width = site.last(0);
        for (x, y) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            let mean = x.iter().sum::<f32>() / width as f32;
            let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / width as f32;
            let scale = 1.0 / (variance + self.eps).sqrt();
            for (((y, x), w), b) in y.iter_mut().zip(x).zip(weight).zip(bias) {
                *y = (x - mean) * scale * w + b;
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let width = site.last(0);
        let rows = size(site.shape(0)) / width;
        Dispatch {
            shader: "layer_norm",
            params: vec![rows as u32, width as u32, self.eps.to_bits()],
            groups: super::groups(rows, 16),
        }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("eps", Setting::Number(self.eps))]
    }
}
