//! `versus`: y\[b, …\] = x\[b, …\] − x\[b′, …\], where b′ is the other text of b's pair: 0 and 1, 2 and 3, and so on.
//!
//! x \[batch …\] → as x. By how much a text is ahead of the one that it is compared with (Bradley & Terry 1952); what comes back for x is found in the same way.
//! A last text without a partner is compared with itself: 0.

use super::{Dispatch, Fault, Profile, Rule, Site, expect_like_input, groups};
use crate::tensor::size;

/// Each text against the other one of its pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Versus;

impl Rule for Versus {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect_like_input(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let batch = site.shape(0).first().copied().unwrap_or(1);
        let row = (out.len() / batch.max(1)).max(1);
        for (index, (y, x)) in out.iter_mut().zip(inputs[0]).enumerate() {
            let other = (index / row) ^ 1;
            *y = if other < batch { x - inputs[0][other * row + index % row] } else { 0.0 };
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        let batch = site.shape(0).first().copied().unwrap_or(1);
        Dispatch { shader: "versus", params: vec![n as u32, batch as u32, (n / batch.max(1)) as u32], groups: groups(n, 64) }
    }
}
