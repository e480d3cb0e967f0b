//! The ops: one file each, with formula, shape rule, CPU reference and dispatch. `shaders/` has a file of the same name.
//!
//! To add one: a file here, a WGSL file, a variant below, a case in `tests/ops.rs`; the compiler names what is missing.

pub mod activation;
pub mod add;
pub mod append;
pub mod attn_mix;
pub mod attn_scores;
pub mod embed;
pub mod first;
pub mod layer_norm;
pub mod linear;
pub mod mask;
pub mod mul;
pub mod relative_bias;
pub mod rms_norm;
pub mod rope;
pub mod scale;
pub mod softmax;

pub use activation::Activation;
pub use mask::Mask;
pub use relative_bias::RelativeBias;

use crate::tensor::{Axis, describe};

/// A score that no softmax will ever look at. Finite, because WGSL may assume that infinities never occur.
pub const MASKED: f32 = -1.0e30;

#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Token ids → rows of a table.
    Embed,
    /// x / rms(x) · w.
    RmsNorm {
        eps: f32,
    },
    /// (x − mean(x)) / std(x) · w + b.
    LayerNorm {
        eps: f32,
    },
    /// x Wᵀ + b.
    Linear,
    /// Each number times a constant.
    Scale {
        by: f32,
    },
    Add,
    Mul,
    Activation(Activation),
    /// T5's learned bias for each distance between query and key.
    RelativeBias(RelativeBias),
    /// q · k, times a constant, plus a bias where there is one.
    AttnScores {
        scale: f32,
    },
    /// Replaces scores that are not allowed by [`MASKED`].
    Mask(Mask),
    Softmax,
    /// Values averaged by a pattern.
    AttnMix,
    /// New keys or values after those of earlier steps.
    Append,
    /// Pairs of numbers turned by an angle that grows with the position.
    Rope,
    /// The first position of each sequence.
    First,
}

/// The shapes around one op: what each input looks like, what comes out, and how many tokens came before.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    pub inputs: &'a [(&'a [Axis], &'a [usize])],
    pub out: (&'a [Axis], &'a [usize]),
    /// Tokens that the decoder's caches already hold.
    pub past: usize,
}

impl Site<'_> {
    /// The shape of an input.
    pub fn shape(&self, input: usize) -> &[usize] {
        self.inputs[input].1
    }

    /// The number of inputs: an optional one (a bias) comes last.
    pub fn arity(&self) -> usize {
        self.inputs.len()
    }

    /// The length of the last axis of an input.
    pub fn last(&self, input: usize) -> usize {
        self.shape(input).last().copied().unwrap_or(1)
    }

    pub fn describe(&self, input: usize) -> String {
        describe(self.inputs[input].0, self.inputs[input].1)
    }

    pub fn describe_out(&self) -> String {
        describe(self.out.0, self.out.1)
    }
}

/// A broken shape rule; the graph adds the node's name.
#[derive(Debug)]
pub struct Fault {
    pub expected: String,
    pub got: String,
}

/// `Ok` where a rule holds; otherwise what it wanted and what it found.
fn expect(holds: bool, expected: impl Into<String>, got: impl Into<String>) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault { expected: expected.into(), got: got.into() }) }
}

/// The output has the shape of the first input.
fn expect_like_input(site: &Site) -> Result<(), Fault> {
    expect(site.out.1 == site.shape(0), site.describe(0), site.describe_out())
}

/// One launch of a kernel, as plain data.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    /// The stem of a file in `shaders/`.
    pub shader: &'static str,
    /// The uniform at binding 0, in order: u32, or f32 by its bits.
    pub params: Vec<u32>,
    /// Workgroups along x, y, z.
    pub groups: [u32; 3],
}

/// What kind of machine runs the kernels: shared memory and barriers are slow on the one and fast on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Software,
    Hardware,
}

/// Workgroups of `size` invocations for `n` items: beyond 65,535 groups they wrap into y.
pub fn groups(n: usize, size: usize) -> [u32; 3] {
    let total = n.div_ceil(size).max(1);
    let x = total.min(65_535);
    [x as u32, total.div_ceil(x) as u32, 1]
}

