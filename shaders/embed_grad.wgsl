// embed_grad: dtable[v, i] = sum over tokens t with ids[t] = v of dy[t, i]
//
// CPU twin: src/ops/embed_grad.rs. Source: the derivative of embed for its table.
// One invocation computes up to 16 elements of a row: it looks at every token in order, so the sum is the same in every run.

struct Params {
    n: u32, // elements of dtable
    tokens: u32, // batch * pos
    width: u32, // d_model
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<f32>;           // [batch pos]
@group(0) @binding(2) var<storage, read> dy: array<f32>;            // [batch pos d_model]
@group(0) @binding(3) var<storage, read_write> dtable: array<f32>;  // [d_vocab d_model]

const WORKGROUP = 16u;
const COLUMNS = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    let across = (params.width + COLUMNS - 1u) / COLUMNS;
    let row = index / across;
    if row >= params.n / params.width {
        return;
    }
    let id = f32(row);
    let first = index % across * COLUMNS;
    let end = min(first + COLUMNS, params.width);
    let out = row * params.width;
    for (var i = first; i < end; i++) {
        dtable[out + i] = 0.0;
    }
    for (var t = 0u; t < params.tokens; t++) {
        if ids[t] == id {
            for (var i = first; i < end; i++) {
                dtable[out + i] += dy[t * params.width + i];
            }
        }
    }
}
