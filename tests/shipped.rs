//! The models beside the page against `transformers`: `training/shipped.py` wrote what it computes on one text with each.

mod common;

use std::path::{Path, PathBuf};

use common::{Golden, check, engine_in};
use diorama::device::Choice;
use diorama::graph::Place;
use pollster::block_on;

fn folders() -> Vec<PathBuf> {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models");
    let entries = std::fs::read_dir(models).expect("the folder of models").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.is_dir()).collect()
}

fn every_model(choice: Choice) {
    let folders = folders();
    assert!(folders.len() >= 7, "all families are there");
    for folder in folders {
        let golden = Golden::at(&folder.join("reference.safetensors"));
        let mut engine = engine_in(&folder, choice);
        let trace =
            block_on(engine.run(&golden.input(0), &["*.hook_resid_post".into(), "*.hook_pattern".into()])).expect("a run");
        let mut compared = 0;
        for tensor in trace.activations.iter().chain(&trace.logits) {
            let name = format!("{} {}", folder.display(), tensor.name);
            let (_, theirs) = golden.get(&format!("case0/{}", tensor.name)).unwrap_or_else(|| panic!("{name} has no reference"));
            // Of scores over a vocabulary the reference keeps the last position.
            check(&name, &tensor.data[tensor.data.len() - theirs.len()..], &theirs);
            compared += 1;
        }
        let names = golden.tensors().names().iter().filter(|name| !name.contains("/input.")).count();
        assert_eq!(compared, names, "{}: all of the reference was compared", folder.display());
    }
}

#[test]
fn every_model_on_the_cpu() {
    every_model(Choice::Cpu);
}

#[test]
fn every_model_on_the_gpu() {
    every_model(Choice::Gpu);
}

/// What names say for people, nodes and hooks say for programs.
#[test]
fn every_hook_tells_the_place_in_its_name() {
    let within = |Place { stack, layer, part }: Place, name: &str| {
        let path = [stack.map(|stack| stack.name().to_string()), layer.map(|layer| layer.to_string())];
        let path: String = path.into_iter().flatten().map(|step| step + ".").collect();
        let rest = name.strip_prefix(&path).unwrap_or_else(|| panic!("{name} is not in {path}"));
        let numbered = rest.split('.').any(|step| step.parse::<usize>().is_ok());
        assert!(!numbered, "{name} has a layer, and its place {layer:?}");
        match part {
            Some(part) if rest.contains('.') => assert!(rest.starts_with(part.name()), "{name} is not in {part:?}"),
            None => assert!(
                !["attn.", "cross_attn.", "mlp.", "head."].iter().any(|part| rest.starts_with(part)),
                "{name} has no part"
            ),
            _ => {}
        }
    };
    for folder in folders() {
        let engine = engine_in(&folder, Choice::Cpu);
        let graph = &engine.model.graph;
        graph.nodes.iter().filter(|node| node.op().is_some()).for_each(|node| within(node.place, &node.name));
        graph.hooks.iter().for_each(|hook| within(hook.place, &hook.name));
        let layers = graph.hooks.iter().filter(|hook| hook.name.ends_with(".hook_resid_pre")).map(|hook| hook.place.layer);
        assert!(layers.clone().all(|layer| layer.is_some()) && layers.count() >= engine.model.layers, "{}", folder.display());
        let first = graph.hooks.iter().find(|hook| hook.name.ends_with(".1.hook_resid_pre"));
        let moved = first.is_none_or(|hook| hook.place.layer == Some(1) && graph.node(hook.node).place.layer == Some(0));
        assert!(moved, "{}: what enters a layer was computed in the one before", folder.display());
    }
}
