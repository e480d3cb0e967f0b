//! `train --objective rtd`: a discriminator learns from what a generator writes.

mod common;

use std::path::Path;

use common::shell::{diorama, model, refused, scratch, stdout};

/// A model that the page ships.
fn shipped(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models").join(name).display().to_string()
}

/// A text, and the arguments that train on it.
fn text(what: &str) -> String {
    let path = scratch(what).join("text.txt");
    let text = "The cat sat on the mat. A dog ran after the ball.\nThe sun came out and the children went to play.\n".repeat(20);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

#[test]
fn a_discriminator_learns_what_a_generator_wrote() {
    let (discriminator, generator) = (shipped("electra-tiny-discriminator"), shipped("electra-tiny-generator"));
    let text = text("replaced");
    let run = |seed: &str| {
        let objective = ["train", &discriminator, "--objective", "rtd", "--generator", &generator, "--data", &text, "--json"];
        let sizes = ["--batch", "4", "--context", "24", "--steps", "8", "--lr", "1e-3", "--seed", seed];
        let told = diorama(&[&objective[..], &sizes[..]].concat());
        assert!(String::from_utf8_lossy(&told.stderr).contains("held-out loss"), "{told:?}");
        let lines = stdout(&told);
        let loss = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["loss"].as_f64().expect("a loss");
        lines.lines().map(loss).collect::<Vec<f64>>()
    };
    let first = run("1");
    // It has learnt this before, from this generator: it knows more than a coin does.
    let mean = first.iter().sum::<f64>() / first.len() as f64;
    assert!(first.len() == 8 && mean < 0.6 && mean > 0.0, "{first:?}");
    assert_eq!(run("1"), first, "the seed brings the draws back");
    assert_ne!(run("2"), first);
}

#[test]
fn what_does_not_fit_is_one_sentence() {
    let (discriminator, generator) = (shipped("electra-tiny-discriminator"), shipped("electra-tiny-generator"));
    let text = text("misfits");
    let ask = |what: &str, dir: &str, objective: &str, more: &[&str], substance: &[&str]| {
        let data = ["--data", &text, "--steps", "1", "--context", "24"];
        refused(what, &[&["train", dir, "--objective", objective][..], &data, more].concat(), substance);
    };
    ask("no generator", &discriminator, "rtd", &[], &["rtd", "--generator"]);
    ask("a generator for nothing", &shipped("bert-tiny"), "mlm", &["--generator", &generator], &["--generator", "mlm"]);
    ask("a generator to train", &generator, "rtd", &["--generator", &generator], &["discriminator", "ElectraForMaskedLM"]);
    ask(
        "a discriminator as generator",
        &discriminator,
        "rtd",
        &["--generator", &discriminator],
        &["ElectraForPreTraining", "masked"],
    );
    ask("another vocabulary", &discriminator, "rtd", &["--generator", &model("bert-mlm")], &["vocabulary", "same"]);
    ask("no model there", &discriminator, "rtd", &["--generator", "nowhere"], &["nowhere"]);
}
