//! `activation`: y = f(x), element by element.
//!
//! x \[…\] → as x. ReLU: max(x, 0). GELU (Hendrycks & Gimpel 2016): x Φ(x), exact by erf, or its tanh approximation
//! ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), which T5 v1.1 calls `gelu_new`. SiLU: x / (1 + e⁻ˣ). Quick GELU:
//! x / (1 + e^(−1.702 x)). Tanh. ReLU²: max(x, 0)² (So et al. 2021). Sigmoid: 1 / (1 + e⁻ˣ).
//!
//! The others are what a published `config.json` may name, and no paper's model of ours has: GELU cut at ±10, leaky ReLU (slope 0.01
//! below 0), ReLU6: min(max(x, 0), 6), hard swish: x min(max(x + 3, 0), 6) / 6, Mish: x tanh(ln(1 + eˣ)), √ln(1 + eˣ), Laplace: Φ((x − μ) / σ)
//! with μ = 0.707107 and σ = 0.282095 (Ma et al. 2022), and x itself.

use super::{Dispatch, Fault, Profile, Rule, Setting, Site, expect_like_input, groups};
use crate::tensor::lanes::{self, Lanes, kernel, sigmoid};
use crate::tensor::size;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    Relu,
    GeluErf,
    GeluTanh,
    Silu,
    Tanh,
    QuickGelu,
    ReluSquared,
    Sigmoid,
    GeluCut,
    LeakyRelu,
    Relu6,
    HardSwish,
    Mish,
    RootSoftplus,
    Laplace,
    Linear,
}

pub const SQRT_2_OVER_PI: f32 = 0.797_884_6;

/// As `transformers` writes it: six digits of √½.
#[allow(clippy::approx_constant)]
const LAPLACE_MEAN: f32 = 0.707_107;

impl Activation {
    /// In the order by which the kernel knows them.
    pub const ALL: [Activation; 16] = [
        Activation::Relu,
        Activation::GeluErf,
        Activation::GeluTanh,
        Activation::Silu,
        Activation::Tanh,
        Activation::QuickGelu,
        Activation::ReluSquared,
        Activation::Sigmoid,
        Activation::GeluCut,
        Activation::LeakyRelu,
        Activation::Relu6,
        Activation::HardSwish,
        Activation::Mish,
        Activation::RootSoftplus,
        Activation::Laplace,
        Activation::Linear,
    ];

    /// The name that a published `config.json` uses, e.g. in `hidden_act` or `dense_act_fn`.
    pub fn from_config(name: &str) -> Option<Self> {
        match name {
            "relu" => Some(Activation::Relu),
            "gelu" | "gelu_python" => Some(Activation::GeluErf),
            "gelu_new" | "gelu_fast" | "gelu_accurate" | "gelu_pytorch_tanh" | "gelu_python_tanh" => Some(Activation::GeluTanh),
            "silu" | "swish" => Some(Activation::Silu),
            "tanh" => Some(Activation::Tanh),
            "quick_gelu" => Some(Activation::QuickGelu),
            "relu2" => Some(Activation::ReluSquared),
            "sigmoid" => Some(Activation::Sigmoid),
            "gelu_10" => Some(Activation::GeluCut),
            "leaky_relu" => Some(Activation::LeakyRelu),
            "relu6" => Some(Activation::Relu6),
            "hardswish" => Some(Activation::HardSwish),
            "mish" => Some(Activation::Mish),
            "sqrtsoftplus" => Some(Activation::RootSoftplus),
            "laplace" => Some(Activation::Laplace),
            "linear" => Some(Activation::Linear),
            _ => None,
        }
    }

