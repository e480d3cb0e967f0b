// dot_rows_grad: dx[b, t] = dy[b] w[b, t]
//
// CPU twin: src/ops/dot_rows_grad.rs. Source: the derivative of dot_rows.
// One invocation computes one element.

struct Params {
    n: u32, // elements
    pos: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [batch, pos]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;      // [batch, pos]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    dx[index] = dy[index / params.pos] * w[index];
}
