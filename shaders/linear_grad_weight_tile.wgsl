// linear_grad_weight_tile: dw[o, i] = sum_r dy[r, o] * x[r, i], for many rows on a GPU of its own
//
// CPU twin: src/ops/linear_grad_weight.rs. Plain kernel: linear_grad_weight.wgsl.
// One workgroup computes 32 x 32 numbers of dw: it loads 16 rows of dy and x at a time into memory that its invocations
// share, and each of them computes 4 x 4 numbers.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch pos out]
@group(0) @binding(2) var<storage, read> x: array<f32>;             // [batch pos in]
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;      // [out in]

// Numbers of row o of dw, 8 columns apart, as far as they lie inside it.
fn store(o: u32, i: u32, sum: vec4<f32>) {
    for (var part = 0u; part < 4u; part++) {
        let column = i + 8u * part;
        if o < params.outs && column < params.width {
            dw[o * params.width + column] = sum[part];
        }
    }
}

const WORKGROUP = 64u;
const SIDE = 32u; // of a tile of dw
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
    let across = (params.width + SIDE - 1u) / SIDE;
    let down = (params.outs + SIDE - 1u) / SIDE;
    if index >= across * down {
        return;
    }
    let o_first = index / across * SIDE;
    let i_first = index % across * SIDE;
    let row = lane / 8u;
    let column = lane % 8u;

    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var first = 0u; first < params.rows; first += DEPTH) {
        for (var part = 0u; part < 8u; part++) {
            let left_at = o_first + lane % SIDE;
            let left_term = first + part * 2u + lane / SIDE;
            let left_in = left_at < params.outs && left_term < params.rows;
            let left_from = left_term * params.outs + left_at;
            left[(part * 2u + lane / SIDE) * STEP + lane % SIDE] = select(0.0, dy[left_from], left_in);
            let right_at = i_first + lane % SIDE;
            let right_term = first + part * 2u + lane / SIDE;
            let right_in = right_at < params.width && right_term < params.rows;
            let right_from = right_term * params.width + right_at;
            right[(part * 2u + lane / SIDE) * STEP + lane % SIDE] = select(0.0, x[right_from], right_in);
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
    store(o_first + row, i_first + column, sum0);
    store(o_first + row + 8u, i_first + column, sum1);
    store(o_first + row + 16u, i_first + column, sum2);
    store(o_first + row + 24u, i_first + column, sum3);
}
