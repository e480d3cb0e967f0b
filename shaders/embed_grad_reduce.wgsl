// embed_grad_reduce: dtable[v, i] = sum over tokens t with ids[t] = v of dy[t, i], on a GPU of its own
//
// CPU twin: src/ops/embed_grad.rs. Plain kernel: embed_grad.wgsl.
// One workgroup computes one row: its invocations look at 2048 tokens together and note which are of that row; then each adds
// up its columns, in the order of the tokens, so the sum is the same in every run.

struct Params {
    n: u32, // elements of dtable
    tokens: u32, // batch * pos
    width: u32, // d_model
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<f32>;           // [batch pos]
@group(0) @binding(2) var<storage, read> dy: array<f32>;            // [batch pos d_model]
@group(0) @binding(3) var<storage, read_write> dtable: array<f32>;  // [d_vocab d_model]

const WORKGROUP = 64u;
const EACH = 32u; // tokens that an invocation looks at in one go: a bit for each

var<workgroup> found: array<u32, WORKGROUP>;
var<workgroup> any: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(workgroup_id) wid: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let row = wid.x + wid.y * groups.x;
    if row >= params.n / params.width {
        return;
    }
    let id = f32(row);
    let out = row * params.width;
    for (var i = lane; i < params.width; i += WORKGROUP) {
        dtable[out + i] = 0.0;
    }
    for (var start = 0u; start < params.tokens; start += WORKGROUP * EACH) {
        if lane == 0u {
            atomicStore(&any, 0u);
        }
        workgroupBarrier();
        var bits = 0u;
        let first = start + lane * EACH;
        for (var t = 0u; t < EACH; t++) {
            if first + t < params.tokens && ids[first + t] == id {
                bits |= 1u << t;
            }
        }
        found[lane] = bits;
        if bits != 0u {
            atomicStore(&any, 1u);
        }
        workgroupBarrier();
        if atomicLoad(&any) != 0u {
            for (var l = 0u; l < WORKGROUP; l++) {
                var rest = found[l];
                while rest != 0u {
                    let t = start + l * EACH + firstTrailingBit(rest);
                    rest &= rest - 1u;
                    for (var i = lane; i < params.width; i += WORKGROUP) {
                        dtable[out + i] += dy[t * params.width + i];
                    }
                }
            }
        }
        workgroupBarrier();
    }
}
