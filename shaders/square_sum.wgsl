// square_sum: y = before + sum_i x[i]^2
//
// CPU twin: src/ops/square_sum.rs. Paper: Pascanu et al. 2013, section 3.2 (the norm of the gradients).
// One workgroup computes the number: its invocations share the elements, then add up.

struct Params {
    n: u32, // elements
    has_before: u32, // 0: before is not looked at
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> before: array<f32>;        // [1]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [1]

const WORKGROUP = 64u;

var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var i = lane; i < params.n; i += WORKGROUP) {
        sum += x[i] * x[i];
    }
    sums[lane] = sum;
    workgroupBarrier();
    if lane == 0u {
        var whole = 0.0;
        for (var l = 0u; l < WORKGROUP; l++) {
            whole += sums[l];
        }
        if params.has_before != 0u {
            whole += before[0];
        }
        y[0] = whole;
    }
}