    /// One word for each, which tells the two GELUs apart.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Relu => "relu",
            Activation::GeluErf => "gelu_erf",
            Activation::GeluTanh => "gelu_tanh",
            Activation::Silu => "silu",
            Activation::Tanh => "tanh",
            Activation::QuickGelu => "quick_gelu",
            Activation::ReluSquared => "relu_squared",
            Activation::Sigmoid => "sigmoid",
            Activation::GeluCut => "gelu_10",
            Activation::LeakyRelu => "leaky_relu",
            Activation::Relu6 => "relu6",
            Activation::HardSwish => "hardswish",
            Activation::Mish => "mish",
            Activation::RootSoftplus => "sqrtsoftplus",
            Activation::Laplace => "laplace",
            Activation::Linear => "linear",
        }
    }

    fn of(self, x: f32) -> f32 {
        match self {
            Activation::Relu => x.max(0.0),
            Activation::GeluErf => x * normal(x),
            Activation::GeluTanh => 0.5 * x * (1.0 + (SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)).tanh()),
            Activation::Silu => x / (1.0 + (-x).exp()),
            Activation::Tanh => x.tanh(),
            Activation::QuickGelu => x / (1.0 + (-1.702 * x).exp()),
            Activation::ReluSquared => x.max(0.0) * x.max(0.0),
            Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Activation::GeluCut => (x * normal(x)).clamp(-10.0, 10.0),
            Activation::LeakyRelu => x.max(0.0) + 0.01 * x.min(0.0),
            Activation::Relu6 => x.clamp(0.0, 6.0),
            Activation::HardSwish => x * ((x + 3.0).clamp(0.0, 6.0) / 6.0),
            Activation::Mish => x * softplus(x).tanh(),
            Activation::RootSoftplus => softplus(x).sqrt(),
            Activation::Laplace => normal((x - LAPLACE_MEAN) / 0.282_095),
            Activation::Linear => x,
        }
    }

    /// f′(x).
    pub fn slope(self, x: f32) -> f32 {
        let step = |up: bool| if up { 1.0 } else { 0.0 };
        match self {
            Activation::Relu => step(x > 0.0),
            Activation::GeluErf => normal(x) + x * density(x),
            Activation::GeluTanh => {
                // Beyond 8 the slope is 0 or 1 in f32, and the cube would overflow.
                let c = x.clamp(-8.0, 8.0);
                let t = (SQRT_2_OVER_PI * (c + 0.044715 * c * c * c)).tanh();
                0.5 * (1.0 + t) + 0.5 * c * (1.0 - t * t) * SQRT_2_OVER_PI * (1.0 + 3.0 * 0.044715 * c * c)
            }
            Activation::Silu => {
                let (c, s) = (x.clamp(-80.0, 80.0), sigmoid(x));
                s * (1.0 + c * (1.0 - s))
            }
            Activation::Tanh => 1.0 - x.tanh() * x.tanh(),
            Activation::QuickGelu => {
                let (c, s) = (x.clamp(-40.0, 40.0), sigmoid(1.702 * x));
                s * (1.0 + 1.702 * c * (1.0 - s))
            }
            Activation::ReluSquared => 2.0 * x.max(0.0),
            Activation::Sigmoid => sigmoid(x) * (1.0 - sigmoid(x)),
            Activation::GeluCut => step(x * normal(x) <= 10.0) * Activation::GeluErf.slope(x),
            Activation::LeakyRelu => {
                if x > 0.0 {
                    1.0
                } else {
                    0.01
                }
            }
            Activation::Relu6 => step(x > 0.0 && x < 6.0),
            Activation::HardSwish => match x {
                x if x <= -3.0 => 0.0,
                x if x >= 3.0 => 1.0,
                x => x / 3.0 + 0.5,
            },
            Activation::Mish => {
                let (c, t) = (x.clamp(-80.0, 80.0), softplus(x).tanh());
                t + c * (1.0 - t * t) * sigmoid(x)
            }
            Activation::RootSoftplus => {
                if x < -80.0 {
                    0.5 * (0.5 * x).exp()
                } else {
                    0.5 * sigmoid(x) / softplus(x).sqrt()
                }
            }
            Activation::Laplace => density((x - LAPLACE_MEAN) / 0.282_095) / 0.282_095,
            Activation::Linear => 1.0,
        }
    }
}

/// φ(x): the density of a normal deviate at x.
fn density(x: f32) -> f32 {
    const ONE_OVER_SQRT_2_PI: f32 = 0.398_942_3;
    ONE_OVER_SQRT_2_PI * (-0.5 * x * x).exp()
}

/// Φ(x): the probability of a normal deviate below x.
fn normal(x: f32) -> f32 {
    0.5 * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// ln(1 + eˣ)
fn softplus(x: f32) -> f32 {
    if x > 20.0 { x } else { x.exp().ln_1p() }
}

impl Rule for Activation {
    fn check(&self, site: &Site) -> Result<(), Fault> {
        expect_like_input(site)
    }

    fn cpu(&self, _: &Site, inputs: &[&[f32]], out: &mut [f32]) {
        values(*self, inputs[0], out);
    }

    /// The kernel knows the functions by their order in [`Activation`].
    fn dispatch(&self, site: &Site, _: Profile) -> Dispatch {
        let n = size(site.out.1);
        Dispatch { shader: "activation", params: vec![n as u32, *self as u32], groups: groups(n, 64) }
    }

    fn settings(&self) -> Vec<(&'static str, Setting)> {
        vec![("activation", Setting::Word(self.name()))]
    }
}

kernel! {
    /// f(x): what the published models use, eight at a time; the others one by one.
    fn values<L>(kind: Activation, x: &[f32], out: &mut [f32]) {
        match kind {
            Activation::Relu => lanes::map::<L>(x, out, 0.0, |x| x.at_least(L::splat(0.0))),
            Activation::ReluSquared => lanes::map::<L>(x, out, 0.0, |x| {
                let x = x.at_least(L::splat(0.0));
                x.times(x)
            }),
            Activation::GeluErf => lanes::map::<L>(x, out, 0.0, |x| x.times(lanes::normal(x).0)),
            Activation::GeluTanh => lanes::map::<L>(x, out, 0.0, |x| x.times(lanes::sigmoids(twice_inner(x)))),
            Activation::Silu => lanes::map::<L>(x, out, 0.0, |x| x.times(lanes::sigmoids(x))),
            Activation::QuickGelu => lanes::map::<L>(x, out, 0.0, |x| x.times(lanes::sigmoids(x.times(L::splat(1.702))))),
            Activation::Sigmoid => lanes::map::<L>(x, out, 0.0, lanes::sigmoids),
            _ => out.iter_mut().zip(x).for_each(|(y, x)| *y = kind.of(*x)),
        }
    }
}

/// 2 √(2/π) (x + 0.044715 x³): ½ (1 + tanh u) is the sigmoid of 2 u.
#[inline(always)]
pub fn twice_inner<L: Lanes>(x: L) -> L {
    let cubic = x.times(x).times(L::splat(2.0 * SQRT_2_OVER_PI * 0.044715));
    x.times(cubic.plus(L::splat(2.0 * SQRT_2_OVER_PI)))
}
