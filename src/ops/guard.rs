//! `guard`: rates as they are, or, where the record has its mark, rates at which nothing changes.
//!
//! rates \[10\] (see `adamw`), record \[33\] (see `record`) → as rates. Nothing changes at a learning rate and a decay of 0, with old means that are kept whole
//! (β₁, β₂, μ, e of 1). So a step whose loss is not finite leaves weights and states alone, without the host, and so do those after it.

use super::adamw::RATES;
use super::record::NUMBERS;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input};

/// Rates of a step, unless it must not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guard;

/// Learning rate, β₁ or μ, β₂, ε, decay, cut, the two corrections, e, and the place in the record.
const STILL: [f32; RATES] = [0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];

impl Rule for Guard {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(0) == [RATES], format!("{RATES} rates"), site.describe(0))?;
        expect(site.shape(1) == [NUMBERS], format!("{NUMBERS} numbers"), site.describe(1))?;
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        out.copy_from_slice(if inputs[1][0] == 0.0 { inputs[0] } else { &STILL });
    }

    fn dispatch(&self, _: &Site, _: Profile) -> Dispatch {
        Dispatch { shader: "guard", params: vec![RATES as u32], groups: [1, 1, 1] }
    }
}
