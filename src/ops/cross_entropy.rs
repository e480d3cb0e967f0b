//! `cross_entropy`: y\[t\] = ln Σ_v e^z\[t, v\] − z\[t, label\[t\]\], in nats; 0 where the label is negative.
//!
//! z \[… d_vocab\], labels \[…\] (whole numbers as f32; −100 means that the place does not count) → as labels. The negative
//! log-probability of the right token or class: Bengio et al. 2003, §3.

use super::{Dispatch, Fault, Profile, Rule, Site, by_rows, expect};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// The surprise at the right answer, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossEntropy;

impl Rule for CrossEntropy {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let rows = &site.shape(0)[..site.shape(0).len() - 1];
        expect(site.shape(1) == rows, format!("labels of {rows:?}"), site.describe(1))?;
        expect(site.out.1 == rows, format!("{rows:?}"), site.describe_out())
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        rows(inputs[0], inputs[1], out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let rows = size(site.shape(1));
        let (shader, groups) = by_rows(profile, "cross_entropy", "cross_entropy_reduce", rows);
        Dispatch { shader, params: vec![rows as u32, site.last(0) as u32], groups }
    }
}

kernel! {
    /// ln Σ e^z − z\[label\], with the largest number taken out of the sum so that nothing overflows.
    fn rows<L>(z: &[f32], labels: &[f32], out: &mut [f32]) {
        let width = z.len() / labels.len().max(1);
        for ((z, label), y) in z.chunks_exact(width.max(1)).zip(labels).zip(out) {
            if *label < 0.0 {
                *y = 0.0;
                continue;
            }
            let most = lanes::max::<L>(z, f32::MIN);
            let mut sums = L::splat(0.0);
            lanes::each::<L>(z, f32::MIN, |z| sums = sums.plus(lanes::exp(z.minus(L::splat(most)))));
            *y = sums.sum().ln() + (most - z[*label as usize]);
        }
    }
}
