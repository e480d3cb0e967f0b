// attn_mix_grad_values_block: dV[b, k, g, d] = sum over heads h of group g and queries q of pattern[b, h, q, k] * dz[b, q, h, d]
//
// CPU twin: src/ops/attn_mix_grad_values.rs. Plain kernel: attn_mix_grad_values.wgsl.
// One invocation computes 4 keys x 4 numbers of a head: 8 loads feed 16 multiplications.

struct Params {
    n: u32, // blocks: batches * kv_heads * keys / 4 * d_head / 4, rounded up
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

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n {
        return;
    }
    let across = (params.width + 3u) / 4u;
    let along = (params.keys + 3u) / 4u;
    let d = index % across * 4u;
    let key = index / across % along * 4u;
    let group = index / (across * along) % params.kv_heads;
    let batch = index / (across * along * params.kv_heads);
    let share = params.heads / params.kv_heads;

    // Beyond the edge the last number is read again; nothing is stored for it.
    let k1 = min(key + 1u, params.keys - 1u);
    let k2 = min(key + 2u, params.keys - 1u);
    let k3 = min(key + 3u, params.keys - 1u);
    let d1 = min(d + 1u, params.width - 1u);
    let d2 = min(d + 2u, params.width - 1u);
    let d3 = min(d + 3u, params.width - 1u);
    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    for (var head = group * share; head < (group + 1u) * share; head++) {
        for (var query = 0u; query < params.queries; query++) {
            let p = ((batch * params.heads + head) * params.queries + query) * params.keys;
            let z = ((batch * params.queries + query) * params.heads + head) * params.width;
            let four = vec4<f32>(dz[z + d], dz[z + d1], dz[z + d2], dz[z + d3]);
            sum0 += pattern[p + key] * four;
            sum1 += pattern[p + k1] * four;
            sum2 += pattern[p + k2] * four;
            sum3 += pattern[p + k3] * four;
        }
    }
    let place = group * params.width + d;
    store(batch, key, place, d, sum0);
    store(batch, key + 1u, place, d, sum1);
    store(batch, key + 2u, place, d, sum2);
    store(batch, key + 3u, place, d, sum3);
}

// What lies inside: in a cache the positions come first, and then a sequence is one row long.
fn store(batch: u32, key: u32, place: u32, d: u32, sum: vec4<f32>) {
    if key >= params.keys {
        return;
    }
    let row = params.kv_heads * params.width;
    let pos_step = select(row, params.batches * row, params.batch_step == row);
    let first = batch * params.batch_step + key * pos_step + place;
    let count = min(4u, params.width - d);
    for (var i = 0u; i < count; i++) {
        dv[first + i] = sum[i];
    }
}
