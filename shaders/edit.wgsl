// edit: x[j] = v, x[j] * v or x[j] + v, at chosen places j of a node's own numbers; v may be those of another node
//
// CPU twin: src/pass/edit.rs. Paper: Vig et al. 2020, section 3 (an intervention sets a neuron and lets the rest follow).
// One invocation changes one element.

struct Params {
    count: u32, // elements to change
    rows: u32, // rows of the last axis that hold them
    columns: u32, // of them in each row
    change: u32, // 0 set, 1 scale, 2 add
    each: u32, // 1 where every place has a number of its own, 0 where one serves all, 2 where they lie as in x
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> places: array<u32>;        // [rows: where they begin; columns: places within a row]
@group(0) @binding(2) var<storage, read> values: array<f32>;        // [rows columns], [1] or [...]
@group(0) @binding(3) var<storage, read_write> x: array<f32>;       // [...]

const WORKGROUP = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.count {
        return;
    }
    let place = places[index / params.columns] + places[params.rows + index % params.columns];
    let value = values[select(index * params.each, place, params.each == 2u)];
    switch params.change {
        case 0u: {
            x[place] = value;
        }
        case 1u: {
            x[place] = x[place] * value;
        }
        default: {
            x[place] = x[place] + value;
        }
    }
}
