//! `attn_mix_grad_values`: dV\[b, k, g, d\] = Σ over heads h of group g and over q of pattern\[b, h, q, k\] · dz\[b, q, h, d\].
//!
//! pattern \[batch head query_pos key_pos\], dz \[batch pos head d_head\] → \[batch pos kv_head d_head\], or a cache
//! \[key_pos batch kv_head d_head\]. The gradient of `attn_mix` for its values. With the gradient of the scores in the place of the pattern
//! and the queries in that of dz, it is the gradient of `attn_scores` for its keys.

use super::attn_scores::KeyLayout;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// What comes back for the values of an attention, or for its keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttnMixGradValues;

impl Rule for AttnMixGradValues {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let (pattern, dz) = (site.shape(0), site.shape(1));
        let want = [pattern[0], pattern[2], pattern[1]];
        expect(dz[..3] == want, format!("a gradient of {want:?} and d_head"), site.describe(1))?;
        let values = KeyLayout::of_output(site);
        let fits = values.len == pattern[3] && pattern[1].is_multiple_of(values.heads) && site.out.1[3] == dz[3];
        expect(fits, format!("values at {} positions, with heads that divide {}", pattern[3], pattern[1]), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [_, heads, queries, keys] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
        let (values, width) = (KeyLayout::of_output(site), site.last(1));
        out.fill(0.0);
        for (row, pattern) in inputs[0].chunks_exact(keys).enumerate() {
            let (batch, head, query) = (row / (heads * queries), row / queries % heads, row % queries);
            let dz = &inputs[1][((batch * queries + query) * heads + head) * width..][..width];
            let first = batch * values.batch_step + head * values.heads / heads * width;
            for (weight, dv) in pattern.iter().zip(out[first..].chunks_mut(values.pos_step)) {
                dv[..width].iter_mut().zip(dz).for_each(|(dv, dz)| *dv += weight * dz);
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let pattern = site.shape(0);
        let values = KeyLayout::of_output(site);
        let (keys, width) = (pattern[3], site.last(1));
        let blocks = pattern[0] * values.heads * keys.div_ceil(4) * width.div_ceil(4);
        let (shader, n, groups) = if keys.min(width) >= 4 {
            ("attn_mix_grad_values_block", blocks, groups(blocks, 16))
        } else {
            let n = size(site.out.1);
            ("attn_mix_grad_values", n, groups(n, 64))
        };
        let sizes = [n, pattern[0], pattern[1], pattern[2], keys, width, values.heads, values.batch_step];
        Dispatch { shader, params: sizes.map(|n| n as u32).to_vec(), groups }
    }
}
