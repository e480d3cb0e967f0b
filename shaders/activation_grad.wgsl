// activation_grad: dx = f'(x) * dy, element by element; kind numbers f as in activation.wgsl
//
// CPU twin: src/ops/activation_grad.rs. Source: the derivatives of the functions of activation.
// One invocation computes one element. No step overflows: beyond the clamps the slopes are flat in f32.

struct Params {
    n: u32, // elements
    kind: u32, // 0 to 15
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> dy: array<f32>;            // [...]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;      // [...]

const WORKGROUP = 64u;
const SQRT_HALF = 0.70710678;
const SQRT_2_OVER_PI = 0.7978846;
const ONE_OVER_SQRT_2_PI = 0.3989423;

// Abramowitz & Stegun 1964, formula 7.1.26: off by at most 1.5e-7.
fn erf(v: f32) -> f32 {
    let a = min(abs(v), 6.0);
    let t = 1.0 / (1.0 + 0.3275911 * a);
    let poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return sign(v) * (1.0 - poly * exp(-a * a));
}

// The probability of a normal deviate below v.
fn normal(v: f32) -> f32 {
    return 0.5 * (1.0 + erf(v * SQRT_HALF));
}

// The density of a normal deviate at v.
fn density(v: f32) -> f32 {
    let c = clamp(v, -15.0, 15.0);
    return ONE_OVER_SQRT_2_PI * exp(-0.5 * c * c);
}

fn gelu_erf(v: f32) -> f32 {
    return normal(v) + v * density(v);
}

fn gelu_tanh(v: f32) -> f32 {
    let c = clamp(v, -8.0, 8.0);
    let t = tanh(SQRT_2_OVER_PI * (c + 0.044715 * c * c * c));
    return 0.5 * (1.0 + t) + 0.5 * c * (1.0 - t * t) * SQRT_2_OVER_PI * (1.0 + 0.134145 * c * c);
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

fn swish(v: f32, steepness: f32) -> f32 {
    let c = clamp(v, -40.0, 40.0);
    let s = sigmoid(steepness * v);
    return s * (1.0 + steepness * c * (1.0 - s));
}

fn mish(v: f32) -> f32 {
    let c = clamp(v, -80.0, 80.0);
    let t = tanh(min(softplus(v), 20.0));
    return t + c * (1.0 - t * t) * sigmoid(v);
}

fn slope(v: f32, kind: u32) -> f32 {
    let t = tanh(clamp(v, -20.0, 20.0));
    switch kind {
        case 0u: { return select(0.0, 1.0, v > 0.0); }
        case 1u: { return gelu_erf(v); }
        case 2u: { return gelu_tanh(v); }
        case 3u: { return swish(v, 1.0); }
        case 4u: { return 1.0 - t * t; }
        case 5u: { return swish(v, 1.702); }
        case 6u: { return 2.0 * max(v, 0.0); }
        case 7u: { return sigmoid(v) * (1.0 - sigmoid(v)); }
        case 8u: { return select(0.0, gelu_erf(v), v * normal(v) <= 10.0); }
        case 9u: { return select(0.01, 1.0, v > 0.0); }
        case 10u: { return select(0.0, 1.0, v > 0.0 && v < 6.0); }
        case 11u: { return select(select(v / 3.0 + 0.5, 1.0, v >= 3.0), 0.0, v <= -3.0); }
        case 12u: { return mish(v); }
        case 13u: { return 0.5 * sigmoid(v) / sqrt(softplus(v)); }
        case 14u: { return density((clamp(v, -20.0, 20.0) - 0.707107) / 0.282095) / 0.282095; }
        default: { return 1.0; }
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    dx[index] = slope(x[index], params.kind) * dy[index];
}
