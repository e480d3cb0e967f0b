//! `sum_rows`: y\[j\] = Σᵣ x\[r, j\], over the leading axes that the output lacks.
//!
//! x \[… tail\] → \[tail\], where the tail is one axis or several. The gradient of what was added to every row: of a bias, and of a
//! position bias that all sequences of a batch share.

use super::{Dispatch, Fault, Profile, Rule, Site, expect, groups};
use crate::tensor::size;

/// A sum over the leading axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SumRows;

impl Rule for SumRows {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        let fits = size(site.shape(0)).is_multiple_of(size(site.out.1).max(1));
        expect(fits, "trailing axes of the input", site.describe_out())
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        out.fill(0.0);
        for row in inputs[0].chunks_exact(out.len()) {
            out.iter_mut().zip(row).for_each(|(out, x)| *out += x);
        }
    }

    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        let n = size(site.out.1);
        let rows = size(site.shape(0)) / n;
        let (shader, groups) = match profile {
            Profile::Hardware if rows >= MANY_ROWS => ("sum_rows_reduce", groups(n, 16)),
            _ => ("sum_rows", groups(n, 64)),
        };
        Dispatch { shader, params: [n, rows].map(|n| n as u32).to_vec(), groups }
    }
}

/// Fewer rows than this are not worth sharing among invocations: two for each of the sixteen.
const MANY_ROWS: usize = 32;
