//! `embed`: out\[b, t, :\] = table\[ids\[b, t\], :\].
//!
//! ids \[batch pos\] (whole numbers as f32, exact below 2²⁴), table \[d_vocab d_model\] → \[batch pos d_model\].
//! Vaswani et al. 2017, §3.4, without its √d_model. An id that is no row of the table gives zeros, here and on a GPU; a pass that asks
//! for one is refused before it runs (`Pass::check`).

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// Token ids → rows of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embed;

impl Rule for Embed {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let mut want = site.shape(0).to_vec();
        want.push(site.last(1));
        expect(site.out.1 == want, format!("{want:?}"), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [ids, table] = [inputs[0], inputs[1]];
        let width = site.last(1);
        for (row, id) in out.chunks_exact_mut(width).zip(ids) {
            match table.chunks_exact(width).nth(*id as usize) {
                Some(numbers) => row.copy_from_slice(numbers),
                None => row.fill(0.0),
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        let params = [n, site.last(1), site.shape(1)[0]].map(|n| n as u32).to_vec();
        Dispatch { shader: "embed", params, groups: groups(n, 64) }
    }
}
