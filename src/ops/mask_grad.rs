//! `mask_grad`: ds\[b, h, q, k\] = dy\[b, h, q, k\] where the query may look at the key, else 0.
//!
//! dy \[batch head query_pos key_pos\], allowed \[batch key_pos\] → as dy. The gradient of `mask`: a score that was replaced by a
//! constant does not matter.

use super::mask::{self, Mask};
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, groups};
use crate::tensor::size;

/// What comes back through a mask.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskGrad(pub Mask);

impl Rule for MaskGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        self.0.check(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        mask::fill(self.0, site, 0.0, inputs, out);
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        Dispatch { shader: "mask_grad", params: mask::params(self.0, site), groups: groups(size(site.out.1), 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        self.0.settings()
    }
}
