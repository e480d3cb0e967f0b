// mask_grad: ds[b, h, q, k] = dy[b, h, q, k] where query q may look at key k, else 0
//
// CPU twin: src/ops/mask_grad.rs. Source: the derivative of mask for its scores.
// One invocation computes one score. Queries are the last of the keys: causal forbids keys after the query.

struct Params {
    batches: u32,
    heads: u32,
    queries: u32,
    keys: u32,
    causal: u32, // 1: no key after the query; 0: every key that is not padding
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;            // [batch head query_pos key_pos]
@group(0) @binding(2) var<storage, read> allowed: array<f32>;       // [batch key_pos], 1 or 0
@group(0) @binding(3) var<storage, read_write> ds: array<f32>;      // [batch head query_pos key_pos]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.batches * params.heads * params.queries * params.keys {
        return;
    }
    let key = index % params.keys;
    let row = index / params.keys;
    let query = row % params.queries;
    let batch = row / (params.queries * params.heads);
    // first + query >= key, with both sides moved so that nothing is negative.
    let reached = params.causal == 0u || params.keys + query >= key + min(params.queries, params.keys);
    let open = reached && allowed[batch * params.keys + key] != 0.0;
    ds[index] = select(0.0, dy[index], open);
}
