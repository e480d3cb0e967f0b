//! `embed_grad`: dtable\[v, :\] = Σ over (b, t) with ids\[b, t\] = v of dy\[b, t, :\].
//!
//! ids \[batch pos\], dy \[batch pos d_model\] → \[d_vocab d_model\]. The gradient of `embed` for its table. In the forward pass
//! each token copied a row; so now each row gathers what came back for its tokens. Rows without a token are 0.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// What comes back for each row of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmbedGrad;

impl Rule for EmbedGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let mut want = site.shape(0).to_vec();
        want.push(site.last(1));
        expect(site.shape(1) == want, format!("{want:?}"), site.describe(1))?;
        let fits = site.out.1.len() == 2 && site.out.1[1] == site.last(1);
        expect(fits, format!("rows of {}", site.last(1)), site.describe_out())
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let width = site.last(1);
        out.fill(0.0);
        for (id, dy) in inputs[0].iter().zip(inputs[1].chunks_exact(width)) {
            let row = &mut out[*id as usize * width..][..width];
            row.iter_mut().zip(dy).for_each(|(out, dy)| *out += dy);
        }
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let n = size(site.out.1);
        let (rows, width) = (site.out.1[0], site.last(1));
        let params = [n, size(site.shape(0)), width].map(|n| n as u32).to_vec();
        let (shader, groups) = match profile {
            Profile::Software => ("embed_grad", groups(rows * width.div_ceil(16), 16)),
            Profile::Hardware => ("embed_grad_reduce", groups(rows, 1)),
        };
        Dispatch { shader, params, groups }
    }
}
