//! `append_grad`: dx\[b, t, g, d\] = dcache\[past + t, b, g, d\].
//!
//! dcache \[key_pos batch kv_head d_head\] → \[batch pos kv_head d_head\]. The gradient of `append` for the new rows.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// What comes back for the rows that were appended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AppendGrad;

impl Rule for AppendGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let x = site.out.1;
        let want = [site.past + x[1], x[0], x[2], x[3]];
        expect(site.shape(0) == want, format!("{want:?}"), site.describe(0))
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [batches, new, heads, width] = <[usize; 4]>::try_from(site.out.1).expect("checked with the graph");
        let row = heads * width;
        for (index, dx) in out.chunks_exact_mut(row).enumerate() {
            let (batch, pos) = (index / new, index % new);
            dx.copy_from_slice(&inputs[0][((site.past + pos) * batches + batch) * row..][..row]);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let x = site.out.1;
        let n = size(x);
        let params = [n, x[0], x[1], x[2] * x[3], site.past].map(|n| n as u32).to_vec();
        Dispatch { shader: "append_grad", params, groups: groups(n, 64) }
    }
}
