//! `cross_entropy`: y\[t\] = ln Σ_v e^z\[t, v\] − z\[t, label\[t\]\], in nats; 0 where the label is negative.
//!
//! z \[… d_vocab\], labels \[…\] (whole numbers as f32; −100 means that the place does not count) → as labels. The negative
//! log-probability of the right token or class: Bengio et al. 2003, §3.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
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

    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for ((z, label), y) in inputs[0].chunks_exact(site.last(0)).zip(inputs[1]).zip(out) {
            *y = if *label < 0.0 { 0.0 } else { surprise(z, *label as usize) };
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let rows = size(site.shape(1));
        Dispatch { shader: "cross_entropy", params: vec![rows as u32, site.last(0) as u32], groups: groups(rows, 16) }
    }
}

/// ln Σ e^z − z\[label\], with the largest number taken out of the sum so that nothing overflows.
fn surprise(z: &[f32], label: usize) -> f32 {
    let most = z.iter().fold(f32::MIN, |most, z| most.max(*z));
    let sum: f32 = z.iter().map(|z| (z - most).exp()).sum();
    sum.ln() + (most - z[label])
}
