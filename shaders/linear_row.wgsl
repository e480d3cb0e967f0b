// linear_row: y[r, o] = sum_i x[r, i] * w[o, i] + b[o], for few rows and `in` a multiple of 4
//
// CPU twin: src/ops/linear.rs. Plain kernel: linear.wgsl.
// One invocation computes 4 outputs of one row: five loads of four numbers feed 16 multiplications.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in / 4
    outs: u32, // out
    has_bias: u32, // 0: b is not looked at
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // [batch pos in]
@group(0) @binding(2) var<storage, read> w: array<vec4<f32>>;       // [out in]
@group(0) @binding(3) var<storage, read> b: array<f32>;             // [out]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;       // [batch pos out]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let across = (params.outs + 3u) / 4u;
    if index >= across * params.rows {
        return;
    }
    let o = index % across * 4u;
    let r = index / across;

    // Beyond the edge the last output is computed again; nothing is stored for it.
    let last = params.outs - 1u;
    let x0 = r * params.width;
    let w0 = min(o, last) * params.width;
    let w1 = min(o + 1u, last) * params.width;
    let w2 = min(o + 2u, last) * params.width;
    let w3 = min(o + 3u, last) * params.width;
    var sum = vec4<f32>();
    for (var i = 0u; i < params.width; i++) {
        // A row vector times this matrix is its dot products with four rows of w.
        sum += x[x0 + i] * mat4x4<f32>(w[w0 + i], w[w1 + i], w[w2 + i], w[w3 + i]);
    }
    let count = min(4u, params.outs - o);
    for (var i = 0u; i < count; i++) {
        var value = sum[i];
        if params.has_bias != 0u {
            value += b[o + i];
        }
        y[r * params.outs + o + i] = value;
    }
}
