//! `first_grad`: dx\[b, 0, :\] = dy\[b, :\], and 0 at every other position.
//!
//! dy \[batch d_model\] → \[batch pos d_model\]. The gradient of `first`.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// What comes back for the first position of each sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstGrad;

impl Rule for FirstGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let dy = site.shape(0);
        let fits = site.out.1.len() == 3 && [site.out.1[0], site.out.1[2]] == dy;
        expect(fits, format!("[{}, positions, {}]", dy[0], site.last(0)), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let (width, step) = (site.last(0), site.out.1[1] * site.last(0));
        out.fill(0.0);
        for (dy, dx) in inputs[0].chunks_exact(width).zip(out.chunks_exact_mut(step)) {
            dx[..width].copy_from_slice(dy);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        let params = [n, site.out.1[1], site.last(0)].map(|n| n as u32).to_vec();
        Dispatch { shader: "first_grad", params, groups: groups(n, 64) }
    }
}
