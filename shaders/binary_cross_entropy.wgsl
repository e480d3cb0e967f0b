// binary_cross_entropy: y = max(z, 0) - z * label + log(1 + e^-|z|), element by element, in nats
//
// CPU twin: src/ops/binary_cross_entropy.rs. Paper: Clark et al. 2020, section 2.
// One invocation computes one element.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> labels: array<f32>;        // [...]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let score = z[index];
    y[index] = max(score, 0.0) - score * labels[index] + log(1.0 + exp(-min(abs(score), 80.0)));
}
