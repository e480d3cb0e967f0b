// layer_norm_grad_reduce: dx = (g - mean(g) - xhat * mean(g * xhat)) / s, g = dy * w, xhat = (x - mean(x)) / s,
// on a GPU of its own
//
// CPU twin: src/ops/layer_norm_grad.rs. Plain kernel: layer_norm_grad.wgsl.
// One workgroup computes one row: its invocations add up in memory that they share.

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

const WORKGROUP = 64u;

var<workgroup> shares: array<f32, WORKGROUP>;

// The sum of one number of each invocation.
fn total(lane: u32, share: f32) -> f32 {
    workgroupBarrier(); // nobody reads the sum before any more
    shares[lane] = share;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shares[lane] += shares[lane + half];
        }
    }
    workgroupBarrier();
    return shares[0];
}

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
    let n = f32(params.width);

    var sum = 0.0;
    var gradients = 0.0;
    for (var i = lane; i < params.width; i += WORKGROUP) {
        sum += x[first + i];
        gradients += dy[first + i] * w[i];
    }
    let mean = total(lane, sum) / n;
    let average = total(lane, gradients) / n;
    var squares = 0.0;
    var products = 0.0;
    for (var i = lane; i < params.width; i += WORKGROUP) {
        let v = x[first + i] - mean;
        squares += v * v;
        products += dy[first + i] * w[i] * v;
    }
    let scale = 1.0 / sqrt(total(lane, squares) / n + params.eps);
    let along = total(lane, products) * scale / n;
    for (var i = lane; i < params.width; i += WORKGROUP) {
        let g = dy[first + i] * w[i];
        dx[first + i] = (g - average - (x[first + i] - mean) * scale * along) * scale;
    }
}
