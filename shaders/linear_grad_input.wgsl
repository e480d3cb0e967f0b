// linear_grad_input: dx[r, i] = sum_o dy[r, o] * w[o, i]
//
// CPU twin: src/ops/linear_grad_input.rs. Source: the derivative of linear for x.
// One invocation computes one element.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch pos out]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [out in]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;      // [batch pos in]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.rows * params.width {
        return;
    }
    let i = index % params.width;
    let first = index / params.width * params.outs;
    var sum = 0.0;
    for (var o = 0u; o < params.outs; o++) {
        sum += dy[first + o] * w[o * params.width + i];
    }
    dx[index] = sum;
}
