//! `linear_grad_input`: dx\[r, i\] = Σₒ dy\[r, o\] · w\[o, i\].
//!
//! dy \[… out\], w \[out in\] → \[… in\]. The gradient of `linear` for x; in the forward pass y = x Wᵀ, so now dx = dy W.
//! Trailing axes that multiply to `out` or `in` count as one, as in `linear`.
//!
//! On lavapipe, in a step of GPT 2 × 64 at 32 × 64, the plain kernel takes 10.2 times what `linear` takes, the block 1.6 times.

use super::linear::{FEW_ROWS, TILE, leading, tiles};
use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// What comes back through a matrix product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearGradInput;

impl Rule for LinearGradInput {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let [out, width] = <[usize; 2]>::try_from(site.shape(1))
            .map_err(|_| Fault { expected: "a weight [out in]".into(), got: site.describe(1) })?;
        let rows = leading(site.shape(0), out);
        expect(rows.is_some(), format!("a gradient whose last axes hold {out}"), site.describe(0))?;
        expect(leading(site.out.1, width) == rows, format!("{rows:?} rows of {width}"), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [n_out, width] = [site.shape(1)[0], site.shape(1)[1]];
        out.fill(0.0);
        for (dy, dx) in inputs[0].chunks_exact(n_out).zip(out.chunks_exact_mut(width)) {
            for (dy, w) in dy.iter().zip(inputs[1].chunks_exact(width)) {
                dx.iter_mut().zip(w).for_each(|(dx, w)| *dx += dy * w);
            }
        }
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let [n_out, width] = [site.shape(1)[0], site.shape(1)[1]];
        let rows = size(site.out.1) / width;
        let (shader, groups) = match profile {
            Profile::Hardware if rows >= TILE / 2 => ("linear_grad_input_tile", tiles(rows, width)),
            Profile::Software if rows >= FEW_ROWS => {
                ("linear_grad_input_block", groups(rows.div_ceil(8) * width.div_ceil(4), 16))
            }
            _ => ("linear_grad_input", groups(rows * width, 64)),
        };
        Dispatch { shader, params: [rows, width, n_out].map(|n| n as u32).to_vec(), groups }
    }
}
