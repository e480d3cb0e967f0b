// squared_error_grad: dx = 2 * dy * (x - label), element by element
//
// CPU twin: src/ops/squared_error_grad.rs. Source: the derivative of squared_error for x.
// One invocation computes one element.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> labels: array<f32>;        // [...]
@group(0) @binding(3) var<storage, read> dy: array<f32>;            // [...]
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;      // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    dx[index] = 2.0 * dy[index] * (x[index] - labels[index]);
}
