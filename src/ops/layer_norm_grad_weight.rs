//! `layer_norm_grad_weight`: dw\[i\] = Σᵣ dy\[r, i\] · x̂\[r, i\], where x̂ is the normalized row: (x − mean(x)) / √(var(x) + ε).
//!
//! x \[… d_model\], dy as x → \[d_model\]. The gradient of `layer_norm` for its weight.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, groups};
use crate::tensor::lanes::{self, kernel};
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

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], inputs[1], self.eps, out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let width = site.last(0);
        let params = vec![(size(site.shape(0)) / width) as u32, width as u32, self.eps.to_bits()];
        let (shader, columns) = match profile {
            Profile::Software => ("layer_norm_grad_weight", 8),
            Profile::Hardware => ("layer_norm_grad_weight_reduce", 16),
        };
        Dispatch { shader, params, groups: groups(width, columns) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("eps", Setting::Number(self.eps))]
    }
}

kernel! {
    fn rows<L>(x: &[f32], dy: &[f32], eps: f32, out: &mut [f32]) {
        let width = out.len();
        let mut centred = vec![0.0; width];
        out.fill(0.0);
        for (x, dy) in x.chunks_exact(width).zip(dy.chunks_exact(width)) {
            let mean = L::splat(lanes::sum::<L>(x) / width as f32);
            lanes::map::<L>(x, &mut centred, 0.0, |x| x.minus(mean));
            let scale = L::splat(1.0 / (lanes::dot::<L>(&centred, &centred) / width as f32 + eps).sqrt());
            lanes::add2::<L>(&centred, dy, out, |x, dy| dy.times(x).times(scale));
        }
    }
}
