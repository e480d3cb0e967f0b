// layer_norm: y[r, i] = (x[r, i] - mean_j(x[r, j])) / sqrt(var_j(x[r, j]) + eps) * w[i] + b[i]
//
// CPU twin: src/ops/layer_norm.rs. Paper: Ba, Kiros & Hinton 2016, eq. 4.
// One invocation computes one row.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_model
    eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos d_model]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [d_model]
@group(0) @binding(3) var<storage, read> b: array<f32>;             // [d_model]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;       // [batch pos d_model]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = gid.x + gid.y * groups.x * WORKGROUP;
    if row >= params.rows {
        return;
    }
    let first = row * params.width;

    var sum = 0.0;
    for (var i = 0u; i < params.width; i++) {
        sum += x[first + i];
    }
    let mean = sum / f32(params.width);
    var squares = 0.0;
    for (var i = 0u; i < params.width; i++) {
        let v = x[first + i] - mean;
        squares += v * v;
    }
    let norm = 1.0 / sqrt(squares / f32(params.width) + params.eps);
    for (var i = 0u; i < params.width; i++) {
        y[first + i] = (x[first + i] - mean) * norm * w[i] + b[i];
    }
}
