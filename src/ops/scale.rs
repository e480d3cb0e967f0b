//! `scale`: y = c · x.
//!
//! x \[…\] → as x. T5 with tied embeddings scales by d_model^−½ before its head (Mesh TensorFlow's `Unitransformer`).

use super::{Dispatch, Fault, Site, expect_like_input, groups};
use crate::tensor::size;

pub fn check(site: &Site) -> Result<(), Fault> {
    expect_like_input(site)
}

pub fn cpu(by: f32, inputs: &[&[f32]], out: &mut [f32]) {
    for (y, x) in out.iter_mut().zip(inputs[0]) {
        *y = x * by;
    }
}

pub fn dispatch(site: &Site, by: f32) -> Dispatch {
    let n = size(site.out.1);
    Dispatch { shader: "scale", params: vec![n as u32, by.to_bits()], groups: groups(n, 64) }
}
