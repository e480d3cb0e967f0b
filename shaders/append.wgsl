// append: cache[past + t, b, :] = x[b, t, :]; rows before `past` stay as they were
//
// CPU twin: src/ops/append.rs. Paper: Pope et al. 2022, section 3.3 (the key/value cache).
// One invocation copies one element.

struct Params {
    batches: u32,
    queries: u32, // tokens that come in
    row: u32, // kv_head * d_head
    past: u32, // tokens already held
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;             // [batch pos kv_head d_head]
@group(0) @binding(2) var<storage, read_write> cache: array<f32>;   // [key_pos batch kv_head d_head]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.batches * params.queries * params.row {
        return;
    }
    let batch = index / (params.queries * params.row);
    let pos = index / params.row % params.queries;
    cache[((params.past + pos) * params.batches + batch) * params.row + index % params.row] = x[index];
}