impl Op {
    /// The one word for this op: its file here, its shader, its case in the tests.
    pub fn word(&self) -> &'static str {
        match self {
            Op::Embed => "embed",
            Op::RmsNorm { .. } => "rms_norm",
            Op::LayerNorm { .. } => "layer_norm",
            Op::Linear => "linear",
            Op::Scale { .. } => "scale",
            Op::Add => "add",
            Op::Mul => "mul",
            Op::Activation(_) => "activation",
            Op::RelativeBias(_) => "relative_bias",
            Op::AttnScores { .. } => "attn_scores",
            Op::Mask(_) => "mask",
            Op::Softmax => "softmax",
            Op::AttnMix => "attn_mix",
            Op::Append => "append",
            Op::Rope => "rope",
            Op::First => "first",
        }
    }

    /// The shape rule.
    pub fn check(&self, site: &Site) -> Result<(), Fault> {
        match self {
            Op::Embed => embed::check(site),
            Op::RmsNorm { .. } => rms_norm::check(site),
            Op::LayerNorm { .. } => layer_norm::check(site),
            Op::Linear => linear::check(site),
            Op::Scale { .. } => scale::check(site),
            Op::Add => add::check(site),
            Op::Mul => mul::check(site),
            Op::Activation(_) => activation::check(site),
            Op::RelativeBias(bias) => relative_bias::check(site, bias),
            Op::AttnScores { .. } => attn_scores::check(site),
            Op::Mask(_) => mask::check(site),
            Op::Softmax => softmax::check(site),
            Op::AttnMix => attn_mix::check(site),
            Op::Append => append::check(site),
            Op::Rope => rope::check(site),
            Op::First => first::check(site),
        }
    }

    /// The reference: `out` has the length of the output's shape. `append` alone finds earlier rows in it; every other
    /// op writes it whole.
    pub fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        match self {
            Op::Embed => embed::cpu(site, inputs, out),
            Op::RmsNorm { eps } => rms_norm::cpu(site, *eps, inputs, out),
            Op::LayerNorm { eps } => layer_norm::cpu(site, *eps, inputs, out),
            Op::Linear => linear::cpu(site, inputs, out),
            Op::Scale { by } => scale::cpu(*by, inputs, out),
            Op::Add => add::cpu(inputs, out),
            Op::Mul => mul::cpu(inputs, out),
            Op::Activation(kind) => activation::cpu(*kind, inputs, out),
            Op::RelativeBias(bias) => relative_bias::cpu(site, bias, inputs, out),
            Op::AttnScores { scale } => attn_scores::cpu(site, *scale, inputs, out),
            Op::Mask(mask) => mask::cpu(site, *mask, inputs, out),
            Op::Softmax => softmax::cpu(site, inputs, out),
            Op::AttnMix => attn_mix::cpu(site, inputs, out),
            Op::Append => append::cpu(site, inputs, out),
            Op::Rope => rope::cpu(site, inputs, out),
            Op::First => first::cpu(site, inputs, out),
        }
    }

    /// The launch that computes it on a GPU.
    pub fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch {
        match self {
            Op::Embed => embed::dispatch(site),
            Op::RmsNorm { eps } => rms_norm::dispatch(site, *eps, profile),
            Op::LayerNorm { eps } => layer_norm::dispatch(site, *eps),
            Op::Linear => linear::dispatch(site, profile),
            Op::Scale { by } => scale::dispatch(site, *by),
            Op::Add => add::dispatch(site),
            Op::Mul => mul::dispatch(site),
            Op::Activation(kind) => activation::dispatch(site, *kind),
            Op::RelativeBias(bias) => relative_bias::dispatch(site, bias),
            Op::AttnScores { scale } => attn_scores::dispatch(site, *scale),
            Op::Mask(mask) => mask::dispatch(site, *mask),
            Op::Softmax => softmax::dispatch(site, profile),
            Op::AttnMix => attn_mix::dispatch(site),
            Op::Append => append::dispatch(site),
            Op::Rope => rope::dispatch(site),
            Op::First => first::dispatch(site),
        }
    }
}
