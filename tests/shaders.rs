//! Every file in `shaders/`: valid WGSL, readable alone, within WebGPU's default limits, and as its op launches it.

use std::collections::BTreeSet;
use std::path::Path;

use diorama::gpu::{EDIT, KERNELS, Kernel};
use diorama::graph::NodeId;
use diorama::ops::relative_bias::Direction;
use diorama::ops::{Activation, Dispatch, Mask, Op, Profile, RelativeBias, Site};
use diorama::pass::{Change, Edit};
use diorama::tensor::Axis;
use naga::{AddressSpace, StorageAccess, TypeInner};

/// One of each op. A new op has to be added here, because the match below names them all.
fn ops() -> Vec<Op> {
    let bias = RelativeBias::new(Direction::Both, 32, 128).expect("T5's own sizes");
    let ops = vec![
        Op::Embed,
        Op::RmsNorm { eps: 1e-6 },
        Op::Linear,
        Op::Scale { by: 2.0 },
        Op::Add,
        Op::Mul,
        Op::Activation(Activation::Relu),
        Op::RelativeBias(bias),
        Op::AttnScores { scale: 1.0 },
        Op::Mask(Mask::Causal),
        Op::Softmax,
        Op::AttnMix,
        Op::Append,
        Op::LayerNorm { eps: 1e-5 },
        Op::Rope,
        Op::First,
    ];
    for op in &ops {
        match op {
            Op::Embed | Op::RmsNorm { .. } | Op::Linear | Op::Scale { .. } | Op::Add | Op::Mul | Op::Activation(_) => {}
            Op::LayerNorm { .. } | Op::Rope | Op::First => {}
            Op::RelativeBias(_) | Op::AttnScores { .. } | Op::Mask(_) | Op::Softmax | Op::AttnMix | Op::Append => {}
        }
    }
    ops
}

/// How an op is launched on tensors of these many rows and this width.
fn launch(op: &Op, rows: usize, width: usize, profile: Profile) -> Dispatch {
    use Axis::*;
    type View = (Vec<Axis>, Vec<usize>);
    let view = |axes: &[Axis], shape: &[usize]| -> View { (axes.to_vec(), shape.to_vec()) };
    let x = view(&[Batch, Pos, DModel], &[1, rows, width]);
    let scores = view(&[Batch, Head, QueryPos, KeyPos], &[1, 2, rows, width]);
    let d_head = if width.is_multiple_of(4) { 8 } else { 5 };
    let q = view(&[Batch, Pos, Head, DHead], &[1, rows, 2, d_head]);
    let keys = view(&[Batch, Pos, KvHead, DHead], &[1, width, 2, d_head]);
    let (inputs, out): (Vec<View>, View) = match op {
        Op::Embed => (vec![view(&[Batch, Pos], &[1, rows]), view(&[DVocab, DModel], &[9, width])], x),
        Op::RmsNorm { .. } => (vec![x.clone(), view(&[DModel], &[width])], x),
        Op::LayerNorm { .. } => (vec![x.clone(), view(&[DModel], &[width]), view(&[DModel], &[width])], x),
        Op::Rope => {
            let x = view(&[Batch, Pos, Head, DHead], &[1, rows, 2, 8]);
            (vec![x.clone(), view(&[Pos, DHead], &[rows, 8])], x)
        }
        Op::First => (vec![x], view(&[Batch, DModel], &[1, width])),
        Op::Linear => (vec![x.clone(), view(&[Out, In], &[width, width])], x),
        Op::Scale { .. } | Op::Activation(_) => (vec![x.clone()], x),
        Op::Add | Op::Mul => (vec![x.clone(), x.clone()], x),
        Op::RelativeBias(_) => (vec![view(&[Bucket, Head], &[32, 2])], view(&scores.0[1..], &scores.1[1..])),
        Op::AttnScores { .. } => (vec![q, keys], scores),
        Op::Mask(_) => (vec![scores.clone(), view(&[Batch, KeyPos], &[1, width])], scores),
        Op::Softmax => (vec![scores.clone()], scores),
        Op::AttnMix => (vec![scores, keys], q),
        Op::Append => (vec![q], view(&[KeyPos, Batch, KvHead, DHead], &[rows, 1, 2, d_head])),
    };
    let views: Vec<_> = inputs.iter().map(|(axes, shape)| (axes.as_slice(), shape.as_slice())).collect();
    op.dispatch(&Site { inputs: &views, out: (&out.0, &out.1), past: 0 }, profile)
}

/// Launches that between them use every kernel, each with the word of its op.
fn launches() -> Vec<(&'static str, Dispatch)> {
    let edit = Edit { node: NodeId(0), at: vec![vec![0, 2], vec![1]], change: Change::Add, values: vec![0.5] };
    let mut all = vec![(EDIT, edit.dispatch(&[3, 2]).0)];
    for op in ops() {
        for rows in [1, 2, 64] {
            for width in [7, 64, 256] {
                for profile in [Profile::Software, Profile::Hardware] {
                    all.push((op.word(), launch(&op, rows, width, profile)));
                }
            }
        }
    }
    all
}

fn parse(kernel: &Kernel) -> naga::Module {
    naga::front::wgsl::parse_str(kernel.wgsl)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string_with_path(kernel.wgsl, kernel.stem)))
}

