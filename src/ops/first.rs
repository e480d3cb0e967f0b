//! `first`: y\[b, :\] = x\[b, 0, :\].
//!
//! x \[batch pos d_model\] → \[batch d_model\]. The vector of \[CLS\], which BERT classifies a text by: Devlin et al. 2018, §3.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};

/// The first position of each sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct First;

impl Rule for First {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let want = [site.shape(0)[0], site.last(0)];
        expect(site.shape(0).len() == 3 && site.out.1 == want, format!("{want:?}"), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let (width, step) = (site.last(0), site.shape(0)[1] * site.last(0));
        for (x, y) in inputs[0].chunks_exact(step).zip(out.chunks_exact_mut(width)) {
            y.copy_from_slice(&x[..width]);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let [batch, pos, width] = [site.shape(0)[0], site.shape(0)[1], site.last(0)];
        Dispatch { shader: "first", params: [batch, pos, width].map(|n| n as u32).to_vec(), groups: groups(batch * width, 64) }
    }
}
