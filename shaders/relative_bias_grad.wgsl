// relative_bias_grad: dtable[r, h] = sum over queries q and keys k with bucket(k - q) = r of dbias[h, q, k]
//
// CPU twin: src/ops/relative_bias_grad.rs. Source: the derivative of relative_bias for its table.
// One invocation computes one element: the distances of its bucket lie between two bounds.

struct Params {
    heads: u32,
    queries: u32,
    keys: u32,
    after: u32, // the first bucket of keys after their query; 0: such a key counts as distance 0
    count: u32, // bounds in use
    rows: u32, // of the table
    bounds: array<vec4<u32>, 32>, // bounds[i]: the smallest distance in bucket i + 1, in tokens
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dbias: array<f32>;         // [head query_pos key_pos]
@group(0) @binding(2) var<storage, read_write> dtable: array<f32>;  // [bucket head]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.rows * params.heads {
        return;
    }
    let head = index % params.heads;
    let row = index / params.heads;
    let ahead = params.after != 0u && row >= params.after;
    let place = select(row, row - params.after, ahead);
    var near = 0u;
    if place > 0u && place <= params.count {
        near = params.bounds[(place - 1u) / 4u][(place - 1u) % 4u];
    }
    var far = params.queries + params.keys;
    if place < params.count {
        far = params.bounds[place / 4u][place % 4u];
    }
    var sum = 0.0;
    if place <= params.count {
        for (var q = 0u; q < params.queries; q++) {
            let query = q + params.keys - params.queries;
            for (var key = 0u; key < params.keys; key++) {
                let after = key > query;
                var distance = select(query - key, key - query, after);
                if after && params.after == 0u {
                    distance = 0u;
                }
                let counts = after == ahead || params.after == 0u;
                if counts && distance >= near && distance < far {
                    sum += dbias[(head * params.queries + q) * params.keys + key];
                }
            }
        }
    }
    dtable[index] = sum;
}
