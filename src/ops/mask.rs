//! `mask`: out\[b, h, q, k\] = s\[b, h, q, k\] where the query may look at the key, else −10³⁰.
//!
//! s \[batch head query_pos key_pos\], allowed \[batch key_pos\] (1 or 0: padding is not allowed) → as s.
//! Causal (Vaswani et al. 2017, §3.2.3): a key after the query is not allowed either; queries are the last of the keys.

use super::{Dispatch, Fault, MASKED, Profile, Rule, Setting, Site, expect, expect_like_input, groups};
use crate::tensor::size;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Every key that is not padding: an encoder, and a decoder that looks at its source.
    Padding,
    /// Only keys up to the query.
    Causal,
}

impl Rule for Mask {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let want = [site.shape(0)[0], site.last(0)];
        expect(site.shape(1) == want, format!("a key mask of {want:?}"), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        fill(*self, site, MASKED, inputs, out);
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        Dispatch { shader: "mask", params: params(*self, site), groups: groups(size(site.out.1), 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("mask", Setting::Word(if *self == Mask::Causal { "causal" } else { "padding" }))]
    }
}

/// Copies what a query may look at, and writes `closed` elsewhere.
pub fn fill(mask: Mask, site: &Site, closed: f32, inputs: &[&[f32]], out: &mut [f32]) {
    let [_, heads, queries, keys] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
    let first = keys.saturating_sub(queries);
    for (row, (out, numbers)) in out.chunks_exact_mut(keys).zip(inputs[0].chunks_exact(keys)).enumerate() {
        let (batch, query) = (row / (heads * queries), row % queries);
        let allowed = &inputs[1][batch * keys..][..keys];
        let reach = if mask == Mask::Causal { first + query } else { keys };
        let (seen, hidden) = out.split_at_mut((reach + 1).min(keys));
        for ((out, number), allowed) in seen.iter_mut().zip(numbers).zip(allowed) {
            *out = if *allowed != 0.0 { *number } else { closed };
        }
        hidden.fill(closed);
    }
}

/// The sizes that the kernels read.
pub fn params(mask: Mask, site: &Site) -> Vec<u32> {
    let [batch, heads, queries, keys] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
    let causal = (mask == Mask::Causal) as usize;
    [batch, heads, queries, keys, causal].map(|n| n as u32).to_vec()
}
