// rms_norm_grad_weight_reduce: dw[i] = sum_r dy[r, i] * xhat[r, i], xhat = x / sqrt(mean(x^2) + eps), on a GPU of its own
//
// CPU twin: src/ops/rms_norm_grad_weight.rs. Plain kernel: rms_norm_grad_weight.wgsl.
// One workgroup computes 16 elements: each invocation looks at one of 256 rows, then sixteen of them share the rows of each
// element.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_model
    eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos d_model]
@group(0) @binding(2) var<storage, read> dy: array<f32>;            // [batch pos d_model]
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;      // [d_model]

const WORKGROUP = 256u;
const COLUMNS = 16u; // of a workgroup
const LANES = 16u; // invocations that share a column

var<workgroup> shares: array<f32, WORKGROUP>;
var<workgroup> scales: array<f32, WORKGROUP>; // of 256 rows

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = (wid.x + wid.y * groups.x) * COLUMNS + lane % COLUMNS;
    let column = min(i, params.width - 1u); // beyond the edge the last column is read again; nothing is stored for it
    let n = f32(params.width);
    var sum = 0.0;
    for (var start = 0u; start < params.rows; start += WORKGROUP) {
        let row = min(start + lane, params.rows - 1u) * params.width;
        var squares = 0.0;
        for (var j = 0u; j < params.width; j++) {
            squares += x[row + j] * x[row + j];
        }
        scales[lane] = 1.0 / sqrt(squares / n + params.eps);
        workgroupBarrier();
        let end = min(start + WORKGROUP, params.rows);
        for (var r = start + lane / COLUMNS; r < end; r += LANES) {
            let at = r * params.width + column;
            sum += dy[at] * x[at] * scales[r - start];
        }
        workgroupBarrier();
    }
    shares[lane] = sum;
    workgroupBarrier();
    if lane < COLUMNS && i < params.width {
        var whole = 0.0;
        for (var l = 0u; l < LANES; l++) {
            whole += shares[l * COLUMNS + lane];
        }
        dw[i] = whole;
    }
}
