//! `embed`: out\[b, t, :\] = table\[ids\[b, t\], :\].
//!
//! ids \[batch pos\] (whole numbers as f32, exact below 2²⁴), table \[d_vocab d_model\] → \[batch pos d_model\].
//! Vaswani et al. 2017, §3.4, without its √d_model. The graph's inputs are checked before: an id is always a row.

use super::{Dispatch, Fault, Site, expect, groups};
use crate::tensor::size;

pub fn check(site: &Site) -> Result<(), Fault> {
    let mut want = site.shape(0).to_vec();
    want.push(site.last(1));
    expect(site.out.1 == want, format!("{want:?}"), site.describe_out())
}

pub fn cpu(site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
    let [ids, table] = [inputs[0], inputs[1]];
    let width = site.last(1);
    for (row, id) in out.chunks_exact_mut(width).zip(ids) {
        let start = *id as usize * width;
        row.copy_from_slice(&table[start..start + width]);
    }
}

pub fn dispatch(site: &Site) -> Dispatch {
    let n = size(site.out.1);
    Dispatch { shader: "embed", params: vec![n as u32, site.last(1) as u32], groups: groups(n, 64) }
}
