// sum_rows_reduce: y[j] = sum_r x[r, j], on a GPU of its own
//
// CPU twin: src/ops/sum_rows.rs. Plain kernel: sum_rows.wgsl.
// One workgroup computes 16 elements: sixteen invocations share the rows of each, then add up.

struct Params {
    n: u32, // elements of y
    rows: u32, // rows of x
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos out]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;       // [out]

const WORKGROUP = 256u;
const COLUMNS = 16u; // of a workgroup
const LANES = 16u; // invocations that share a column

var<workgroup> shares: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = (wid.x + wid.y * groups.x) * COLUMNS + lane % COLUMNS;
    let column = min(i, params.n - 1u); // beyond the edge the last column is read again; nothing is stored for it
    var sum = 0.0;
    for (var r = lane / COLUMNS; r < params.rows; r += LANES) {
        sum += x[r * params.n + column];
    }
    shares[lane] = sum;
    workgroupBarrier();
    if lane < COLUMNS && i < params.n {
        var whole = 0.0;
        for (var l = 0u; l < LANES; l++) {
            whole += shares[l * COLUMNS + lane];
        }
        y[i] = whole;
    }
}
