// dot: y = sum_i x[i] * w[i]
//
// CPU twin: src/ops/dot.rs. Source: a mean over the places that count, as a weighted sum.
// One workgroup computes the number: its invocations share the elements, then add up.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [...]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [1]

const WORKGROUP = 64u;

var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var i = lane; i < params.n; i += WORKGROUP) {
        sum += x[i] * w[i];
    }
    sums[lane] = sum;
    workgroupBarrier();
    if lane == 0u {
        var whole = 0.0;
        for (var l = 0u; l < WORKGROUP; l++) {
            whole += sums[l];
        }
        y[0] = whole;
    }
}