#[test]
fn files_and_ops_have_the_same_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("shaders/")
        .map(|entry| entry.expect("shaders/").file_name().into_string().expect("a plain name"))
        .collect();
    let kernels: BTreeSet<String> = KERNELS.iter().map(|kernel| format!("{}.wgsl", kernel.stem)).collect();
    assert_eq!(files, kernels, "files in shaders/ against gpu::KERNELS");

    let words: BTreeSet<&str> = ops().iter().map(Op::word).chain([EDIT]).collect();
    let plain: BTreeSet<&str> = KERNELS.iter().filter(|kernel| kernel.stem == kernel.op).map(|kernel| kernel.stem).collect();
    assert_eq!(words, plain, "ops against their plain kernels");
    for kernel in KERNELS {
        let named = kernel.stem == kernel.op || kernel.stem.starts_with(&format!("{}_", kernel.op));
        assert!(named, "{}: the name begins with its op, {}", kernel.stem, kernel.op);
    }
}

#[test]
fn files_are_valid_wgsl() {
    for kernel in KERNELS {
        let module = parse(kernel);
        let flags = naga::valid::ValidationFlags::all();
        let mut validator = naga::valid::Validator::new(flags, naga::valid::Capabilities::empty());
        if let Err(error) = validator.validate(&module) {
            panic!("{}", error.emit_to_string_with_path(kernel.wgsl, kernel.stem));
        }
    }
}

#[test]
fn files_can_be_read_alone() {
    for kernel in KERNELS {
        let header: Vec<&str> = kernel.wgsl.lines().take_while(|line| line.starts_with("//")).collect();
        let text = header.join("\n");
        assert!(text.starts_with(&format!("// {}: ", kernel.stem)), "{}: begins with its name and formula", kernel.stem);
        let twin = if kernel.op == EDIT { "src/pass/edit.rs".into() } else { format!("src/ops/{}.rs", kernel.op) };
        assert!(text.contains(&twin), "{}: names its CPU twin", kernel.stem);
        let source = ["Paper", "Source", "Plain kernel"].iter().any(|word| text.contains(word));
        assert!(source, "{}: names its paper or the plain kernel", kernel.stem);
        assert!(
            text.contains("One invocation") || text.contains("One workgroup"),
            "{}: says what one of them computes",
            kernel.stem
        );
        let buffers = kernel.wgsl.lines().filter(|line| line.contains("var<storage"));
        for line in buffers {
            assert!(line.contains("// ["), "{}: axes after {line}", kernel.stem);
        }
        assert!(kernel.wgsl.lines().all(|line| line.len() <= 130), "{}: lines of at most 130 characters", kernel.stem);
    }
}

#[test]
fn files_stay_within_default_limits() {
    for kernel in KERNELS {
        let module = parse(kernel);
        let layouts = layouts(&module);
        let [entry] = module.entry_points.as_slice() else { panic!("{}: one entry point", kernel.stem) };
        assert_eq!(entry.name, "main", "{}", kernel.stem);
        let [x, y, z] = entry.workgroup_size;
        assert!(x * y * z <= 256 && x <= 256 && y <= 256 && z <= 64, "{}: workgroup of {x} x {y} x {z}", kernel.stem);
        let shared: u32 = module
            .global_variables
            .iter()
            .filter(|(_, variable)| variable.space == AddressSpace::WorkGroup)
            .map(|(_, variable)| layouts[variable.ty].size)
            .sum();
        assert!(shared <= 16 << 10, "{}: {shared} bytes of workgroup memory", kernel.stem);
    }
}

#[test]
fn buffers_are_bound_in_order() {
    for kernel in KERNELS {
        let module = parse(kernel);
        let mut kinds = vec!["missing"; kernel.inputs + 2];
        for (_, variable) in module.global_variables.iter() {
            let Some(binding) = variable.binding else { continue };
            assert_eq!(binding.group, 0, "{}: one bind group", kernel.stem);
            kinds[binding.binding as usize] = match variable.space {
                AddressSpace::Uniform => "sizes",
                AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => "output",
                _ => "input",
            };
        }
        let mut want = vec!["sizes"];
        want.resize(kernel.inputs + 1, "input");
        want.push("output");
        assert_eq!(kinds, want, "{}", kernel.stem);
    }
}

#[test]
fn launches_fit_their_kernels() {
    let mut used = BTreeSet::new();
    for (word, dispatch) in launches() {
        let kernel = diorama::gpu::kernel(dispatch.shader).unwrap_or_else(|| panic!("no kernel \"{}\"", dispatch.shader));
        assert_eq!(kernel.op, word, "{}", kernel.stem);
        used.insert(kernel.stem);

        let module = parse(kernel);
        let layouts = layouts(&module);
        let mut uniforms = module.global_variables.iter().filter(|(_, variable)| variable.space == AddressSpace::Uniform);
        let (_, uniform) = uniforms.next().expect("sizes at binding 0");
        assert!(matches!(module.types[uniform.ty].inner, TypeInner::Struct { .. }), "{}", kernel.stem);
        let bytes = layouts[uniform.ty].size as usize;
        assert_eq!(bytes, 4 * dispatch.params.len(), "{}: bytes of Params against what dispatch pushes", kernel.stem);
        assert!(dispatch.groups.iter().all(|&n| (1..=65_535).contains(&n)), "{}: {:?} groups", kernel.stem, dispatch.groups);
    }
    let all: BTreeSet<&str> = KERNELS.iter().map(|kernel| kernel.stem).collect();
    assert_eq!(used, all, "kernels that a launch chooses");
}

fn layouts(module: &naga::Module) -> naga::proc::Layouter {
    let mut layouter = naga::proc::Layouter::default();
    layouter.update(module.to_ctx()).expect("types of a valid module");
    layouter
}
