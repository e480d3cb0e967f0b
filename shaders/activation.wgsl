// activation: y = f(x), f one of
//   0 ReLU        max(x, 0)
//   1 GELU, erf   x/2 * (1 + erf(x / sqrt(2)))
//   2 GELU, tanh  x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3)))
//   3 SiLU        x / (1 + e^-x)
//   4 tanh
//   5 quick GELU  x / (1 + e^(-1.702 x))
//   6 ReLU^2      max(x, 0)^2
//   7 sigmoid     1 / (1 + e^-x)
//   8 GELU, cut   GELU by erf, cut at -10 and 10
//   9 leaky ReLU  max(x, 0) + 0.01 min(x, 0)
//  10 ReLU6       min(max(x, 0), 6)
//  11 hard swish  x min(max(x + 3, 0), 6) / 6
//  12 Mish        x tanh(softplus(x)), softplus(x) = ln(1 + e^x)
//  13             sqrt(softplus(x))
//  14 Laplace     1/2 * (1 + erf((x - 0.707107) / (0.282095 sqrt(2))))
//  15 linear      x
//
// CPU twin: src/ops/activation.rs. Paper: Hendrycks & Gimpel 2016.
// One invocation computes one element. No step overflows: beyond the clamps the functions are flat in f32.

struct Params {
    n: u32, // elements
    kind: u32, // 0 to 15, as above
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;       // [...]

const WORKGROUP = 64u;
const SQRT_HALF = 0.70710678;
const SQRT_2_OVER_PI = 0.7978846;

// Abramowitz & Stegun 1964, formula 7.1.26: off by at most 1.5e-7.
fn erf(v: f32) -> f32 {
    let a = min(abs(v), 6.0);
    let t = 1.0 / (1.0 + 0.3275911 * a);
    let poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return sign(v) * (1.0 - poly * exp(-a * a));
}

fn gelu_erf(v: f32) -> f32 {
    return 0.5 * v * (1.0 + erf(v * SQRT_HALF));
}

fn gelu_tanh(v: f32) -> f32 {
    let c = clamp(v, -8.0, 8.0);
    return 0.5 * v * (1.0 + tanh(SQRT_2_OVER_PI * (c + 0.044715 * c * c * c)));
}

fn sigmoid(v: f32) -> f32 {
    return 1.0 / (1.0 + exp(-clamp(v, -80.0, 80.0)));
}

// Where e^v is small, 1 + e^v would round its digits away: three terms of the logarithm's series have them.
fn softplus(v: f32) -> f32 {
    let e = exp(clamp(v, -80.0, 20.0));
    let small = e * (1.0 - e * (0.5 - e / 3.0));
    return select(select(log(1.0 + e), small, v < -4.0), v, v > 20.0);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let v = x[index];
    switch params.kind {
        case 0u: { y[index] = max(v, 0.0); }
        case 1u: { y[index] = gelu_erf(v); }
        case 2u: { y[index] = gelu_tanh(v); }
        case 3u: { y[index] = max(v, -80.0) * sigmoid(v); }
        case 4u: { y[index] = tanh(clamp(v, -20.0, 20.0)); }
        case 5u: { y[index] = max(v, -40.0) * sigmoid(1.702 * v); }
        case 6u: { y[index] = max(v, 0.0) * max(v, 0.0); }
        case 7u: { y[index] = sigmoid(v); }
        case 8u: { y[index] = clamp(gelu_erf(v), -10.0, 10.0); }
        case 9u: { y[index] = max(v, 0.0) + 0.01 * min(v, 0.0); }
        case 10u: { y[index] = clamp(v, 0.0, 6.0); }
        case 11u: { y[index] = v * (clamp(v + 3.0, 0.0, 6.0) / 6.0); }
        case 12u: { y[index] = max(v, -80.0) * tanh(min(softplus(v), 20.0)); }
        case 13u: { y[index] = sqrt(softplus(v)); }
        case 14u: { y[index] = 0.5 * (1.0 + erf((clamp(v, -20.0, 20.0) - 0.707107) / 0.282095 * SQRT_HALF)); }
        default: { y[index] = v; }
    }
}
