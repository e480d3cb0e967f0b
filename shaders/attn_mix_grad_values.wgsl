// attn_mix_grad_values: dV[b, k, g, d] = sum over heads h of group g and queries q of pattern[b, h, q, k] * dz[b, q, h, d]
//
// CPU twin: src/ops/attn_mix_grad_values.rs. Source: the derivative of attn_mix for its values.
// One invocation computes one element.

struct Params {
    n: u32, // elements of dV
    batches: u32,
    heads: u32,
    queries: u32,
    keys: u32,
    width: u32, // d_head
    kv_heads: u32,
    batch_step: u32, // elements of dV from one sequence to the next
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pattern: array<f32>;       // [batch head query_pos key_pos]
@group(0) @binding(2) var<storage, read> dz: array<f32>;            // [batch pos head d_head]
@group(0) @binding(3) var<storage, read_write> dv: array<f32>;      // [batch pos kv_head d_head] or [key_pos batch ...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let row = params.kv_heads * params.width;
    let d = index % params.width;
    let group = index / params.width % params.kv_heads;
    // In a cache the positions come first: then a sequence is one row long.
    let cached = params.batch_step == row;
    let outer = index / row;
    let key = select(outer % params.keys, outer / params.batches, cached);
    let batch = select(outer / params.keys, outer % params.batches, cached);
    let share = params.heads / params.kv_heads;
    var sum = 0.0;
    for (var head = group * share; head < (group + 1u) * share; head++) {
        for (var query = 0u; query < params.queries; query++) {
            let p = pattern[((batch * params.heads + head) * params.queries + query) * params.keys + key];
            sum += p * dz[((batch * params.queries + query) * params.heads + head) * params.width + d];
        }
    }
    dv[index] = sum;
}
