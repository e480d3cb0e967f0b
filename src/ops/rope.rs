//! `rope`: pairs of numbers, turned by an angle that grows with the position.
//!
//! y\[b, t, h, i\] = x\[i\] cos θ − x\[i + d/2\] sin θ, y\[b, t, h, i + d/2\] = x\[i + d/2\] cos θ + x\[i\] sin θ, for i < d/2.
//! x \[batch pos head d_head\], table \[pos d_head\] (cos θ, then sin θ, for the d/2 angles of each position) → as x.
//! Su et al. 2021, §3.4.2, in the half-split order of the published LLaMA weights. Sines and cosines are computed on the host: a
//! GPU's are not accurate at large positions.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// Pairs of numbers, turned by an angle that grows with the position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rope;

impl Rule for Rope {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let x = site.shape(0);
        expect(x.len() == 4 && x[3].is_multiple_of(2), "an even d_head", site.describe(0))?;
        let want = [x[1], x[3]];
        expect(site.shape(1) == want, format!("angles of {want:?}"), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [_, pos, heads, width] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
        let half = width / 2;
        for (row, (x, y)) in inputs[0].chunks_exact(width).zip(out.chunks_exact_mut(width)).enumerate() {
            let (cos, sin) = inputs[1][row / heads % pos * width..][..width].split_at(half);
            for i in 0..half {
                y[i] = x[i] * cos[i] - x[i + half] * sin[i];
                y[i + half] = x[i + half] * cos[i] + x[i] * sin[i];
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        let params = [n, site.shape(0)[1], site.shape(0)[2], site.last(0)].map(|n| n as u32).to_vec();
        Dispatch { shader: "rope", params, groups: groups(n, 64) }
    }
}
