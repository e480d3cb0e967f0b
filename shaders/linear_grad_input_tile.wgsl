// linear_grad_input_tile: dx[r, i] = sum_o dy[r, o] * w[o, i], for many rows on a GPU of its own
//
// CPU twin: src/ops/linear_grad_input.rs. Plain kernel: linear_grad_input.wgsl.
// One workgroup computes 32 rows x 32 columns of dx: it loads 16 columns of dy and 16 rows of w at a time into memory that its
// invocations share, and each of them computes 4 x 4 numbers.

struct Params {
    rows: u32, // batch * pos
    width: u32, // in
    outs: u32, // out
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch pos out]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [out in]
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;      // [batch pos in]

// Numbers of row r of dx, 8 columns apart, as far as they lie inside it.
fn store(r: u32, i: u32, sum: vec4<f32>) {
    for (var part = 0u; part < 4u; part++) {
        let column = i + 8u * part;
        if r < params.rows && column < params.width {
            dx[r * params.width + column] = sum[part];
        }
    }
}

const WORKGROUP = 64u;
const SIDE = 32u; // of a tile of dx
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
    let down = (params.rows + SIDE - 1u) / SIDE;
    if index >= across * down {
        return;
    }
    let r_first = index / across * SIDE;
    let i_first = index % across * SIDE;
    let row = lane / 8u;
    let column = lane % 8u;

    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var first = 0u; first < params.outs; first += DEPTH) {
        for (var part = 0u; part < 8u; part++) {
            let left_at = r_first + part * 4u + lane / DEPTH;
            let left_term = first + lane % DEPTH;
            let left_in = left_at < params.rows && left_term < params.outs;
            let left_from = left_at * params.outs + left_term;
            left[lane % DEPTH * STEP + part * 4u + lane / DEPTH] = select(0.0, dy[left_from], left_in);
            let right_at = i_first + lane % SIDE;
            let right_term = first + part * 2u + lane / SIDE;
            let right_in = right_at < params.width && right_term < params.outs;
            let right_from = right_term * params.width + right_at;
            right[(part * 2u + lane / SIDE) * STEP + lane % SIDE] = select(0.0, w[right_from], right_in);
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
    store(r_first + row, i_first + column, sum0);
    store(r_first + row + 8u, i_first + column, sum1);
    store(r_first + row + 16u, i_first + column, sum2);
    store(r_first + row + 24u, i_first + column, sum3);
}
