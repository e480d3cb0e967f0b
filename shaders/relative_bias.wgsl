// relative_bias: out[h, q, k] = table[bucket(k - q), h]
//
// CPU twin: src/ops/relative_bias.rs, which also computes the bounds. Paper: Raffel et al. 2020, section 2.1.
// One invocation computes one bias. Queries are the last of the keys.

struct Params {
    heads: u32,
    queries: u32,
    keys: u32,
    after: u32, // added to the bucket of a key after its query; 0: such a key counts as distance 0
    count: u32, // bounds in use
    bounds: array<vec4<u32>, 32>, // bounds[i]: the smallest distance in bucket i + 1, in tokens
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<f32>;         // [bucket head]
@group(0) @binding(2) var<storage, read_write> out: array<f32>;     // [head query_pos key_pos]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.heads * params.queries * params.keys {
        return;
    }
    let key = index % params.keys;
    let row = index / params.keys;
    let query = row % params.queries + params.keys - params.queries;
    let head = row / params.queries;

    var distance = 0u;
    var bucket = 0u;
    if key <= query {
        distance = query - key;
    } else if params.after != 0u {
        distance = key - query;
        bucket = params.after;
    }
    for (var i = 0u; i < params.count && params.bounds[i / 4u][i % 4u] <= distance; i++) {
        bucket += 1u;
    }
    out[index] = table[bucket * params.heads + head];
}
