// average: a' = e a + (1 - e) w, in place
//
// CPU twin: src/ops/average.rs. Paper: Polyak & Juditsky 1992; source: torch.optim.swa_utils.
// One invocation computes one element. Rates are numbered as in src/ops/adamw.rs.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(3) var<storage, read_write> a: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n || rates[8] == 1.0 { // 1: a step that does not count, see guard
        return;
    }
    a[index] = rates[8] * a[index] + (1.0 - rates[8]) * w[index];
}
