// adam_mean: m' = beta1 m + (1 - beta1) c g, c = min(1, cut / (norm + 1e-6))
//
// CPU twin: src/ops/adam_mean.rs. Paper: Kingma & Ba 2015, algorithm 1.
// One invocation computes one element. Rates are numbered as in src/ops/adamw.rs.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> g: array<f32>;             // [...]
@group(0) @binding(3) var<storage, read> squared_norm: array<f32>;  // [1]
@group(0) @binding(4) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(5) var<storage, read_write> out: array<f32>;     // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    if rates[1] == 1.0 { // a step that does not count: see guard
        out[index] = m[index];
        return;
    }
    var cut = 1.0;
    if rates[5] > 0.0 {
        cut = min(1.0, rates[5] / (sqrt(squared_norm[0]) + 1e-6));
    }
    let gradient = cut * g[index];
    out[index] = rates[1] * m[index] + (1.0 - rates[1]) * gradient;
}
