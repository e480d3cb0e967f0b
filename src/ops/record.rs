//! `record`: r′ = r, but for the pair at this step's place, which is (loss, ‖g‖²), and the mark in front, which is 1 once one of them is not finite.
//!
//! r \[33\] (a mark, and 16 pairs; written over), loss \[1\], ‖g‖² \[1\], rates \[10\] (see `adamw`; the place is the tenth, 0 to 15) → as r. So the losses of sixteen steps
//! reach the host in one readback. The mark stays until the host takes it away.

use super::adamw::RATES;
use super::{Dispatch, Fault, Profile, Rule, Site, expect, expect_like_input};

/// Steps that are remembered.
pub const STEPS: usize = 16;

/// The mark, and a pair for each step.
pub const NUMBERS: usize = 1 + 2 * STEPS;

/// What the last steps came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record;

impl Rule for Record {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect(site.shape(0) == [NUMBERS], format!("{NUMBERS} numbers"), site.describe(0))?;
        expect(site.shape(1) == [1], "one loss", site.describe(1))?;
        expect(site.shape(2) == [1], "one squared norm", site.describe(2))?;
        expect(site.shape(3) == [RATES], format!("{RATES} rates"), site.describe(3))?;
        expect_like_input(site)
    }

    fn in_place(&self) -> bool {
        true
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        let (loss, norm, place) = (inputs[1][0], inputs[2][0], inputs[3][9] as usize);
        (out[1 + 2 * place], out[2 + 2 * place]) = (loss, norm);
        if !loss.is_finite() || !norm.is_finite() {
            out[0] = 1.0;
        }
    }

    fn dispatch(&self, _: &Site, _: Profile) -> Dispatch {
        Dispatch { shader: "record", params: vec![NUMBERS as u32], groups: [1, 1, 1] }
    }
}
