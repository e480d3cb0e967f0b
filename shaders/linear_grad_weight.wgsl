// linear_grad_weight: dw[o, i] = sum_r dy[r, o] * x[r, i]
//
// CPU twin: src/ops/linear_grad_weight.rs. Source: the derivative of linear for its matrix.
// One invocation computes one element.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch pos out]
@group(0) @binding(2) var<storage, read> x: array<f32>;             // [batch pos in]
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;      // [out in]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.outs * params.width {
        return;
    }
    let o = index / params.width;
    let i = index % params.width;
    var sum = 0.0;
    for (var r = 0u; r < params.rows; r++) {
        sum += dy[r * params.outs + o] * x[r * params.width + i];
    }
    dw[index] = sum;
}
