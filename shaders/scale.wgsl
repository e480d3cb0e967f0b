// scale: y = c * x
//
// CPU twin: src/ops/scale.rs. Source: Mesh TensorFlow's Unitransformer (T5 scales by d_model^-1/2 before a tied head).
// One invocation computes one element.

struct Params {
    n: u32, // elements
    by: f32, // c
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    y[index] = params.by * x[index];
}
