// rms_norm_reduce: y[r, i] = x[r, i] / sqrt(mean_j(x[r, j]^2) + eps) * w[i], on a GPU of its own
//
// CPU twin: src/ops/rms_norm.rs. Plain kernel: rms_norm.wgsl.
// One workgroup computes one row: its invocations add up their squares in memory that they share.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_model
    eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos d_model]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [d_model]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [batch pos d_model]

const WORKGROUP = 64u;

var<workgroup> squares: array<f32, WORKGROUP>;

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
    let first = row * params.width;

    var sum = 0.0;
    for (var i = lane; i < params.width; i += WORKGROUP) {
        let v = x[first + i];
        sum += v * v;
    }
    squares[lane] = sum;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            squares[lane] += squares[lane + half];
        }
    }
    workgroupBarrier();
    let norm = 1.0 / sqrt(squares[0] / f32(params.width) + params.eps);
    for (var i = lane; i < params.width; i += WORKGROUP) {
        y[first + i] = x[first + i] * norm * w[i];
    }
}
