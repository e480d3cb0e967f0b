// adam_moment: x' = beta x + (1 - beta) (c g)^p, c = min(1, cut / (norm + 1e-6)), in place
//
// CPU twin: src/ops/adam_moment.rs. Paper: Kingma & Ba 2015, algorithm 1.
// One invocation computes one element. Rates are numbered as in src/ops/adamw.rs; a beta of 1 keeps x whatever g is.

struct Params {
    n: u32, // elements
    order: u32, // p: 1 or 2; also the place of beta among the rates
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> squared_norm: array<f32>;  // [1]
@group(0) @binding(3) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(4) var<storage, read_write> x: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let beta = rates[params.order];
    if index >= params.n || beta == 1.0 { // 1: a step that does not count, see guard
        return;
    }
    var cut = 1.0;
    if rates[5] > 0.0 {
        cut = min(1.0, rates[5] / (sqrt(squared_norm[0]) + 1e-6));
    }
    let gradient = cut * g[index];
    let power = select(gradient * gradient, gradient, params.order == 1u);
    x[index] = beta * x[index] + (1.0 - beta) * power;
}
