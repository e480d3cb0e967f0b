// linear: y[r, o] = sum_i x[r, i] * w[o, i] + b[o]
//
// CPU twin: src/ops/linear.rs. Paper: Vaswani et al. 2017, section 3.3 (the matrices of every sublayer).
// One invocation computes one element of y. Right for every size; the other linear_*.wgsl are faster for some.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
    has_bias: u32, // 0: b is not looked at
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos in]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [out in]
@group(0) @binding(3) var<storage, read> b: array<f32>;             // [out]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;       // [batch pos out]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.rows * params.outs {
        return;
    }
    let o = index % params.outs;
    let x_first = index / params.outs * params.width;
    let w_first = o * params.width;
    var sum = 0.0;
    for (var i = 0u; i < params.width; i++) {
        sum += x[x_first + i] * w[w_first + i];
    }
    if params.has_bias != 0u {
        sum += b[o];
    }
    y[index] = sum;
}
