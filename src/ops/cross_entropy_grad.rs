//! `cross_entropy_grad`: dz\[t, v\] = dy\[t\] · (softmax(z\[t\])\[v\] − 1 where v is the label), 0 where the label is negative.
//!
//! z \[… d_vocab\], labels \[…\], dy as labels → as z. The gradient of `cross_entropy` for its scores.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// What comes back from a cross-entropy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossEntropyGrad;

impl Rule for CrossEntropyGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let rows = &site.shape(0)[..site.shape(0).len() - 1];
        expect(site.shape(1) == rows, format!("labels of {rows:?}"), site.describe(1))?;
        expect(site.shape(2) == rows, format!("a gradient of {rows:?}"), site.describe(2))?;
        expect_like_input(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let width = site.last(0);
        let rows = inputs[0].chunks_exact(width).zip(inputs[1]).zip(inputs[2]);
        for (((z, label), dy), dz) in rows.zip(out.chunks_exact_mut(width)) {
            if *label < 0.0 {
                dz.fill(0.0);
                continue;
            }
            let most = z.iter().fold(f32::MIN, |most, z| most.max(*z));
            dz.iter_mut().zip(z).for_each(|(dz, z)| *dz = (z - most).exp());
            let scale = dy / dz.iter().sum::<f32>();
            dz.iter_mut().for_each(|dz| *dz *= scale);
            dz[*label as usize] -= dy;
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let rows = size(site.shape(1));
        Dispatch { shader: "cross_entropy_grad", params: vec![rows as u32, site.last(0) as u32], groups: groups(rows, 16) }
    }
}
