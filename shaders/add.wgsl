// add: y = a + b
//
// CPU twin: src/ops/add.rs. Paper: He et al. 2015, eq. 1 (the residual connection).
// One invocation computes one element.

struct Params {
    n: u32, // elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> b: array<f32>;             // [...]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    y[index] = a[index] + b[index];
}
