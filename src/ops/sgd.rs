//! `sgd`: w′ = w − r m.
//!
//! w \[…\] (written over), m as w, rates \[10\] (see `adamw`; r is the first) → as w. Robbins & Monro 1951; with momentum m Sutskever et al. 2013, §2. Where r is 0, w stays.

use super::adamw::RATES;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input, groups};
use crate::tensor::size;

/// A weight, one step on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd;

impl Rule for Sgd {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(1) == site.shape(0), site.describe(0), site.describe(1))?;
        expect(site.shape(2) == [RATES], format!("{RATES} rates"), site.describe(2))?;
        expect_like_input(site)
    }

    fn in_place(&self) -> bool {
        true
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let rate = inputs[2][0];
        if rate != 0.0 {
            out.iter_mut().zip(inputs[1]).for_each(|(w, m)| *w -= rate * m);
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "sgd", params: vec![n as u32], groups: groups(n, 64) }
    }
}
