// cross_entropy_grad_reduce: dz[t, v] = dy[t] * (softmax(z[t])[v] - (1 where v is the label)); 0 where the label is negative,
// on a GPU of its own
//
// CPU twin: src/ops/cross_entropy_grad.rs. Plain kernel: cross_entropy_grad.wgsl.
// One workgroup computes one row: its invocations find the maximum, then the sum, in memory that they share.

struct Params {
    rows: u32, // batch * pos
    width: u32, // d_vocab
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;             // [batch pos d_vocab]
@group(0) @binding(2) var<storage, read> labels: array<f32>;        // [batch pos]
@group(0) @binding(3) var<storage, read> dy: array<f32>;            // [batch pos]
@group(0) @binding(4) var<storage, read_write> dz: array<f32>;      // [batch pos d_vocab]

const WORKGROUP = 256u;

var<workgroup> shares: array<f32, WORKGROUP>;

// The sum of one number of each invocation.
fn total(lane: u32, share: f32) -> f32 {
    workgroupBarrier(); // nobody reads the sum before any more
    shares[lane] = share;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shares[lane] += shares[lane + half];
        }
    }
    workgroupBarrier();
    return shares[0];
}

// The greatest of one number of each invocation.
fn greatest(lane: u32, share: f32) -> f32 {
    shares[lane] = share;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if lane < half {
            shares[lane] = max(shares[lane], shares[lane + half]);
        }
    }
    workgroupBarrier();
    return shares[0];
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let row = wid.x + wid.y * groups.x;
    if row >= params.rows {
        return;
    }
    let first = row * params.width;
    var share = z[first];
    for (var v = lane; v < params.width; v += WORKGROUP) {
        share = max(share, z[first + v]);
    }
    let most = greatest(lane, share);
    share = 0.0;
    for (var v = lane; v < params.width; v += WORKGROUP) {
        share += exp(z[first + v] - most);
    }
    let sum = total(lane, share);
    let counts = labels[row] >= 0.0;
    let scale = select(0.0, dy[row], counts) / sum;
    let label = select(params.width, u32(max(labels[row], 0.0)), counts); // the width: no place
    for (var v = lane; v < params.width; v += WORKGROUP) {
        dz[first + v] = exp(z[first + v] - most) * scale - select(0.0, dy[row], v == label);
    }
}
