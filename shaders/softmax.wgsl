// softmax: p[k] = e^(s[k] - m) / sum_j e^(s[j] - m), m = max_j s[j], over the last axis
//
// CPU twin: src/ops/softmax.rs. Paper: Vaswani et al. 2017, eq. 1.
// One invocation computes one row. A row in which every score is masked (-1e30) is all zeros.

struct Params {
    rows: u32, // batch * head * query_pos
    keys: u32, // numbers in a row
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> s: array<f32>;             // [batch head query_pos key_pos]
@group(0) @binding(2) var<storage, read_write> p: array<f32>;       // [batch head query_pos key_pos]

const WORKGROUP = 16u;
const MASKED = -1.0e30;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = gid.x + gid.y * groups.x * WORKGROUP;
    if row >= params.rows {
        return;
    }
    let first = row * params.keys;
    let end = first + params.keys;

    var m = MASKED;
    for (var i = first; i < end; i++) {
        m = max(m, s[i]);
    }
    if m <= MASKED {
        for (var i = first; i < end; i++) {
            p[i] = 0.0;
        }
        return;
    }
    var sum = 0.0;
    for (var i = first; i < end; i++) {
        let e = exp(s[i] - m);
        p[i] = e;
        sum += e;
    }
    for (var i = first; i < end; i++) {
        p[i] = p[i] / sum;
    }
}
