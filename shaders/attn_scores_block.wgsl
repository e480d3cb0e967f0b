// attn_scores_block: s[b, h, q, k] = c * sum_d Q[b, q, h, d] * K[b, k, g, d] + bias[h, q, k], g = floor(h * kv_heads / heads),
// for d_head a multiple of 4
//
// CPU twin: src/ops/attn_scores.rs. Plain kernel: attn_scores.wgsl.
// One invocation computes the scores of one query against 4 keys: five loads of four numbers feed 16 multiplications.

struct Params {
    batches: u32,
    queries: u32,
    heads: u32,
    width: u32, // d_head
    keys: u32,
    kv_heads: u32,
    batch_step: u32, // elements of K from one sequence to the next
    pos_step: u32, // elements of K from one position to the next
    has_bias: u32, // 0: the bias is not looked at
    scale: f32, // c
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4<f32>>;       // [batch pos head d_head]
@group(0) @binding(2) var<storage, read> k: array<vec4<f32>>;       // [batch pos kv_head d_head] or [key_pos batch ...]
@group(0) @binding(3) var<storage, read> bias: array<f32>;          // [head query_pos key_pos]
@group(0) @binding(4) var<storage, read_write> s: array<f32>;       // [batch head query_pos key_pos]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let across = (params.keys + 3u) / 4u;
    if index >= params.batches * params.heads * params.queries * across {
        return;
    }
    let key = index % across * 4u;
    let row = index / across;
    let query = row % params.queries;
    let head = row / params.queries % params.heads;
    let batch = row / (params.queries * params.heads);

    // In steps of four numbers. Beyond the edge the last key is read again; nothing is stored for it.
    let width = params.width / 4u;
    let pos_step = params.pos_step / 4u;
    let q_first = ((batch * params.queries + query) * params.heads + head) * width;
    let k_first = batch * params.batch_step / 4u + head * params.kv_heads / params.heads * width;
    let last = params.keys - 1u;
    let k0 = k_first + key * pos_step;
    let k1 = k_first + min(key + 1u, last) * pos_step;
    let k2 = k_first + min(key + 2u, last) * pos_step;
    let k3 = k_first + min(key + 3u, last) * pos_step;
    var sum = vec4<f32>();
    for (var d = 0u; d < width; d++) {
        // A row vector times this matrix is its dot products with four keys.
        sum += q[q_first + d] * mat4x4<f32>(k[k0 + d], k[k1 + d], k[k2 + d], k[k3 + d]);
    }
    let count = min(4u, params.keys - key);
    for (var i = 0u; i < count; i++) {
        var score = params.scale * sum[i];
        if params.has_bias != 0u {
            score += bias[(head * params.queries + query) * params.keys + key + i];
        }
        s[row * params.keys + key + i] = score;
    }
}
