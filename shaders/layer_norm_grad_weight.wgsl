// layer_norm_grad_weight: dw[i] = sum_r dy[r, i] * xhat[r, i], xhat = (x - mean(x)) / sqrt(var(x) + eps)
//
// CPU twin: src/ops/layer_norm_grad_weight.rs. Source: the derivative of layer_norm for its weight.
// One workgroup computes 8 elements: its invocations share the rows, then add up.

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
const COLUMNS = 8u;

var<workgroup> low: array<vec4<f32>, WORKGROUP>; // sums of four elements
var<workgroup> high: array<vec4<f32>, WORKGROUP>; // and of the four behind them

// Four numbers of dy * (x - mean) from column i on; beyond the edge the last one is taken again, and nothing is stored for it.
fn four(row: u32, i: u32, mean: f32) -> vec4<f32> {
    let last = params.width - 1u;
    let a = row + min(i, last);
    let b = row + min(i + 1u, last);
    let c = row + min(i + 2u, last);
    let d = row + min(i + 3u, last);
    return vec4<f32>(dy[a], dy[b], dy[c], dy[d]) * (vec4<f32>(x[a], x[b], x[c], x[d]) - mean);
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = (group.x + group.y * groups.x) * COLUMNS;
    if i >= params.width {
        return;
    }
    let n = f32(params.width);
    var first = vec4<f32>();
    var second = vec4<f32>();
    for (var r = lane; r < params.rows; r += WORKGROUP) {
        let row = r * params.width;
        var total = 0.0;
        for (var j = 0u; j < params.width; j++) {
            total += x[row + j];
        }
        let mean = total / n;
        var squares = 0.0;
        for (var j = 0u; j < params.width; j++) {
            let v = x[row + j] - mean;
            squares += v * v;
        }
        let scale = 1.0 / sqrt(squares / n + params.eps);
        first += four(row, i, mean) * scale;
        second += four(row, i + 4u, mean) * scale;
    }
    low[lane] = first;
    high[lane] = second;
    workgroupBarrier();
    if lane < COLUMNS && i + lane < params.width {
        var whole = 0.0;
        for (var l = 0u; l < WORKGROUP; l++) {
            whole += select(high[l], low[l], lane < 4u)[lane % 4u];
        }
        dw[i + lane] = whole;
    }
}
