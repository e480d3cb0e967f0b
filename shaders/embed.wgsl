// embed: out[r, :] = table[ids[r], :]
//
// CPU twin: src/ops/embed.rs. Paper: Vaswani et al. 2017, section 3.4, without its sqrt(d_model).
// One invocation copies one element. Ids are whole numbers as f32, exact below 2^24; one that is no row gives zeros.

struct Params {
    n: u32, // elements of out
    width: u32, // d_model
    rows: u32, // of the table
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<f32>;           // [batch pos]
@group(0) @binding(2) var<storage, read> table: array<f32>;         // [d_vocab d_model]
@group(0) @binding(3) var<storage, read_write> out: array<f32>;     // [batch pos d_model]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let id = u32(ids[index / params.width]);
    if id >= params.rows {
        out[index] = 0.0;
        return;
    }
    out[index] = table[id * params.width + index % params.width];
}
