// attn_mix_block: z[b, q, h, d] = sum_k pattern[b, h, q, k] * V[b, k, g, d], g = floor(h * kv_heads / heads),
// for d_head a multiple of 4
//
// CPU twin: src/ops/attn_mix.rs. Plain kernel: attn_mix.wgsl.
// One invocation computes 4 elements of one query's z, side by side in d.

struct Params {
    batches: u32,
    heads: u32,
    queries: u32,
    keys: u32,
    width: u32, // d_head
    kv_heads: u32,
    batch_step: u32, // elements of V from one sequence to the next
    pos_step: u32, // elements of V from one position to the next
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pattern: array<f32>;       // [batch head query_pos key_pos]
@group(0) @binding(2) var<storage, read> v: array<vec4<f32>>;       // [batch pos kv_head d_head] or [key_pos batch ...]
@group(0) @binding(3) var<storage, read_write> z: array<vec4<f32>>; // [batch pos head d_head]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let width = params.width / 4u;
    if index >= params.batches * params.queries * params.heads * width {
        return;
    }
    let row = index / width;
    let head = row % params.heads;
    let query = row / params.heads % params.queries;
    let batch = row / (params.heads * params.queries);

    let p_first = ((batch * params.heads + head) * params.queries + query) * params.keys;
    let v_first = batch * params.batch_step / 4u + head * params.kv_heads / params.heads * width + index % width;
    let pos_step = params.pos_step / 4u;
    var sum = vec4<f32>();
    for (var key = 0u; key < params.keys; key++) {
        sum += pattern[p_first + key] * v[v_first + key * pos_step];
    }
    z[index] = sum;
}
