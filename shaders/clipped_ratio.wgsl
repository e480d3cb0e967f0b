// clipped_ratio: y = -min(rho a, clip(rho, 1 - eps, 1 + eps) a), rho = e^(o - x)
//
// CPU twin: src/ops/clipped_ratio.rs. Paper: Schulman et al. 2017, eq. 7.
// One invocation computes one element.

struct Params {
    n: u32, // elements
    clip: f32, // eps
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> old: array<f32>;           // [...]
@group(0) @binding(3) var<storage, read> advantage: array<f32>;     // [...]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let ratio = exp(min(old[index] - x[index], 60.0));
    let a = advantage[index];
    y[index] = -min(ratio * a, clamp(ratio, 1.0 - params.clip, 1.0 + params.clip) * a);
}
