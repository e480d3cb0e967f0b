// dot_rows: y[b] = sum_t x[b, t] w[b, t]
//
// CPU twin: src/ops/dot_rows.rs. Paper: Rafailov et al. 2023, eq. 7 (the log-probability of a text).
// One invocation computes one text's sum.

struct Params {
    n: u32, // batch
    pos: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch, pos]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [batch, pos]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [batch]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    var sum = 0.0;
    for (var t = 0u; t < params.pos; t++) {
        sum += x[index * params.pos + t] * w[index * params.pos + t];
    }
    y[index] = sum;
}
