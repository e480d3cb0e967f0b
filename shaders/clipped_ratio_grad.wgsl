// clipped_ratio_grad: dx = rho a dy where the ratio counts, 0 where it was clipped
//
// CPU twin: src/ops/clipped_ratio_grad.rs. Paper: Schulman et al. 2017, eq. 7.
// One invocation computes one element.

struct Params {
    n: u32, // elements
    clip: f32, // eps
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> old: array<f32>;           // [...]
@group(0) @binding(3) var<storage, read> advantage: array<f32>;     // [...]
@group(0) @binding(4) var<storage, read> dy: array<f32>;            // [...]
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;      // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let ratio = exp(min(old[index] - x[index], 60.0));
    let a = advantage[index];
    let clipped = (a > 0.0 && ratio > 1.0 + params.clip) || (a < 0.0 && ratio < 1.0 - params.clip);
    dx[index] = select(ratio * a * dy[index], 0.0, clipped);
}
