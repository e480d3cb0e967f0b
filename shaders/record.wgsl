// record: r' = r, but for this step's pair (loss, norm^2) and the mark in front, 1 once one of them is not finite; in place
//
// CPU twin: src/ops/record.rs. Source: a ring of results, so that a step need not be waited for.
// One invocation computes one element. Numbers are taken as their bits: WGSL may assume that no other number is ever seen.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> loss: array<u32>;          // [1]
@group(0) @binding(2) var<storage, read> squared_norm: array<u32>;  // [1]
@group(0) @binding(3) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(4) var<storage, read_write> r: array<u32>;       // [33]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let place = 1u + 2u * u32(rates[9]);
    if index == place {
        r[index] = loss[0];
    } else if index == place + 1u {
        r[index] = squared_norm[0];
    } else if index == 0u && (is_wild(loss[0]) || is_wild(squared_norm[0])) {
        r[index] = bitcast<u32>(1.0);
    }
}

// An infinity or no number at all: every bit of the exponent is set.
fn is_wild(bits: u32) -> bool {
    return (bits & 0x7f800000u) == 0x7f800000u;
}
