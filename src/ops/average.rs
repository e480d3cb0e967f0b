//! `average`: a′ = e a + (1 − e) w.
//!
//! a \[…\] (written over), w as a, rates \[10\] (see `adamw`; e is the ninth) → as a. Polyak & Juditsky 1992 with weights that fade, as `torch.optim.swa_utils` averages with
//! `get_ema_multi_avg_fn(e)`; an e of 0 begins the average with w, and where e is 1 (a step that does not count, see
//! `guard`) a stays, whatever w is.

use super::adamw::RATES;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// A running average of a weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Average;

impl Rule for Average {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == [RATES], format!("{RATES} rates"), site.describe(2))?;
        expect_like_input(site)
    }

    fn in_place(&self) -> bool {
        true
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let keep = inputs[2][8];
        if keep != 1.0 {
            out.iter_mut().zip(inputs[1]).for_each(|(a, w)| *a = keep * *a + (1.0 - keep) * w);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "average", params: vec![n as u32], groups: groups(n, 64) }
    }
}
