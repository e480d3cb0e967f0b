// linear_grad_input_block: dx[r, i] = sum_o dy[r, o] * w[o, i], for many rows
//
// CPU twin: src/ops/linear_grad_input.rs. Plain kernel: linear_grad_input.wgsl.
// One invocation computes 8 rows x 4 columns of dx in registers: 12 loads feed 32 multiplications, and no memory is shared, which
// suits adapters that run on the CPU.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch pos out]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [out in]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;      // [batch pos in]

const WORKGROUP = 16u;

// Row r of dx, from the fourth of an invocation that lies inside it.
fn store(r: u32, i: u32, sum: vec4<f32>) {
    if r >= params.rows {
        return;
    }
    let count = min(4u, params.width - i);
    for (var part = 0u; part < count; part++) {
        dx[r * params.width + i + part] = sum[part];
    }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let across = (params.width + 3u) / 4u;
    let down = (params.rows + 7u) / 8u;
    if index >= across * down {
        return;
    }
    let i = index % across * 4u;
    let r = index / across * 8u;

    // Beyond the edge the last number is read again; nothing is stored for it.
    let i_last = params.width - 1u;
    let i1 = min(i + 1u, i_last);
    let i2 = min(i + 2u, i_last);
    let i3 = min(i + 3u, i_last);
    let r_last = params.rows - 1u;
    let d0 = r * params.outs;
    let d1 = min(r + 1u, r_last) * params.outs;
    let d2 = min(r + 2u, r_last) * params.outs;
    let d3 = min(r + 3u, r_last) * params.outs;
    let d4 = min(r + 4u, r_last) * params.outs;
    let d5 = min(r + 5u, r_last) * params.outs;
    let d6 = min(r + 6u, r_last) * params.outs;
    let d7 = min(r + 7u, r_last) * params.outs;

    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    var sum4 = vec4<f32>();
    var sum5 = vec4<f32>();
    var sum6 = vec4<f32>();
    var sum7 = vec4<f32>();
    for (var o = 0u; o < params.outs; o++) {
        let first = o * params.width;
        let four = vec4<f32>(w[first + i], w[first + i1], w[first + i2], w[first + i3]);
        sum0 += dy[d0 + o] * four;
        sum1 += dy[d1 + o] * four;
        sum2 += dy[d2 + o] * four;
        sum3 += dy[d3 + o] * four;
        sum4 += dy[d4 + o] * four;
        sum5 += dy[d5 + o] * four;
        sum6 += dy[d6 + o] * four;
        sum7 += dy[d7 + o] * four;
    }
    store(r, i, sum0);
    store(r + 1u, i, sum1);
    store(r + 2u, i, sum2);
    store(r + 3u, i, sum3);
    store(r + 4u, i, sum4);
    store(r + 5u, i, sum5);
    store(r + 6u, i, sum6);
    store(r + 7u, i, sum7);
}
