//! Every file in `shaders/`: valid WGSL, readable alone, within WebGPU's default limits, and as its op launches it.

mod case;

use std::collections::BTreeSet;
use std::path::Path;

use case::cases::CASES;
use diorama::gpu::{EDIT, descriptors};
use diorama::graph::NodeId;
use diorama::ops::{Dispatch, Kernel, Profile};
use diorama::pass::{Change, Edit, Values};
use naga::{AddressSpace, StorageAccess, TypeInner};

/// Launches that between them use every kernel, each with the word of its op.
fn launches() -> Vec<(&'static str, Dispatch)> {
    let edit = Edit { node: NodeId(0), at: vec![vec![0, 2], vec![1]], change: Change::Add, with: Values::Numbers(vec![0.5]) };
    let mut all = vec![(EDIT, edit.dispatch(&[3, 2]).0)];
    for (word, cases) in CASES {
        for case in cases() {
            all.extend(
                [Profile::Software, Profile::Hardware]
                    .map(|profile| (*word, case.at_site(|site| case.op.rule().dispatch(site, profile)))),
            );
        }
    }
    all
}

/// Every kernel, with the word of its op.
fn kernels() -> impl Iterator<Item = (&'static str, &'static Kernel)> {
    descriptors().flat_map(|op| op.kernels.iter().map(|kernel| (op.word, kernel)))
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
    let named: BTreeSet<String> = kernels().map(|(_, kernel)| format!("{}.wgsl", kernel.stem)).collect();
    assert_eq!(files, named, "files in shaders/ against the kernels of ops::OPS");
    for op in descriptors() {
        let (plain, faster) = op.kernels.split_first().expect("an op has a kernel");
        assert_eq!(plain.stem, op.word, "the plain kernel has the op's name");
        for kernel in faster {
            assert!(
                kernel.stem.starts_with(&format!("{}_", op.word)),
                "{}: the name begins with its op, {}",
                kernel.stem,
                op.word
            );
        }
    }
}

#[test]
fn files_are_valid_wgsl() {
    for (_, kernel) in kernels() {
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
    for (word, kernel) in kernels() {
        let header: Vec<&str> = kernel.wgsl.lines().take_while(|line| line.starts_with("//")).collect();
        let text = header.join("\n");
        assert!(text.starts_with(&format!("// {}: ", kernel.stem)), "{}: begins with its name and formula", kernel.stem);
        let twin = if word == EDIT { "src/pass/edit.rs".into() } else { format!("src/ops/{}.rs", word) };
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
    for (_, kernel) in kernels() {
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
    for (_, kernel) in kernels() {
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
        assert!(kernels().any(|(op, known)| op == word && known.stem == kernel.stem), "{}: a kernel of {word}", kernel.stem);
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
    let all: BTreeSet<&str> = kernels().map(|(_, kernel)| kernel.stem).collect();
    assert_eq!(used, all, "kernels that a launch chooses");
}

fn layouts(module: &naga::Module) -> naga::proc::Layouter {
    let mut layouter = naga::proc::Layouter::default();
    layouter.update(module.to_ctx()).expect("types of a valid module");
    layouter
}
