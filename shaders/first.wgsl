// first: y[b, i] = x[b, 0, i]
//
// CPU twin: src/ops/first.rs. Paper: Devlin et al. 2018, section 3.
// One invocation copies one element.

struct Params {
    batch: u32,
    pos: u32,
    width: u32, // d_model
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos d_model]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;       // [batch d_model]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.batch * params.width {
        return;
    }
    let sequence = index / params.width;
    y[index] = x[sequence * params.pos * params.width + index % params.width];
}
