//! `layer_norm_grad_weight`: dw\[i\] = Σᵣ dy\[r, i\] · x̂\[r, i\], where x̂ is the normalized row: (x − mean(x)) / √(var(x) + ε).
//!
//! x \[… d_model\], dy as x → \[d_model\]. The gradient of `layer_norm` for its weight.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, groups};
use crate::tensor::size;

/// What comes back for the weight of a norm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNormGradWeight {
    pub eps: f32,
}

impl Rule for LayerNormGradWeight {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.out.1 == [site.last(0)], format!("[{}]", site.last(0)), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let width = site.last(0);
        out.fill(0.0);
        for (x, dy) in inputs[0].chunks_exact(width).zip(inputs[1].chunks_exact(width)) {
            let mean = x.iter().sum::<f32>() / width as f32;
            let squares = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / width as f32;
            let scale = 1.0 / (squares + self.eps).sqrt();
            for ((dw, dy), x) in out.iter_mut().zip(dy).zip(x) {
                *dw += dy * (x - mean) * scale;
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let width = site.last(0);
        let params = vec![(size(site.shape(0)) / width) as u32, width as u32, self.eps.to_bits()];
        Dispatch { shader: "layer_norm_grad_weight", params, groups: groups(width, 1) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("eps", Setting::Number(self.eps))]
    }
}
