// linear_grad_weight_block: dw[o, i] = sum_r dy[r, o] * x[r, i], for many outputs
//
// CPU twin: src/ops/linear_grad_weight.rs. Plain kernel: linear_grad_weight.wgsl.
// One invocation computes 8 x 4 numbers of dw in registers: 12 loads feed 32 multiplications, and no memory is shared, which
// suits adapters that run on the CPU.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch pos out]
@group(0) @binding(2) var<storage, read> x: array<f32>;             // [batch pos in]
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;      // [out in]

const WORKGROUP = 16u;

// Row o of dw, from the fourth of an invocation that lies inside it.
fn store(o: u32, i: u32, sum: vec4<f32>) {
    if o >= params.outs {
        return;
    }
    let count = min(4u, params.width - i);
    for (var part = 0u; part < count; part++) {
        dw[o * params.width + i + part] = sum[part];
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let across = (params.width + 3u) / 4u;
    let down = (params.outs + 7u) / 8u;
    if index >= across * down {
        return;
    }
    let i = index % across * 4u;
    let o = index / across * 8u;

    // Beyond the edge the last number is read again; nothing is stored for it.
    let i_last = params.width - 1u;
    let i1 = min(i + 1u, i_last);
    let i2 = min(i + 2u, i_last);
    let i3 = min(i + 3u, i_last);
    let o_last = params.outs - 1u;
    let o1 = min(o + 1u, o_last);
    let o2 = min(o + 2u, o_last);
    let o3 = min(o + 3u, o_last);
    let o4 = min(o + 4u, o_last);
    let o5 = min(o + 5u, o_last);
    let o6 = min(o + 6u, o_last);
    let o7 = min(o + 7u, o_last);

    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    var sum4 = vec4<f32>();
    var sum5 = vec4<f32>();
    var sum6 = vec4<f32>();
    var sum7 = vec4<f32>();
    for (var r = 0u; r < params.rows; r++) {
        let first = r * params.width;
        let four = vec4<f32>(x[first + i], x[first + i1], x[first + i2], x[first + i3]);
        let d = r * params.outs;
        sum0 += dy[d + o] * four;
        sum1 += dy[d + o1] * four;
        sum2 += dy[d + o2] * four;
        sum3 += dy[d + o3] * four;
        sum4 += dy[d + o4] * four;
        sum5 += dy[d + o5] * four;
        sum6 += dy[d + o6] * four;
        sum7 += dy[d + o7] * four;
    }
    store(o, i, sum0);
    store(o + 1u, i, sum1);
    store(o + 2u, i, sum2);
    store(o + 3u, i, sum3);
    store(o + 4u, i, sum4);
    store(o + 5u, i, sum5);
    store(o + 6u, i, sum6);
    store(o + 7u, i, sum7);
}
