//! `dot_rows_grad`: dx\[b, t\] = dy\[b\] · w\[b, t\].
//!
//! dy \[batch\], w \[batch pos\] → \[batch pos\]. The gradient of `dot_rows`: in the forward pass each place was weighed and added to its text's sum; so now each takes
//! what came back for its text, by its weight.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// What comes back for each place of a weighted sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DotRowsGrad;

impl Rule for DotRowsGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1).len() == 2 && site.shape(0) == &site.shape(1)[..1], "one number for each text", site.describe(0))?;
        expect(site.out.1 == site.shape(1), site.describe(1), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let pos = site.last(1);
        for ((dx, w), dy) in out.chunks_exact_mut(pos).zip(inputs[1].chunks_exact(pos)).zip(inputs[0]) {
            dx.iter_mut().zip(w).for_each(|(dx, w)| *dx = dy * w);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "dot_rows_grad", params: vec![n as u32, site.last(1) as u32], groups: groups(n, 64) }
    }
}
