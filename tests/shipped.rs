//! The models beside the page against `transformers`: `training/shipped.py` wrote what it computes on one text with each.

mod common;

use std::path::{Path, PathBuf};

use common::{Golden, check, engine_in};
use diorama::device::Choice;
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
