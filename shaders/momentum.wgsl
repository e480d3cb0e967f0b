// momentum: m' = mu m + d
//
// CPU twin: src/ops/momentum.rs. Paper: Sutskever et al. 2013, section 2.
// One invocation computes one element. Rates are numbered as in src/ops/adamw.rs; a mu of 1 keeps m whatever d is.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> d: array<f32>;             // [...]
@group(0) @binding(3) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(4) var<storage, read_write> out: array<f32>;     // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    if rates[1] == 1.0 {
        out[index] = m[index];
        return;
    }
    out[index] = rates[1] * m[index] + d[index];
}
