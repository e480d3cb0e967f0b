//! `square_sum`: y = before + Σ x² over all elements.
//!
//! x \[…\], before \[1\] or none → \[1\]. A chain of these over all gradients is their squared global norm: Pascanu et al. 2013, §3.2.

use super::{Dispatch, Fault, Profile, Rule, Site, expect};
use crate::tensor::lanes::{self, kernel};
use crate::tensor::size;

/// A sum of squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquareSum;

impl Rule for SquareSum {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.out.1 == [1], "one number", site.describe_out())?;
        let before = site.arity() < 2 || site.shape(1) == [1];
        expect(before, "one number before it", if site.arity() > 1 { site.describe(1) } else { String::new() })
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        out[0] = inputs.get(1).map_or(0.0, |before| before[0]);
        add_squares(inputs[0], out);
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let more = (site.arity() > 1) as u32;
        let shader = if profile == Profile::Hardware { "square_sum_reduce" } else { "square_sum" };
        Dispatch { shader, params: vec![size(site.shape(0)) as u32, more], groups: [1, 1, 1] }
    }
}

kernel! {
    /// Adds Σ x², by parts: so no sum is much longer than its terms.
    fn add_squares<L>(x: &[f32], out: &mut [f32]) {
        let mut sum = 0.0;
        for part in x.chunks(2048) {
            sum += lanes::dot::<L>(part, part);
        }
        out[0] += sum;
    }
}
