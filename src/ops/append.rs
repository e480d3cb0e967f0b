//! `append`: cache\[past + t, b, g, d\] = x\[b, t, g, d\]; what is before `past` stays as it was.
//!
//! x \[batch pos kv_head d_head\] → \[key_pos batch kv_head d_head\]. The key/value cache: positions come first, so that
//! it grows at its end. Pope et al. 2022, §3.3.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// New keys or values after those of earlier steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Append;

impl Rule for Append {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let x = site.shape(0);
        let want = [site.past + x[1], x[0], x[2], x[3]];
        expect(site.out.1 == want, format!("{want:?}"), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [batches, new, heads, width] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
        let row = heads * width;
        for (index, x) in inputs[0].chunks_exact(row).enumerate() {
            let (batch, pos) = (index / new, index % new);
            out[((site.past + pos) * batches + batch) * row..][..row].copy_from_slice(x);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let x = site.shape(0);
        let params = [x[0], x[1], x[2] * x[3], site.past].map(|n| n as u32).to_vec();
        Dispatch { shader: "append", params, groups: groups(size(x), 64) }
    }
}
