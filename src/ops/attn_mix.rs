//! `attn_mix`: z\[b, q, h, d\] = Σ_k pattern\[b, h, q, k\] · V\[b, k, g, d\], g = ⌊h · kv_heads / heads⌋.
//!
//! pattern \[batch head query_pos key_pos\], V \[batch pos kv_head d_head\] or a cache \[key_pos batch kv_head d_head\]
//! → \[batch pos head d_head\]. Vaswani et al. 2017, eq. 1: the values, averaged by the weights.

use super::attn_scores::KeyLayout;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::lanes::{LANES, Lanes};
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
            let value = |from: usize| inputs[1][first + from..].chunks(values.pos_step);
            // Sixteen numbers stay in registers while their sums run over the keys, then eight, then one.
            let (sixteens, rest) = out.as_chunks_mut::<{ 2 * LANES }>();
            let (eights, rest) = rest.as_chunks_mut::<LANES>();
            for (part, out) in sixteens.iter_mut().enumerate() {
                let mut sums = [Lanes::splat(0.0); 2];
                for (weight, v) in pattern.iter().zip(value(part * 2 * LANES)) {
                    let (weight, v) = (Lanes::splat(*weight), v.first_chunk::<{ 2 * LANES }>().expect("a value is whole"));
                    let (eights, _) = v.as_chunks::<LANES>();
                    sums[0] = sums[0].plus_product(weight, Lanes::load(&eights[0]));
                    sums[1] = sums[1].plus_product(weight, Lanes::load(&eights[1]));
                }
                let (eights, _) = out.as_chunks_mut::<LANES>();
                sums[0].store(&mut eights[0]);
                sums[1].store(&mut eights[1]);
            }
            let whole = width - rest.len();
            for out in eights {
                let mut sums = Lanes::splat(0.0);
                for (weight, v) in pattern.iter().zip(value(whole - LANES)) {
                    sums = sums.plus_product(Lanes::splat(*weight), Lanes::load(v.first_chunk().expect("a value is whole")));
                }
                sums.store(out);
            }
            for (part, out) in rest.iter_mut().enumerate() {
                *out = pattern.iter().zip(value(whole + part)).map(|(weight, v)| weight * v[0]).sum();
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
