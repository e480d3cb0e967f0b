//! `scale`: y = c · x.
//!
//! x \[…\] → as x. T5 with tied embeddings scales by d_model^−½ before its head (Mesh TensorFlow's `Unitransformer`).

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect_like_input, groups};
use crate::tensor::size;

/// Each number times a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    pub by: f32,
}

impl Rule for Scale {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        for (y, x) in out.iter_mut().zip(inputs[0]) {
            *y = x * self.by;
        }
    }

    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "scale", params: vec![n as u32, self.by.to_bits()], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("by", Setting::Number(self.by))]
    }
}
