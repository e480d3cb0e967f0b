// linear_block: y[r, o] = sum_i x[r, i] * w[o, i] + b[o], for many rows and `in` a multiple of 4
//
// CPU twin: src/ops/linear.rs. Plain kernel: linear.wgsl.
// One invocation computes 8 rows x 4 outputs of y in registers: 12 loads of four numbers feed 128 multiplications, and no
// memory is shared, which suits adapters that run on the CPU.

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

// Row r of y, from the fourth of an invocation that lies inside it.
fn store(r: u32, o: u32, sum: vec4<f32>) {
    if r >= params.rows {
        return;
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

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let across = (params.outs + 3u) / 4u;
    let down = (params.rows + 7u) / 8u;
    if index >= across * down {
        return;
    }
    let o = index % across * 4u;
    let r = index / across * 8u;

    // Beyond the edge the last row is read again; nothing is stored for it.
    let o_last = params.outs - 1u;
    let w0 = min(o, o_last) * params.width;
    let w1 = min(o + 1u, o_last) * params.width;
    let w2 = min(o + 2u, o_last) * params.width;
    let w3 = min(o + 3u, o_last) * params.width;
    let r_last = params.rows - 1u;
    let x0 = min(r, r_last) * params.width;
    let x1 = min(r + 1u, r_last) * params.width;
    let x2 = min(r + 2u, r_last) * params.width;
    let x3 = min(r + 3u, r_last) * params.width;
    let x4 = min(r + 4u, r_last) * params.width;
    let x5 = min(r + 5u, r_last) * params.width;
    let x6 = min(r + 6u, r_last) * params.width;
    let x7 = min(r + 7u, r_last) * params.width;

    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    var sum4 = vec4<f32>();
    var sum5 = vec4<f32>();
    var sum6 = vec4<f32>();
    var sum7 = vec4<f32>();
    for (var i = 0u; i < params.width; i++) {
        // A row vector times this matrix is its dot products with four rows of w.
        let m = mat4x4<f32>(w[w0 + i], w[w1 + i], w[w2 + i], w[w3 + i]);
        sum0 += x[x0 + i] * m;
        sum1 += x[x1 + i] * m;
        sum2 += x[x2 + i] * m;
        sum3 += x[x3 + i] * m;
        sum4 += x[x4 + i] * m;
        sum5 += x[x5 + i] * m;
        sum6 += x[x6 + i] * m;
        sum7 += x[x7 + i] * m;
    }
    store(r, o, sum0);
    store(r + 1u, o, sum1);
    store(r + 2u, o, sum2);
    store(r + 3u, o, sum3);
    store(r + 4u, o, sum4);
    store(r + 5u, o, sum5);
    store(r + 6u, o, sum6);
    store(r + 7u, o, sum7);
}
