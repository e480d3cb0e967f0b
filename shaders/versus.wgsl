// versus: y[b, ...] = x[b, ...] - x[b', ...], b' = the other text of b's pair
//
// CPU twin: src/ops/versus.rs. Paper: Bradley & Terry 1952.
// One invocation computes one element.

struct Params {
    n: u32, // elements
    batch: u32,
    row: u32, // elements of a text
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch, ...]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;       // [batch, ...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let other = (index / params.row) ^ 1u;
    if other >= params.batch {
        y[index] = 0.0;
        return;
    }
    y[index] = x[index] - x[other * params.row + index % params.row];
}
