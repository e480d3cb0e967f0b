// rms_norm_grad: dx = (g - xhat * mean(g * xhat)) / s, g = dy * w, xhat = x / s
//
// CPU twin: src/ops/rms_norm_grad.rs. Source: the derivative of rms_norm for x.
// One invocation computes one row.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_model
    eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos d_model]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [d_model]
@group(0) @binding(3) var<storage, read> dy: array<f32>;            // [batch pos d_model]
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;      // [batch pos d_model]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = gid.x + gid.y * groups.x * WORKGROUP;
    if row >= params.rows {
        return;
    }
    let first = row * params.width;
    let n = f32(params.width);

    let mean = 0.0;
    var squares = 0.0;
    for (var i = 0u; i < params.width; i++) {
        let v = x[first + i] - mean;
        squares += v * v;
    }
    let scale = 1.0 / sqrt(squares / n + params.eps);
    var along = 0.0;
    var average = 0.0;
    for (var i = 0u; i < params.width; i++) {
        let g = dy[first + i] * w[i];
        along += g * (x[first + i] - mean) * scale;
        average += g;
    }
    along = along / n;
    average = 0.0;
    for (var i = 0u; i < params.width; i++) {
        let g = dy[first + i] * w[i];
        dx[first + i] = (g - average - (x[first + i] - mean) * scale * along) * scale;
    }
}
