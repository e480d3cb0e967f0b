//! `dot_rows`: y\[b\] = Σ over t of x\[b, t\] · w\[b, t\].
//!
//! x \[batch pos\], w \[batch pos\] → \[batch\]. Of the losses at a text's places, with the weights −1 where a token counts and 0 elsewhere, it is the log-probability
//! of the text: Rafailov et al. 2023, the log π of eq. 7.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// A weighted sum for each text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DotRows;

impl Rule for DotRows {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(0).len() == 2, "[batch pos]", site.describe(0))?;
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.out.1 == &site.shape(0)[..1], format!("[{}]", site.shape(0)[0]), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let pos = site.last(0);
        for ((y, x), w) in out.iter_mut().zip(inputs[0].chunks_exact(pos)).zip(inputs[1].chunks_exact(pos)) {
            *y = x.iter().zip(w).map(|(x, w)| x * w).sum();
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "dot_rows", params: vec![n as u32, site.last(0) as u32], groups: groups(n, 64) }
    }
}
