//! The ops: one file each, with formula, shape rule, CPU reference and launch. `shaders/` has a file of the same name.
//!
//! To add one: a file here, a WGSL file, a line in the table below, and its cases in `tests/case/`. The dispatch, the kernel table of the
//! GPU, the checks of the shaders and what the page is told all follow from that line and from the op's [`Rule`].

mod activation;
mod activation_grad;
mod adam_moment;
pub mod adamw;
mod add;
mod append;
mod append_grad;
mod attn_mix;
mod attn_mix_grad_values;
mod attn_scores;
mod average;
mod binary_cross_entropy;
mod binary_cross_entropy_grad;
mod clipped_ratio;
mod clipped_ratio_grad;
mod cross_entropy;
mod cross_entropy_grad;
mod dot;
mod dot_rows;
mod dot_rows_grad;
mod embed;
mod embed_grad;
mod first;
mod first_grad;
mod guard;
mod layer_norm;
mod layer_norm_grad;
mod layer_norm_grad_weight;
mod linear;
mod linear_grad_input;
mod linear_grad_weight;
mod mask;
mod mask_grad;
mod momentum;
mod mul;
pub mod record;
pub mod relative_bias;
mod relative_bias_grad;
mod rms_norm;
mod rms_norm_grad;
mod rms_norm_grad_weight;
mod rope;
mod rope_grad;
mod scale;
mod sgd;
mod softmax;
mod softmax_grad;
mod square_sum;
mod squared_error;
mod squared_error_grad;
mod sum_rows;
mod versus;

use crate::tensor::{Axis, describe};
pub use attn_scores::KeyLayout;

/// A score that no softmax will ever look at. Finite, because WGSL may assume that infinities never occur.
pub const MASKED: f32 = -1.0e30;

/// Declares [`Op`] and [`OPS`]: `file: Type ["kernel" inputs, …]`, where the plain kernel has the file's name and comes first.
macro_rules! ops {
    ($($file:ident: $type:ident [$($stem:literal $inputs:literal),+],)+) => {
        $(pub use $file::$type;)+

        /// One op with its constants.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Op {
            $($type($type)),+
        }

        $(impl From<$type> for Op {
            fn from(op: $type) -> Op {
                Op::$type(op)
            }
        })+

        impl Op {
            /// The one word for this op: its file here, its shader, its cases in the tests.
            pub fn word(&self) -> &'static str {
                match self {
                    $(Op::$type(_) => stringify!($file)),+
                }
            }

            /// What the op does: shape rule, reference and launch.
            pub fn rule(&self) -> &dyn Rule {
                match self {
                    $(Op::$type(op) => op),+
                }
            }
        }

        /// Every op, with the kernels that compute it on a GPU.
        pub const OPS: &[Descriptor] = &[$(Descriptor {
            word: stringify!($file),
            kernels: &[$(Kernel {
                stem: $stem,
                inputs: $inputs,
                wgsl: include_str!(concat!("../../shaders/", $stem, ".wgsl")),
            }),+],
        }),+];
    };
}

