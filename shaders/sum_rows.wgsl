// sum_rows: y[j] = sum_r x[r, j]
//
// CPU twin: src/ops/sum_rows.rs. Source: the derivative of an addition that is the same for every row.
// One invocation computes one element.

struct Params {
    n: u32, // elements of y
    rows: u32, // rows of x
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos out]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;       // [out]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    var sum = 0.0;
    for (var r = 0u; r < params.rows; r++) {
        sum += x[r * params.n + index];
    }
    y[index] = sum;
}
