// squared_error: y = (x - label)^2, element by element
//
// CPU twin: src/ops/squared_error.rs. Paper: Legendre 1805, least squares.
// One invocation computes one element.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> labels: array<f32>;        // [...]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let off = x[index] - labels[index];
    y[index] = off * off;
}
