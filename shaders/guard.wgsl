// guard: rates as they are, or, where the record has its mark, rates at which nothing changes
//
// CPU twin: src/ops/guard.rs. Source: the rates at which the updates of src/ops/adamw.rs and its neighbours are copies.
// One invocation computes one rate. Rates are numbered as in src/ops/adamw.rs.

struct Params {
    n: u32, // rates
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(2) var<storage, read> record: array<f32>;        // [33]
@group(0) @binding(3) var<storage, read_write> out: array<f32>;     // [10]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    if record[0] == 0.0 {
        out[index] = rates[index];
        return;
    }
    // The learning rate, the decay, the cut and the place are 0; everything else is 1.
    let is_zero = index == 0u || index == 4u || index == 5u || index == 9u;
    out[index] = select(1.0, 0.0, is_zero);
}
