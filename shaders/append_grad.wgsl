// append_grad: dx[b, t, :] = dcache[past + t, b, :]
//
// CPU twin: src/ops/append_grad.rs. Source: the derivative of append for its new rows.
// One invocation copies one element.

struct Params {
    n: u32, // elements of dx
    batches: u32,
    new_tokens: u32,
    row: u32, // kv_head * d_head
    past: u32, // tokens before
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dcache: array<f32>;        // [key_pos batch kv_head d_head]
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;      // [batch pos kv_head d_head]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let outer = index / params.row;
    let batch = outer / params.new_tokens;
    let t = outer % params.new_tokens;
    dx[index] = dcache[((params.past + t) * params.batches + batch) * params.row + index % params.row];
}
