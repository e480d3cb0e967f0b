// momentum: m' = mu m + c g + decay w, c = min(1, cut / (norm + 1e-6)), in place
//
// CPU twin: src/ops/momentum.rs. Paper: Sutskever et al. 2013, section 2. Source: torch.optim.SGD, whose decay is part of the
// gradient.
// One invocation computes one element. Rates are numbered as in src/ops/adamw.rs; a mu of 1 keeps m whatever g is.

struct Params {
    n: u32, // elements
    share: f32, // of the decay that this tensor takes
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;             // [...]
@group(0) @binding(2) var<storage, read> w: array<f32>;             // [...]
@group(0) @binding(3) var<storage, read> squared_norm: array<f32>;  // [1]
@group(0) @binding(4) var<storage, read> rates: array<f32>;         // [10]
@group(0) @binding(5) var<storage, read_write> m: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.n || rates[1] == 1.0 { // 1: a step that does not count, see guard
        return;
    }
    var cut = 1.0;
    if rates[5] > 0.0 {
        cut = min(1.0, rates[5] / (sqrt(squared_norm[0]) + 1e-6));
    }
    m[index] = rates[1] * m[index] + (cut * g[index] + rates[4] * params.share * w[index]);
}
