// linear_tile: y[r, o] = sum_i x[r, i] * w[o, i] + b[o], for many rows on a GPU of its own
//
// CPU twin: src/ops/linear.rs. Plain kernel: linear.wgsl.
// One workgroup computes 32 rows x 32 outputs of y: it loads 16 columns of x and w at a time into memory that its invocations
// share, and each of them computes 4 x 4 numbers.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
    has_bias: u32, // 0: b is not looked at
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos in]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [out in]
@group(0) @binding(3) var<storage, read> b: array<f32>;             // [out]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;       // [batch pos out]

// Numbers of row r of y, 8 columns apart, as far as they lie inside it.
fn store(r: u32, o: u32, sum: vec4<f32>) {
    for (var i = 0u; i < 4u; i++) {
        let column = o + 8u * i;
        if r < params.rows && column < params.outs {
            var value = sum[i];
            if params.has_bias != 0u {
                value += b[column];
            }
            y[r * params.outs + column] = value;
        }
    }
}

const WORKGROUP = 64u;
const SIDE = 32u; // of a tile of y
const DEPTH = 16u; // terms that are loaded at once
const STEP = 33u; // one more than a side: neighbours in a column lie in different banks

var<workgroup> left: array<f32, 528>; // [DEPTH STEP]
var<workgroup> right: array<f32, 528>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let index = wid.x + wid.y * groups.x;
    let across = (params.outs + SIDE - 1u) / SIDE;
    let down = (params.rows + SIDE - 1u) / SIDE;
    if index >= across * down {
        return;
    }
    let r_first = index / across * SIDE;
    let o_first = index % across * SIDE;
    let row = lane / 8u;
    let column = lane % 8u;

    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var first = 0u; first < params.width; first += DEPTH) {
        for (var part = 0u; part < 8u; part++) {
            let left_at = r_first + part * 4u + lane / DEPTH;
            let left_term = first + lane % DEPTH;
            let left_in = left_at < params.rows && left_term < params.width;
            let left_from = left_at * params.width + left_term;
            left[lane % DEPTH * STEP + part * 4u + lane / DEPTH] = select(0.0, x[left_from], left_in);
            let right_at = o_first + part * 4u + lane / DEPTH;
            let right_term = first + lane % DEPTH;
            let right_in = right_at < params.outs && right_term < params.width;
            let right_from = right_at * params.width + right_term;
            right[lane % DEPTH * STEP + part * 4u + lane / DEPTH] = select(0.0, w[right_from], right_in);
        }
        workgroupBarrier();
        for (var t = 0u; t < DEPTH; t++) {
            let l = t * STEP + row;
            let r = t * STEP + column;
            let four = vec4<f32>(right[r], right[r + 8u], right[r + 16u], right[r + 24u]);
            sum0 += left[l] * four;
            sum1 += left[l + 8u] * four;
            sum2 += left[l + 16u] * four;
            sum3 += left[l + 24u] * four;
        }
        workgroupBarrier();
    }
    store(r_first + row, o_first + column, sum0);
    store(r_first + row + 8u, o_first + column, sum1);
    store(r_first + row + 16u, o_first + column, sum2);
    store(r_first + row + 24u, o_first + column, sum3);
}