ops! {
    embed: Embed ["embed" 2],
    rms_norm: RmsNorm ["rms_norm" 2, "rms_norm_reduce" 2],
    layer_norm: LayerNorm ["layer_norm" 3, "layer_norm_reduce" 3],
    linear: Linear ["linear" 3, "linear_row" 3, "linear_block" 3, "linear_reduce" 3, "linear_tile" 3],
    scale: Scale ["scale" 1],
    add: Add ["add" 2],
    mul: Mul ["mul" 2],
    activation: Activation ["activation" 1],
    relative_bias: RelativeBias ["relative_bias" 1],
    attn_scores: AttnScores ["attn_scores" 3, "attn_scores_block" 3],
    mask: Mask ["mask" 2],
    softmax: Softmax ["softmax" 1, "softmax_reduce" 1],
    attn_mix: AttnMix ["attn_mix" 2, "attn_mix_block" 2],
    append: Append ["append" 1],
    rope: Rope ["rope" 2],
    first: First ["first" 1],
    cross_entropy: CrossEntropy ["cross_entropy" 2, "cross_entropy_reduce" 2],
    binary_cross_entropy: BinaryCrossEntropy ["binary_cross_entropy" 2],
    squared_error: SquaredError ["squared_error" 2],
    dot: Dot ["dot" 2],
    dot_rows: DotRows ["dot_rows" 2],
    versus: Versus ["versus" 1],
    clipped_ratio: ClippedRatio ["clipped_ratio" 3],
    cross_entropy_grad: CrossEntropyGrad ["cross_entropy_grad" 3, "cross_entropy_grad_reduce" 3],
    binary_cross_entropy_grad: BinaryCrossEntropyGrad ["binary_cross_entropy_grad" 3],
    squared_error_grad: SquaredErrorGrad ["squared_error_grad" 3],
    dot_rows_grad: DotRowsGrad ["dot_rows_grad" 2],
    clipped_ratio_grad: ClippedRatioGrad ["clipped_ratio_grad" 4],
    linear_grad_input: LinearGradInput ["linear_grad_input" 2, "linear_grad_input_block" 2, "linear_grad_input_tile" 2],
    linear_grad_weight: LinearGradWeight ["linear_grad_weight" 2, "linear_grad_weight_block" 2, "linear_grad_weight_tile" 2],
    sum_rows: SumRows ["sum_rows" 1, "sum_rows_reduce" 1],
    layer_norm_grad: LayerNormGrad ["layer_norm_grad" 3, "layer_norm_grad_reduce" 3],
    layer_norm_grad_weight: LayerNormGradWeight ["layer_norm_grad_weight" 2, "layer_norm_grad_weight_reduce" 2],
    rms_norm_grad: RmsNormGrad ["rms_norm_grad" 3, "rms_norm_grad_reduce" 3],
    rms_norm_grad_weight: RmsNormGradWeight ["rms_norm_grad_weight" 2, "rms_norm_grad_weight_reduce" 2],
    activation_grad: ActivationGrad ["activation_grad" 2],
    attn_mix_grad_values: AttnMixGradValues ["attn_mix_grad_values" 2, "attn_mix_grad_values_block" 2],
    softmax_grad: SoftmaxGrad ["softmax_grad" 2, "softmax_grad_reduce" 2],
    mask_grad: MaskGrad ["mask_grad" 2],
    relative_bias_grad: RelativeBiasGrad ["relative_bias_grad" 1],
    append_grad: AppendGrad ["append_grad" 1],
    rope_grad: RopeGrad ["rope_grad" 2],
    first_grad: FirstGrad ["first_grad" 1],
    embed_grad: EmbedGrad ["embed_grad" 2, "embed_grad_reduce" 2],
    square_sum: SquareSum ["square_sum" 2, "square_sum_reduce" 2],
    adam_moment: AdamMoment ["adam_moment" 3],
    adamw: AdamW ["adamw" 3],
    momentum: Momentum ["momentum" 4],
    sgd: Sgd ["sgd" 2],
    average: Average ["average" 2],
    record: Record ["record" 3],
    guard: Guard ["guard" 2],
}

/// An op without its constants.
#[derive(Debug)]
pub struct Descriptor {
    pub word: &'static str,
    /// The plain kernel first, then faster ones.
    pub kernels: &'static [Kernel],
}

/// One file of `shaders/`: the very text that runs.
#[derive(Debug)]
pub struct Kernel {
    /// Its file's stem, and the `shader` of a [`Dispatch`].
    pub stem: &'static str,
    /// Read-only storage buffers: bindings 1 to `inputs`. The output comes after them. Of an op that works in place, the first input is the output.
    pub inputs: usize,
    pub wgsl: &'static str,
}

/// What each op does. Its file says the formula and the axes.
pub trait Rule {
    /// The shape rule.
    fn check(&self, site: &Site) -> Result<(), Fault>;

    /// The reference: `out` has the length of the output's shape. `append` finds earlier rows in it, and an op that
    /// works in place the numbers that it changes; every other op writes it whole.
    fn cpu(&self, site: &Site, inputs: &[&[f32]], out: &mut [f32]);

    /// Whether the output is written over the first input and lies in its buffer. Then `cpu` finds those numbers in `out`, and nothing in the first input; a kernel finds
    /// them in its output, and does not bind the first input.
    fn in_place(&self) -> bool {
        false
    }

    /// The launch that computes it on a GPU.
    fn dispatch(&self, site: &Site, profile: Profile) -> Dispatch;

    /// The op's constants under the names that `GraphNode` in `www/trace.js` has for them.
    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![]
    }
}

/// A constant of an op, as the page is told it.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    Number(f32),
    Word(&'static str),
    List(Vec<u32>),
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

/// The kernel that reduces rows: on hardware a workgroup computes each, in software an invocation of 16.
fn by_rows(profile: Profile, plain: &'static str, reduce: &'static str, rows: usize) -> (&'static str, [u32; 3]) {
    match profile {
        Profile::Software => (plain, groups(rows, 16)),
        Profile::Hardware => (reduce, groups(rows, 1)),
    }
}

/// Workgroups of `size` invocations for `n` items: beyond 65,535 groups they wrap into y.
pub fn groups(n: usize, size: usize) -> [u32; 3] {
    let total = n.div_ceil(size).max(1);
    let x = total.min(65_535);
    [x as u32, total.div_ceil(x) as u32, 1]
}
