//! `attn_mix`: z\[b, q, h, d\] = Σ_k pattern\[b, h, q, k\] · V\[b, k, g, d\], g = ⌊h · kv_heads / heads⌋.
//!
//! pattern \[batch head query_pos key_pos\], V \[batch pos kv_head d_head\] or a cache \[key_pos batch kv_head d_head\]
//! → \[batch pos head d_head\]. Vaswani et al. 2017, eq. 1: the values, averaged by the weights.

use super::attn_scores::KeyLayout;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// Values averaged by a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttnMix;

impl Rule for AttnMix {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let (pattern, values) = (site.shape(0), KeyLayout::of(site, 1));
        let want = [pattern[0], pattern[2], pattern[1], site.last(1)];
        expect(pattern[3] == values.len, format!("values at {} positions", pattern[3]), site.describe(1))?;
        expect(pattern[1] % values.heads == 0, format!("value heads that divide {} heads", pattern[1]), site.describe(1))?;
        expect(site.out.1 == want, format!("{want:?}"), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [_, heads, queries, keys] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
        let (values, width) = (KeyLayout::of(site, 1), site.last(1));
        for (row, out) in out.chunks_exact_mut(width).enumerate() {
            let (batch, query, head) = (row / (queries * heads), row / heads % queries, row % heads);
            let pattern = &inputs[0][((batch * heads + head) * queries + query) * keys..][..keys];
            let first = batch * values.batch_step + head * values.heads / heads * width;
            out.fill(0.0);
            for (weight, v) in pattern.iter().zip(inputs[1][first..].chunks(values.pos_step)) {
                out.iter_mut().zip(v).for_each(|(out, v)| *out += weight * v);
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let pattern = site.shape(0);
        let values = KeyLayout::of(site, 1);
        let width = site.last(1);
        let sizes = [pattern[0], pattern[1], pattern[2], pattern[3], width, values.heads, values.batch_step, values.pos_step];
        let (shader, groups) = match width % 4 {
            0 => ("attn_mix_block", groups(size(site.out.1) / 4, 16)),
            _ => ("attn_mix", groups(size(site.out.1), 64)),
        };
        Dispatch { shader, params: sizes.map(|n| n as u32).to_vec(), groups }
    }
}
