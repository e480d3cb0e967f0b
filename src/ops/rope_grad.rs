//! `rope_grad`: a turn by the opposite angle: dx\[i\] = dy\[i\] cos θ + dy\[i + d/2\] sin θ, dx\[i + d/2\] = dy\[i + d/2\] cos θ − dy\[i\] sin θ.
//!
//! dy \[batch pos head d_head\], table \[pos d_head\] (cosines, then sines) → as dy. The gradient of `rope`: a rotation's transpose is its
//! inverse.

use super::{Dispatch, Fault, Profile, Rope, Rule, Site};

/// What comes back through a rotation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RopeGrad;

impl Rule for RopeGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        Rope.check(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [_, pos, heads, width] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
        let half = width / 2;
        for (row, (dy, dx)) in inputs[0].chunks_exact(width).zip(out.chunks_exact_mut(width)).enumerate() {
            let (cos, sin) = inputs[1][row / heads % pos * width..][..width].split_at(half);
            for i in 0..half {
                dx[i] = dy[i] * cos[i] + dy[i + half] * sin[i];
                dx[i + half] = dy[i + half] * cos[i] - dy[i] * sin[i];
            }
        }
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        Dispatch { shader: "rope_grad", ..Rope.dispatch(site, profile) }
    }
}
