// adamw: w' = w (1 - r decay) - r (m / b1) / (sqrt(v) / sqrt(b2) + eps), r = the learning rate, bi = 1 - betai^t, in place
//
// CPU twin: src/ops/adamw.rs. Paper: Loshchilov & Hutter 2019, algorithm 2.
// One invocation computes one element.

struct Params {
    n: u32, // elements
    share: f32, // of the decay that this tensor takes
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> v: array<f32>;             // [...]
@group(0) @binding(3) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(4) var<storage, read_write> w: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n || rates[0] == 0.0 { // 0: a step that does not count, see guard
        return;
    }
    let keep = 1.0 - rates[0] * rates[4] * params.share;
    let spread = sqrt(v[index]) / sqrt(rates[7]) + rates[3];
    w[index] = w[index] * keep - rates[0] / rates[6] * m[index] / spread;
}
