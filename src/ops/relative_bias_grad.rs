//! `relative_bias_grad`: dtable\[r, h\] = Σ over (q, k) with bucket(k − q) = r of dbias\[h, q, k\].
//!
//! dbias \[head query_pos key_pos\] → \[bucket head\]. The gradient of `relative_bias` for its table.

use super::relative_bias::RelativeBias;
use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect, groups};
use crate::tensor::size;

/// What comes back for the table of T5's distances.
#[derive(Clone, Debug, PartialEq)]
pub struct RelativeBiasGrad(pub RelativeBias);

impl Rule for RelativeBiasGrad {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let fits = site.out.1.len() == 2 && site.out.1[0] >= self.0.rows() && site.shape(0).len() == 3;
        expect(fits, format!("a table of {} buckets", self.0.rows()), site.describe_out())?;
        expect(site.out.1[1] == site.shape(0)[0], format!("{} heads", site.out.1[1]), site.describe(0))
    }

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let [heads, queries, keys] = <[usize; 3]>::try_from(site.shape(0)).expect("checked with the graph");
        let first = keys - queries;
        out.fill(0.0);
        for (row, dbias) in inputs[0].chunks_exact(keys).enumerate() {
            let (head, query) = (row / queries, first + row % queries);
            for (key, dbias) in dbias.iter().enumerate() {
                out[self.0.bucket(query, key) * heads + head] += dbias;
            }
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let [heads, queries, keys] = <[usize; 3]>::try_from(site.shape(0)).expect("checked with the graph");
        let mut params = self.0.params([heads, queries, keys]);
        params[5] = site.out.1[0] as u32; // behind the number of bounds
        Dispatch { shader: "relative_bias_grad", params, groups: groups(size(site.out.1), 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        self.0.settings()
    }
}
