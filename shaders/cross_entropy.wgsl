// cross_entropy: y[t] = log(sum_v e^z[t, v]) - z[t, label[t]], in nats; 0 where the label is negative
//
// CPU twin: src/ops/cross_entropy.rs. Paper: Bengio et al. 2003, section 3.
// One invocation computes one row.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_vocab
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;             // [batch pos d_vocab]
@group(0) @binding(2) var<storage, read> labels: array<f32>;        // [batch pos]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [batch pos]

const WORKGROUP = 16u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let row = gid.x + gid.y * groups.x * WORKGROUP;
    if row >= params.rows {
        return;
    }
    if labels[row] < 0.0 {
        y[row] = 0.0;
        return;
    }
    let first = row * params.width;
    var most = z[first];
    for (var v = 1u; v < params.width; v++) {
        most = max(most, z[first + v]);
    }
    var sum = 0.0;
    for (var v = 0u; v < params.width; v++) {
        sum += exp(z[first + v] - most);
    }
    y[row] = log(sum) + (most - z[first + u32(labels[row])]);
}
