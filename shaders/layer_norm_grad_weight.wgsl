// layer_norm_grad_weight: dw[i] = sum_r dy[r, i] * xhat[r, i], xhat = (x - mean(x)) / sqrt(var(x) + eps)
//
// CPU twin: src/ops/layer_norm_grad_weight.rs. Source: the derivative of layer_norm for its weight.
// One workgroup computes one element: its invocations share the rows, then add up.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_model
    eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos d_model]
@group(0) @binding(2) var<storage, read> dy: array<f32>;            // [batch pos d_model]
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;      // [d_model]

const WORKGROUP = 16u;

var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = group.x + group.y * groups.x;
    if i >= params.width {
        return;
    }
    let n = f32(params.width);
    var sum = 0.0;
    for (var row = lane; row < params.rows; row += WORKGROUP) {
        let first = row * params.width;
        var total = 0.0;
        for (var j = 0u; j < params.width; j++) {
            total += x[first + j];
        }
        let mean = total / n;
        var squares = 0.0;
        for (var j = 0u; j < params.width; j++) {
            let v = x[first + j] - mean;
            squares += v * v;
        }
        sum += dy[first + i] * (x[first + i] - mean) / sqrt(squares / n + params.eps);
    }
    sums[lane] = sum;
    workgroupBarrier();
    if lane == 0u {
        var whole = 0.0;
        for (var l = 0u; l < WORKGROUP; l++) {
            whole += sums[l];
        }
        dw[i] = whole;
    }
}
