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

/// A fresh model of an ELECTRA that is small enough to learn in a second, in a folder with the shipped tokenizer.
fn fresh(dir: &Path, class: &str, of: &str, width: usize) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models").join(of);
    let config = std::fs::read_to_string(folder.join("config.json")).expect("a config.json");
    let mut config: serde_json::Value = serde_json::from_str(&config).expect("JSON");
    for (name, size) in [
        ("hidden_size", width),
        ("embedding_size", width),
        ("intermediate_size", 2 * width),
        ("num_hidden_layers", 1),
        ("num_attention_heads", 2),
    ] {
        config[name] = size.into();
    }
    config["initializer_range"] = 0.1.into();
    assert_eq!(config["architectures"][0], class);
    let (path, out) = (dir.join(format!("{class}.json")), dir.join(class).display().to_string());
    std::fs::write(&path, config.to_string()).expect("written");
    let tokenizer = folder.join("tokenizer.json").display().to_string();
    stdout(&diorama(&["new", &path.display().to_string(), "--tokenizer", &tokenizer, "--seed", "1", "--out", &out]));
    out
}

#[test]
fn a_generator_learns_beside_the_discriminator() {
    let dir = scratch("joint");
    let discriminator = fresh(&dir, "ElectraForPreTraining", "electra-tiny-discriminator", 32);
    let generator = fresh(&dir, "ElectraForMaskedLM", "electra-tiny-generator", 16);
    let text = text("joint-text");
    let at = |name: &str| dir.join(name).display().to_string();
    let number =
        |line: &str, name: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")[name].as_f64().expect("a number");
    let run = |from: [&str; 2], to: Option<[&str; 2]>, steps: &str, more: &[&str]| {
        let mut all = vec!["train", from[0], "--objective", "rtd", "--generator", from[1], "--joint", "--data", &text, "--json"];
        all.extend(["--batch", "16", "--context", "24", "--steps", steps, "--lr", "3e-3", "--seed", "1"]);
        if let Some([out, generator]) = to {
            all.extend(["--out", out, "--generator-out", generator]);
        }
        let told = diorama(&[&all[..], more].concat());
        let said = String::from_utf8_lossy(&told.stderr).to_string();
        let losses: Vec<[f64; 2]> =
            stdout(&told).lines().map(|line| [number(line, "loss"), number(line, "generator_loss")]).collect();
        (losses, said)
    };
    let (out, generator_out) = (at("out"), at("generator-out"));
    let (losses, said) = run([&discriminator, &generator], Some([&out, &generator_out]), "120", &[]);
    assert!(said.contains("held-out loss") && said.contains("the generator's"), "{said}");
    let mean = |range: std::ops::Range<usize>, which: usize| {
        losses[range.clone()].iter().map(|both| both[which]).sum::<f64>() / range.len() as f64
    };
    assert!(mean(0..5, 1) > 5.0 && mean(110..120, 1) < 3.0, "the generator: {} to {}", mean(0..5, 1), mean(110..120, 1));
    assert!(mean(0..5, 0) > 0.5 && mean(110..120, 0) < 0.35, "the discriminator: {} to {}", mean(0..5, 0), mean(110..120, 0));
    // It sees at once through a generator that knows nothing; what that has learned is harder to tell.
    assert!(mean(20..40, 0) < mean(110..120, 0), "{} and {}", mean(20..40, 0), mean(110..120, 0));
    // The first batch is that of a generator that stays as it is, and later ones are not.
    let stays =
        ["train", &discriminator, "--objective", "rtd", "--generator", &generator, "--data", &text, "--json", "--batch", "16"];
    let told = stdout(&diorama(&[&stays[..], &["--context", "24", "--steps", "30", "--lr", "3e-3", "--seed", "1"]].concat()));
    let fixed: Vec<f64> = told.lines().map(|line| number(line, "loss")).collect();
    assert!(!told.contains("generator_loss"), "{told}");
    assert_eq!(fixed[0], losses[0][0]);
    assert_ne!(fixed[29], losses[29][0]);
    // Both folders go on from where they are.
    let (on, said) = run([&out, &generator_out], None, "5", &[]);
    assert!(said.contains("goes on from step 120"), "{said}");
    assert!(on[0][1] < 3.0 && on[0][0] < 0.4, "{on:?}");
    // And with dropout, the same numbers for the same seed.
    let dropped = run([&out, &generator_out], None, "3", &["--dropout", "0.1"]);
    assert_eq!(run([&out, &generator_out], None, "3", &["--dropout", "0.1"]).0, dropped.0);
    assert_ne!(dropped.0[0], on[0]);
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
    ask("nothing to learn beside", &discriminator, "rtd", &["--joint"], &["--generator"]);
    let one = scratch("one-folder").join("out").display().to_string();
    let joint = ["--generator", &generator, "--joint", "--out", &one, "--generator-out", &one];
    ask("one folder for two", &discriminator, "rtd", &joint, &["--generator-out", "its own"]);
    ask("no share", &discriminator, "rtd", &["--generator", &generator, "--dropout", "1"], &["dropout is 1", "below 1"]);
    ask("no model there", &discriminator, "rtd", &["--generator", "nowhere"], &["nowhere"]);
}
