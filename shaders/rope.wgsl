// rope: y[i] = x[i] cos - x[i + d/2] sin,  y[i + d/2] = x[i + d/2] cos + x[i] sin,  for i < d/2
//
// CPU twin: src/ops/rope.rs. Paper: Su et al. 2021, section 3.4.2.
// One invocation computes one element.

struct Params {
    n: u32, // elements
    pos: u32,
    heads: u32,
    width: u32, // d_head
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos head d_head]
@group(0) @binding(2) var<storage, read> angles: array<f32>;        // [pos d_head], cosines then sines
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [batch pos head d_head]

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
        y[index] = x[index] * cosine - x[index + half] * sine;
    } else {
        y[index] = x[index] * cosine + x[index - half] * sine;
    }
}
