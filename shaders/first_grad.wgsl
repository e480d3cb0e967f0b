// first_grad: dx[b, 0, :] = dy[b, :], and 0 at every other position
//
// CPU twin: src/ops/first_grad.rs. Source: the derivative of first.
// One invocation computes one element.

struct Params {
    n: u32, // elements of dx
    pos: u32, // positions of a sequence
    width: u32, // d_model
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch d_model]
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;      // [batch pos d_model]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let row = index / params.width;
    let source = row / params.pos * params.width + index % params.width;
    dx[index] = select(0.0, dy[source], row % params.pos == 0u);
}
