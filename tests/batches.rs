//! Several texts in one pass: each has the numbers that it has alone, for every family on both devices.

mod common;

use common::{activation, check, engine, same};
use diorama::capture::{Intervention, Trace};
use diorama::device::Choice;
use diorama::generate::Input;
use pollster::block_on;

const DEVICES: [Choice; 2] = [Choice::Cpu, Choice::Gpu];

/// Texts of different lengths, the longest in the middle; one has padding of its own, where the family counts it.
fn texts(model: &str) -> Vec<Input> {
    let ids: [&[u32]; 3] = [&[7, 33, 12], &[5, 44, 8, 29, 60, 3, 11, 2], &[9, 2, 19, 50, 41]];
    let written: [&[u32]; 3] = [&[0, 9, 41, 17, 3], &[0, 20], &[0]];
    let decoder_ids = |text: usize| if model.starts_with("t5") { written[text].to_vec() } else { vec![] };
    let token_type_ids = |ids: &[u32]| if model.starts_with("bert") { ids.iter().map(|id| id % 2).collect() } else { vec![] };
    let input = |(text, ids): (usize, &&[u32])| Input {
        ids: ids.to_vec(),
        decoder_ids: decoder_ids(text),
        token_type_ids: token_type_ids(ids),
        attention_mask: vec![],
    };
    let mut texts: Vec<Input> = ids.iter().enumerate().map(input).collect();
    if model.starts_with("bert") || model.starts_with("t5") {
        texts[2].attention_mask = vec![1, 1, 1, 1, 0];
    }
    texts
}

fn compare(what: &str, choice: Choice, ours: &Trace, theirs: &Trace) {
    assert_eq!(ours.activations.len(), theirs.activations.len(), "{what}");
    for (ours, theirs) in ours.logits.iter().chain(&ours.activations).zip(theirs.logits.iter().chain(&theirs.activations)) {
        assert_eq!((&ours.name, &ours.axes, &ours.shape), (&theirs.name, &theirs.axes, &theirs.shape), "{what}");
        // What is hidden has the same score, however long the padding.
        match what.starts_with("gpt2") || what.starts_with("llama") {
            true => same(&format!("{what}: {}", ours.name), choice, &ours.data, &theirs.data),
            false => check(&format!("{what}: {}", ours.name), &ours.data, &theirs.data),
        }
    }
}

#[test]
fn eight_ids_of_one_text_are_one_row_of_a_batch() {
    for model in [
        "gpt2",
        "llama1",
        "llama2-gqa",
        "llama3-mqa",
        "t5-v1_0",
        "t5-v1_1",
        "bert-pretraining",
        "bert-classification",
        "roberta-mlm",
        "albert-mlm",
        "electra-discriminator",
    ] {
        for choice in DEVICES {
            let (mut engine, texts, all) = (engine(model, choice), texts(model), ["*".to_string()]);
            let before = engine.computed;
            let batch = block_on(engine.run_batch(&texts, &all, &[])).expect("a pass");
            assert_eq!(engine.computed.passes - before.passes, 1);
            assert_eq!(batch.len(), texts.len());
            for (index, (text, row)) in texts.iter().zip(&batch).enumerate() {
                let alone = block_on(engine.run(text, &all)).expect("a pass");
                compare(&format!("{model}, text {index}"), choice, row, &alone);
            }
        }
    }
}

#[test]
fn an_intervention_can_mean_one_text_of_a_batch() {
    let read = |json: &str| Intervention::read(json, &mut |_| Ok(None)).expect("an intervention");
    for choice in DEVICES {
        let (mut engine, texts) = (engine("gpt2", choice), texts("gpt2"));
        let capture = ["*.hook_resid_post".to_string()];
        let one = read(r#"{ "hook": "blocks.0.attn.hook_z", "at": { "batch": 1, "head": 0 }, "set": 0 }"#);
        let alone = read(r#"{ "hook": "blocks.0.attn.hook_z", "at": { "head": 0 }, "set": 0 }"#);
        let variants = [vec![], one.clone()];
        let found = block_on(engine.run_all(&texts, &capture, &[], &variants)).expect("passes");
        assert_eq!((found.len(), found[1].len()), (2, 3));
        for (index, text) in texts.iter().enumerate() {
            let plain = block_on(engine.run(text, &capture)).expect("a run");
            let changed = block_on(engine.run_with(text, &capture, if index == 1 { &alone } else { &[] })).expect("a run");
            compare("gpt2, unchanged", choice, &found[0][index], &plain);
            compare("gpt2, changed", choice, &found[1][index], &changed);
        }
        let last = |trace: &Trace| activation(&trace.activations, "blocks.1.hook_resid_post").data.clone();
        assert_ne!(last(&found[0][1]), last(&found[1][1]), "the change is felt");
        let far = read(r#"{ "hook": "blocks.0.attn.hook_z", "at": { "batch": 3 }, "set": 0 }"#);
        let said = block_on(engine.run_batch(&texts, &capture, &far)).expect_err("there are three").to_string();
        assert!(said.contains("batch 3 is outside of 0 to 2"), "{said}");
    }
}

#[test]
fn a_batch_is_refused_as_its_texts_are() {
    let mut engine = engine("gpt2", Choice::Cpu);
    let mut refused = |texts: &[Input], words: &str| {
        let said = block_on(engine.run_batch(texts, &[], &[])).expect_err("it cannot be read").to_string();
        assert!(said.contains(words) && !said.contains('\n'), "{said}");
    };
    let [short, long] = [vec![7, 33], vec![900]].map(|ids| Input { ids, ..Input::default() });
    refused(&[], "there is no text");
    refused(&[short.clone(), long], "id 900");
    refused(&[short.clone(), Input::default()], "the text is empty");
    refused(&[short, Input { ids: vec![1; 4000], ..Input::default() }], "4000 tokens");
}
