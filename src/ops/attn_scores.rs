//! `attn_scores`: s\[b, h, q, k\] = c · Σ_d Q\[b, q, h, d\] · K\[b, k, g, d\] (+ bias\[h, q, k\]), g = ⌊h · kv_heads / heads⌋.
//!
//! Q \[batch pos head d_head\], K \[batch pos kv_head d_head\] or a cache \[key_pos batch kv_head d_head\],
//! bias \[head query_pos key_pos\] or none → \[batch head query_pos key_pos\].
//! Vaswani et al. 2017, eq. 1, where c = 1/√d_head; T5 folds that into its initialisation, so there c = 1.
//! Fewer key heads than query heads: grouped-query attention, Ainslie et al. 2023.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, groups};
use crate::tensor::Axis;

/// q · k, times a constant, plus a bias where there is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttnScores {
    pub scale: f32,
}

impl Rule for AttnScores {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let (q, keys) = (site.shape(0), KeyLayout::of(site, 1));
        let want = [q[0], q[2], q[1], keys.len];
        expect(q[3] == site.last(1), format!("keys of d_head {}", q[3]), site.describe(1))?;
        expect(q[2] % keys.heads == 0, format!("key heads that divide {} heads", q[2]), site.describe(1))?;
        expect(site.out.1 == want, format!("{want:?}"), site.describe_out())?;
        let bias = site.arity() < 3 || site.shape(2) == &want[1..];
        expect(bias, format!("a bias of {:?}", &want[1..]), if site.arity() > 2 { site.describe(2) } else { String::new() })
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [_, queries, heads, width] = <[usize; 4]>::try_from(site.shape(0)).expect("checked with the graph");
        let keys = KeyLayout::of(site, 1);
        for (row, out) in out.chunks_exact_mut(keys.len).enumerate() {
            let (batch, head, query) = (row / (heads * queries), row / queries % heads, row % queries);
            let q = &inputs[0][((batch * queries + query) * heads + head) * width..][..width];
            let first = batch * keys.batch_step + head * keys.heads / heads * width;
            for (k, out) in inputs[1][first..].chunks(keys.pos_step).zip(out.iter_mut()) {
                *out = self.scale * q.iter().zip(k).map(|(q, k)| q * k).sum::<f32>();
            }
            if let Some(bias) = inputs.get(2) {
                let bias = &bias[(head * queries + query) * keys.len..];
                out.iter_mut().zip(bias).for_each(|(out, bias)| *out += bias);
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let q = site.shape(0);
        let keys = KeyLayout::of(site, 1);
        let bias = (site.arity() > 2) as usize;
        let sizes = [q[0], q[1], q[2], q[3], keys.len, keys.heads, keys.batch_step, keys.pos_step, bias];
        let mut params = sizes.map(|n| n as u32).to_vec();
        params.push(self.scale.to_bits());
        let rows = q[0] * q[1] * q[2];
        let (shader, groups) = match q[3] % 4 {
            0 => ("attn_scores_block", groups(rows * keys.len.div_ceil(4), 16)),
            _ => ("attn_scores", groups(rows * keys.len, 64)),
        };
        Dispatch { shader, params, groups }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("scale", Setting::Number(self.scale))]
    }
}

/// Where the keys (or values) of a sequence lie: a cache grows along its first axis, so its batch comes second.
pub struct KeyLayout {
    pub len: usize,
    pub heads: usize,
    /// Elements from one sequence to the next.
    pub batch_step: usize,
    /// Elements from one position to the next.
    pub pos_step: usize,
}

impl KeyLayout {
    pub fn of(site: &Site, input: usize) -> Self {
        Self::at(site.inputs[input])
    }

    pub fn of_output(site: &Site) -> Self {
        Self::at(site.out)
    }

    fn at((axes, shape): (&[Axis], &[usize])) -> Self {
        let (heads, row) = (shape[2], shape[2] * shape[3]);
        if axes[0] == Axis::KeyPos {
            KeyLayout { len: shape[0], heads, batch_step: row, pos_step: shape[1] * row }
        } else {
            KeyLayout { len: shape[1], heads, batch_step: shape[1] * row, pos_step: row }
        }
    }
}
