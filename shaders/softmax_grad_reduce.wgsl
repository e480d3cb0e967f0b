// softmax_grad_reduce: ds[k] = p[k] * (dp[k] - sum_j dp[j] * p[j]), over the last axis, on a GPU of its own
//
// CPU twin: src/ops/softmax_grad.rs. Plain kernel: softmax_grad.wgsl.
// One workgroup computes one row: its invocations add up in memory that they share.

struct Params {
    rows: u32, // batch * head * query_pos
    keys: u32, // numbers in a row
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> p: array<f32>;             // [batch head query_pos key_pos]
@group(0) @binding(2) var<storage, read> dp: array<f32>;            // [batch head query_pos key_pos]
@group(0) @binding(3) var<storage, read_write> ds: array<f32>;      // [batch head query_pos key_pos]

const WORKGROUP = 64u;

var<workgroup> shares: array<f32, WORKGROUP>;

// The sum of one number of each invocation.
fn total(lane: u32, share: f32) -> f32 {
    workgroupBarrier(); // nobody reads the sum before any more
    shares[lane] = share;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shares[lane] += shares[lane + half];
        }
    }
    workgroupBarrier();
    return shares[0];
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let row = wid.x + wid.y * groups.x;
    if row >= params.rows {
        return;
    }
    let first = row * params.keys;
    let end = first + params.keys;
    var share = 0.0;
    for (var i = first + lane; i < end; i += WORKGROUP) {
        share += p[i] * dp[i];
    }
    let sum = total(lane, share);
    for (var i = first + lane; i < end; i += WORKGROUP) {
        ds[i] = p[i] * (dp[i] - sum);
    }
}
