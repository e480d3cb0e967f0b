// linear_reduce: y[r, o] = sum_i x[r, i] * w[o, i] + b[o], for few rows on a GPU of its own
//
// CPU twin: src/ops/linear.rs. Plain kernel: linear.wgsl.
// One workgroup computes 4 outputs of one row: its invocations read neighbouring columns of w, and then add up their sums
// in memory that they share. So that even one row keeps many of them busy.

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

var<workgroup> sums: array<vec4<f32>, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let index = wid.x + wid.y * groups.x;
    let across = (params.outs + 3u) / 4u;
    if index >= across * params.rows {
        return;
    }
    let o = index % across * 4u;
    let r = index / across;

    // Beyond the edge the last output is computed again; nothing is stored for it.
    let last = params.outs - 1u;
    let x0 = r * params.width;
    let w0 = o * params.width;
    let w1 = min(o + 1u, last) * params.width;
    let w2 = min(o + 2u, last) * params.width;
    let w3 = min(o + 3u, last) * params.width;
    var sum = vec4<f32>();
    for (var i = lane; i < params.width; i += WORKGROUP) {
        sum += x[x0 + i] * vec4<f32>(w[w0 + i], w[w1 + i], w[w2 + i], w[w3 + i]);
    }
    sums[lane] = sum;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            sums[lane] += sums[lane + half];
        }
    }
    workgroupBarrier();
    if lane < 4u && o + lane < params.outs {
        var value = sums[0][lane];
        if params.has_bias != 0u {
            value += b[o + lane];
        }
        y[r * params.outs + o + lane] = value;
    }
}
