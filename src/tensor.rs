//! Numbers with named axes, on the host. Knows no device.

pub mod lanes;

use std::fmt;

/// The name of an axis: the field's word for it, the same in Rust, in JavaScript and in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    Batch,
    Pos,
    QueryPos,
    KeyPos,
    Head,
    KvHead,
    DHead,
    DModel,
    DMlp,
    DVocab,
    /// Classes that a text can have.
    Label,
    /// Rows of T5's table of relative positions.
    Bucket,
    /// Rows of a weight matrix: what comes out.
    Out,
    /// Columns of a weight matrix: what goes in.
    In,
    /// What says how fast to learn.
    Rate,
    /// What several steps of training came to.
    Step,
}

impl Axis {
    pub fn name(self) -> &'static str {
        match self {
            Axis::Batch => "batch",
            Axis::Pos => "pos",
            Axis::QueryPos => "query_pos",
            Axis::KeyPos => "key_pos",
            Axis::Head => "head",
            Axis::KvHead => "kv_head",
            Axis::DHead => "d_head",
            Axis::DModel => "d_model",
            Axis::DMlp => "d_mlp",
            Axis::DVocab => "d_vocab",
            Axis::Label => "label",
            Axis::Bucket => "bucket",
            Axis::Out => "out",
            Axis::In => "in",
            Axis::Rate => "rate",
            Axis::Step => "step",
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An activation: `data` is contiguous, the last axis varies fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub name: String,
    pub axes: Vec<Axis>,
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// The number of elements of a shape.
pub fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// `[batch 1, pos 5]`, as errors and `inspect` print a shape.
pub fn describe(axes: &[Axis], shape: &[usize]) -> String {
    let parts: Vec<String> = axes.iter().zip(shape).map(|(axis, n)| format!("{axis} {n}")).collect();
    format!("[{}]", parts.join(", "))
}

/// `[1, 5]`: a shape from a file or a caller, of which an error shows the first axes.
pub fn shown_shape(shape: &[usize]) -> String {
    const MOST: usize = 8;
    let more = if shape.len() > MOST { ", …" } else { "" };
    let first: Vec<String> = shape.iter().take(MOST).map(usize::to_string).collect();
    format!("[{}{more}]", first.join(", "))
}

/// The places of these numbers from the greatest to the least; equal ones in their order. One sort for all that is ranked,
/// because every other would be compiled once more.
pub fn ranked(numbers: &[f32]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..numbers.len()).collect();
    places.sort_by(|&a, &b| numbers[b].total_cmp(&numbers[a]));
    places
}
