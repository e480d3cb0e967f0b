// softmax_reduce: p[k] = e^(s[k] - m) / sum_j e^(s[j] - m), m = max_j s[j], over the last axis, on a GPU of its own
//
// CPU twin: src/ops/softmax.rs. Plain kernel: softmax.wgsl.
// One workgroup computes one row: its invocations find the maximum, then the sum, in memory that they share.
// A row in which every score is masked (-1e30) is all zeros.

struct Params {
    rows: u32, // batch * head * query_pos
    keys: u32, // numbers in a row
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> s: array<f32>;             // [batch head query_pos key_pos]
@group(0) @binding(2) var<storage, read_write> p: array<f32>;       // [batch head query_pos key_pos]

const WORKGROUP = 64u;
const MASKED = -1.0e30;

var<workgroup> shared_max: array<f32, WORKGROUP>;
var<workgroup> shared_sum: array<f32, WORKGROUP>;

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

    var m = MASKED;
    for (var i = first + lane; i < end; i += WORKGROUP) {
        m = max(m, s[i]);
    }
    shared_max[lane] = m;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shared_max[lane] = max(shared_max[lane], shared_max[lane + half]);
        }
    }
    workgroupBarrier();
    m = shared_max[0];

    // Where every score is masked, the numerators are zeros, and so the denominator does not matter.
    let open = select(0.0, 1.0, m > MASKED);
    var sum = 0.0;
    for (var i = first + lane; i < end; i += WORKGROUP) {
        let e = open * exp(s[i] - m);
        p[i] = e;
        sum += e;
    }
    shared_sum[lane] = sum;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shared_sum[lane] += shared_sum[lane + half];
        }
    }
    workgroupBarrier();
    let total = max(shared_sum[0], 1.0e-30);
    for (var i = first + lane; i < end; i += WORKGROUP) {
        p[i] = p[i] / total;
    }
}
