// rope_grad: dx[i] = dy[i] cos + dy[i + d/2] sin,  dx[i + d/2] = dy[i + d/2] cos - dy[i] sin,  for i < d/2
//
// CPU twin: src/ops/rope_grad.rs. Source: the derivative of rope, a turn by the opposite angle.
// One invocation computes one element.

struct Params {
    n: u32, // elements
    pos: u32,
    heads: u32,
    width: u32, // d_head
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch pos head d_head]
@group(0) @binding(2) var<storage, read> angles: array<f32>;        // [pos d_head], cosines then sines
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;      // [batch pos head d_head]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let half = params.width / 2u;
    let i = index % params.width;
    let t = index / (params.width * params.heads) % params.pos;
    let pair = i % half;
    let cosine = angles[t * params.width + pair];
    let sine = angles[t * params.width + half + pair];
    if i < half {
        dx[index] = dy[index] * cosine + dy[index + half] * sine;
    } else {
        dx[index] = dy[index] * cosine - dy[index - half] * sine;
    }
}
