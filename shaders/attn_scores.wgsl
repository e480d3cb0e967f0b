// attn_scores: s[b, h, q, k] = c * sum_d Q[b, q, h, d] * K[b, k, g, d] + bias[h, q, k], g = floor(h * kv_heads / heads)
//
// CPU twin: src/ops/attn_scores.rs. Papers: Vaswani et al. 2017, eq. 1; Ainslie et al. 2023 (fewer key heads than heads).
// One invocation computes one score.

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
@group(0) @binding(1) var<storage, read> q: array<f32>;             // [batch pos head d_head]
@group(0) @binding(2) var<storage, read> k: array<f32>;             // [batch pos kv_head d_head] or [key_pos batch ...]
@group(0) @binding(3) var<storage, read> bias: array<f32>;          // [head query_pos key_pos]
@group(0) @binding(4) var<storage, read_write> s: array<f32>;       // [batch head query_pos key_pos]

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
    let head = row / params.queries % params.heads;
    let batch = row / (params.queries * params.heads);

    let q_first = ((batch * params.queries + query) * params.heads + head) * params.width;
    let kv_head = head * params.kv_heads / params.heads;
    let k_first = batch * params.batch_step + key * params.pos_step + kv_head * params.width;
    var sum = 0.0;
    for (var d = 0u; d < params.width; d++) {
        sum += q[q_first + d] * k[k_first + d];
    }
    var score = params.scale * sum;
    if params.has_bias != 0u {
        score += bias[(head * params.queries + query) * params.keys + key];
    }
    s[index] = score;
}
