// softmax_grad: ds[k] = p[k] * (dp[k] - sum_j dp[j] * p[j]), over the last axis
//
// CPU twin: src/ops/softmax_grad.rs. Source: the derivative of softmax for its scores.
// One invocation computes one row.

struct Params {
    rows: u32, // batch * head * query_pos
    keys: u32, // numbers in a row
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> p: array<f32>;             // [batch head query_pos key_pos]
@group(0) @binding(2) var<storage, read> dp: array<f32>;            // [batch head query_pos key_pos]
@group(0) @binding(3) var<storage, read_write> ds: array<f32>;      // [batch head query_pos key_pos]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = gid.x + gid.y * groups.x * WORKGROUP;
    if row >= params.rows {
        return;
    }
    let first = row * params.keys;
    let end = first + params.keys;
    var sum = 0.0;
    for (var i = first; i < end; i++) {
        sum += p[i] * dp[i];
    }
    for (var i = first; i < end; i++) {
        ds[i] = p[i] * (dp[i] - sum);
    }
}
