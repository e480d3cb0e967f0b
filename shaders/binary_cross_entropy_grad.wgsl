// binary_cross_entropy_grad: dz = dy * (sigmoid(z) - label), element by element
//
// CPU twin: src/ops/binary_cross_entropy_grad.rs. Source: the derivative of binary_cross_entropy for its scores.
// One invocation computes one element.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> labels: array<f32>;        // [...]
@group(0) @binding(3) var<storage, read> dy: array<f32>;            // [...]
@group(0) @binding(4) var<storage, read_write> dz: array<f32>;      // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let share = 1.0 / (1.0 + exp(-clamp(z[index], -80.0, 80.0)));
    dz[index] = dy[index] * (share - labels[index]);
}
