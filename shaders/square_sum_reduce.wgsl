// square_sum_reduce: y = before + sum_i x[i]^2, on a GPU of its own
//
// CPU twin: src/ops/square_sum.rs. Plain kernel: square_sum.wgsl.
// One workgroup computes the number: as many invocations as it may have share the elements, then add up.

struct Params {
    n: u32, // elements
    has_before: u32, // 0: before is not looked at
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> before: array<f32>;        // [1]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [1]

const WORKGROUP = 256u;

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
fn main(@builtin(local_invocation_index) lane: u32) {
    // Four sums, so that a load need not wait for the one before.
    var sums = vec4<f32>();
    var i = lane;
    for (; i + 3u * WORKGROUP < params.n; i += 4u * WORKGROUP) {
        let four = vec4<f32>(x[i], x[i + WORKGROUP], x[i + 2u * WORKGROUP], x[i + 3u * WORKGROUP]);
        sums += four * four;
    }
    for (; i < params.n; i += WORKGROUP) {
        sums.x += x[i] * x[i];
    }
    var whole = total(lane, sums.x + sums.y + sums.z + sums.w);
    if lane == 0u {
        if params.has_before != 0u {
            whole += before[0];
        }
        y[0] = whole;
    }
}
