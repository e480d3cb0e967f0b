// cross_entropy_grad: dz[t, v] = dy[t] * (softmax(z[t])[v] - (1 where v is the label)); 0 where the label is negative
//
// CPU twin: src/ops/cross_entropy_grad.rs. Source: the derivative of cross_entropy for its scores.
// One invocation computes one row.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_vocab
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;             // [batch pos d_vocab]
@group(0) @binding(2) var<storage, read> labels: array<f32>;        // [batch pos]
@group(0) @binding(3) var<storage, read> dy: array<f32>;            // [batch pos]
@group(0) @binding(4) var<storage, read_write> dz: array<f32>;      // [batch pos d_vocab]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = gid.x + gid.y * groups.x * WORKGROUP;
    if row >= params.rows {
        return;
    }
    let first = row * params.width;
    if labels[row] < 0.0 {
        for (var v = 0u; v < params.width; v++) {
            dz[first + v] = 0.0;
        }
        return;
    }
    var most = z[first];
    for (var v = 1u; v < params.width; v++) {
        most = max(most, z[first + v]);
    }
    var sum = 0.0;
    for (var v = 0u; v < params.width; v++) {
        sum += exp(z[first + v] - most);
    }
    let scale = dy[row] / sum;
    let label = u32(labels[row]);
    for (var v = 0u; v < params.width; v++) {
        dz[first + v] = exp(z[first + v] - most) * scale - select(0.0, dy[row], v == label);
    }
}
