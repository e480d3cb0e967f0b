// edit: x[j] = v, x[j] * v or x[j] + v, at chosen places j of a node's own numbers; v may be those of another node or a mask
//
// CPU twin: src/pass/edit.rs, and src/pass/dropped.rs for the mask of dropout. Papers: Vig et al. 2020, section 3 (an
// intervention sets a neuron and lets the rest follow); Srivastava et al. 2014, section 10 (dropout, scaled in training).
// One invocation changes one element.

struct Params {
    count: u32, // elements to change
    rows: u32, // rows of the last axis that hold them
    columns: u32, // of them in each row
    change: u32, // 0 set, 1 scale, 2 add
    each: u32, // 1 where every place has a number of its own, 0 where one serves all, 2 where they lie as in x, 3 for a mask
    below: u32, // of dropout: a number is dropped where its hash is below this
    factor: f32, // what the others are multiplied by
    before: u32, // keys of the hash
    behind: u32,
    first: u32, // where x begins among the numbers of the whole batch
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> places: array<u32>;        // [rows: where they begin; columns: places within a row]
@group(0) @binding(2) var<storage, read> values: array<f32>;        // [rows columns], [1] or [...]
@group(0) @binding(3) var<storage, read_write> x: array<f32>;       // [...]

const WORKGROUP = 64u;

// PCG-RXS-M-XS-32 as a hash (O'Neill 2014; Jarzynski & Olano 2020, section 3).
fn pcg(x: u32) -> u32 {
    let state = x * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

fn value_at(index: u32, place: u32) -> f32 {
    if params.each == 3u {
        let hash = pcg(pcg((params.first + place) ^ params.before) + params.behind);
        return select(params.factor, 0.0, hash < params.below);
    }
    return values[select(index * params.each, place, params.each == 2u)];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = gid.x + gid.y * groups.x * WORKGROUP;
    if index >= params.count {
        return;
    }
    let place = places[index / params.columns] + places[params.rows + index % params.columns];
    let value = value_at(index, place);
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
