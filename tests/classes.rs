//! What a classifier's numbers mean, by its config.json: `transformers` 5.23's `PreTrainedConfig` and `TextClassificationPipeline` say the same of each file.

mod common;

use common::folder;
use common::shell::{diorama, refused, scratch, stdout};
use diorama::models::{self, Classes, Scores};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use serde_json::Value;

/// The classes of a tiny BERT whose config.json says this.
fn classes(said: &str) -> Result<Classes, String> {
    let config =
        format!(r#"{{"model_type": "bert", "architectures": ["BertForSequenceClassification"], "num_hidden_layers": 1{said}}}"#);
    models::build(&config, &[]).map(|model| model.classes.expect("a classifier")).map_err(|fault| fault.to_string())
}

/// Names with a dash for a class without one, and names that fit no class behind a bar.
fn names(said: &str) -> String {
    let Classes { labels, unused, .. } = classes(said).expect(said);
    let labels: Vec<&str> = labels.iter().map(|label| label.as_deref().unwrap_or("-")).collect();
    match unused.is_empty() {
        true => labels.join(" "),
        false => format!("{} | {}", labels.join(" "), unused.join(" ")),
    }
}

#[test]
fn names_come_in_every_published_form() {
    for (said, want) in [
        ("", "- -"),
        (r#", "id2label": null, "num_labels": 3"#, "- - -"),
        (r#", "id2label": {"1": "good", "0": "bad"}"#, "bad good"),
        (r#", "id2label": {"0": 0, "1": 1}"#, "0 1"),
        (r#", "id2label": {"0": true, "1": 1.5, "2": null, "3": "  ", "4": ["x", 2]}"#, r#"true 1.5 - - ["x",2]"#),
        (r#", "id2label": ["bad", "so-so", "good"]"#, "bad so-so good"),
        (r#", "id2label": {"1": "low", "2": "mid", "3": "high"}"#, "- low mid | high"),
        (r#", "id2label": {"0": "bad", "2": "good"}"#, "bad - | good"),
        (r#", "id2label": {"-1": "none", "0": "bad"}"#, "bad - | none"),
        (r#", "id2label": {" 0": "bad", "+1": "good"}"#, "bad good"),
        (r#", "id2label": {"0": "bad", "1": "good"}, "num_labels": 2"#, "bad good"),
        (r#", "id2label": {"0": "bad", "1": "good"}, "num_labels": 3"#, "- - - | bad good"),
        (r#", "label2id": {"good": 1, "bad": 0}"#, "bad good"),
        (r#", "label2id": {"good": "1", "bad": "0"}, "num_labels": 3"#, "bad good -"),
    ] {
        assert_eq!(names(said), want, "{said}");
    }
    // Of eleven names, the tenth is not the second.
    let eleven: Vec<String> = (0..11).map(|id| format!(r#""{id}": "c{id}""#)).collect();
    assert_eq!(names(&format!(r#", "id2label": {{{}}}"#, eleven.join(", "))), "c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 c10");
}

#[test]
fn names_that_are_none_are_refused() {
    for (said, substance) in [
        (r#", "id2label": {"bad": "0"}"#, "id2label has the key \"bad\""),
        (r#", "id2label": 2"#, "id2label is 2"),
        (r#", "id2label": {}"#, "num_labels (id2label) is 0"),
        (r#", "num_labels": 0"#, "num_labels (id2label) is 0"),
        (r#", "num_labels": 99999999999"#, "99999999999"),
        (r#", "num_labels": "2""#, "num_labels is \"2\""),
    ] {
        let fault = classes(said).expect_err(said);
        assert!(fault.contains(substance), "{said}: {fault}");
    }
}

#[test]
fn what_the_numbers_are_follows_the_problem_type_and_their_count() {
    let two = |problem: &str| classes(&format!(r#", "problem_type": {problem}"#)).expect(problem).scores;
    let one = |problem: &str| classes(&format!(r#", "num_labels": 1, "problem_type": {problem}"#)).expect(problem).scores;
    assert_eq!([two("null"), one("null")], [Scores::Softmax, Scores::Sigmoid]);
    for (problem, with_two, with_one) in [
        ("regression", Scores::Numbers, Scores::Numbers),
        ("multi_label_classification", Scores::Sigmoid, Scores::Sigmoid),
        ("single_label_classification", Scores::Softmax, Scores::Sigmoid),
    ] {
        let quoted = format!("\"{problem}\"");
        assert_eq!([two(&quoted), one(&quoted)], [with_two, with_one], "{problem}");
    }
}

#[test]
fn scores_become_shares_or_stay_numbers() {
    let near =
        |got: Vec<f64>, want: &[f64]| assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-6), "{got:?} is not {want:?}");
    let logits = [3f32.ln(), 0.0]; // 3 : 1 of one another, 3 : 1 and 1 : 1 against none
    near(Scores::Softmax.of(&logits), &[0.75, 0.25]);
    near(Scores::Sigmoid.of(&logits), &[0.75, 0.5]);
    near(Scores::Numbers.of(&[-1.5, 2.0]), &[-1.5, 2.0]);
    near(Scores::Sigmoid.of(&[-1000.0, 1000.0]), &[0.0, 1.0]);
    near(Scores::Softmax.of(&[-1000.0, 1000.0]), &[0.0, 1.0]);
}

/// A model without such a head says nothing of classes, whatever its config.json has.
#[test]
fn other_heads_have_no_classes() {
    let config = |class: &str| {
        format!(r#"{{"model_type": "bert", "architectures": ["{class}"], "num_hidden_layers": 1, "id2label": {{"x": 1}}}}"#)
    };
    assert_eq!(models::build(&config("BertForMaskedLM"), &[]).expect("a model").classes, None);
    assert!(models::build(&config("BertForSequenceClassification"), &[]).is_err());
}

#[test]
fn the_command_tells_them() {
    for (name, from, to, inspected, shown) in [
        (
            "bert-classification",
            r#""problem_type": null"#,
            r#""problem_type": null"#,
            "3 classes that exclude one another (softmax): LABEL_0, LABEL_1, LABEL_2",
            "%",
        ),
        ("bert-classification", r#""LABEL_2""#, "7", "3 classes that exclude one another (softmax): LABEL_0, LABEL_1, 7", "%"),
        (
            "bert-classification",
            r#""id2label""#,
            r#""problem_type": "multi_label_classification", "id2label""#,
            "3 classes, each judged by itself (sigmoid)",
            "%",
        ),
        ("roberta-classification", r#""id2label""#, r#""problem_type": "regression", "id2label""#, "numbers (regression): ", ""),
    ] {
        let dir = scratch(&format!("classes of {name}"));
        std::fs::copy(folder(name).join("model.safetensors"), dir.join("model.safetensors")).expect("a copy");
        let config = std::fs::read_to_string(folder(name).join("config.json")).expect("a config.json");
        std::fs::write(dir.join("config.json"), config.replacen(from, to, 1)).expect("a file");
        let dir = dir.display().to_string();
        let told = stdout(&diorama(&["inspect", &dir]));
        assert!(told.contains(inspected), "{inspected} is not in\n{told}");
        let ran = stdout(&diorama(&["run", &dir, "--ids", "2,5,9,3"]));
        let lines: Vec<&str> = ran.lines().skip(1).collect();
        assert!(!lines.is_empty() && lines.iter().all(|line| line.ends_with('%') == (shown == "%")), "{ran}");
    }
    let dir = scratch("classes of a map by name");
    std::fs::copy(folder("bert-classification").join("model.safetensors"), dir.join("model.safetensors")).expect("a copy");
    let config = std::fs::read_to_string(folder("bert-classification").join("config.json")).expect("a config.json");
    std::fs::write(dir.join("config.json"), config.replacen(r#""0":"#, r#""zero":"#, 1)).expect("a file");
    refused(
        "a key that is no number",
        &["inspect", &dir.display().to_string()],
        &["id2label", "\"zero\"", "numbers of the classes"],
    );
}

#[test]
fn the_command_tells_a_single_number() {
    let dir = scratch("a head of one number");
    let bytes = std::fs::read(folder("bert-classification").join("model.safetensors")).expect("a checkpoint");
    let whole = SafeTensors::deserialize(&bytes).expect("safetensors");
    let first_row = whole.iter().map(|(name, tensor)| {
        let (shape, data) = (tensor.shape(), tensor.data());
        let (shape, data) = match name.starts_with("classifier.") {
            true => ([&[1], &shape[1..]].concat(), &data[..data.len() / shape[0]]),
            false => (shape.to_vec(), data),
        };
        (name.to_string(), TensorView::new(tensor.dtype(), shape, data).expect("a tensor"))
    });
    std::fs::write(dir.join("model.safetensors"), safetensors::serialize(first_row, None).expect("bytes")).expect("a file");
    let config = std::fs::read_to_string(folder("bert-classification").join("config.json")).expect("a config.json");
    for (problem_type, told) in
        [("null", "1 class, judged by itself (sigmoid): class 0"), ("\"regression\"", "1 number (regression): class 0")]
    {
        let mut config: Value = serde_json::from_str(&config).expect("JSON");
        config["num_labels"] = 1.into();
        config["problem_type"] = serde_json::from_str(problem_type).expect("JSON");
        std::fs::write(dir.join("config.json"), config.to_string()).expect("a file");
        let said = stdout(&diorama(&["inspect", &dir.display().to_string()]));
        assert!(said.contains(told), "{told} is not in\n{said}");
    }
}
