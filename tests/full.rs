//! The end of a model's positions: whatever would compute beyond them says so in a sentence, on every device, and computes nothing.

mod common;

use common::{engine, folder, same};
use diorama::capture::{Intervention, With};
use diorama::device::Choice;
use diorama::generate::{Engine, Input, Sampling, Session};
use diorama::models;
use diorama::pass::{Change, Parameters};
use diorama::tensor::size;
use pollster::block_on;

const DEVICES: [Choice; 3] = [Choice::Cpu, Choice::Gpu, Choice::Auto];

#[test]
fn a_full_text_is_neither_stepped_nor_looked_at() {
    for (model, positions) in [("gpt2", 40), ("llama3", 31)] {
        for choice in DEVICES {
            let mut engine = engine(model, choice);
            let mut session = engine.start(&text(positions)).expect("as many tokens as there are positions");
            let last = block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("nobody reads the last token");
            assert_eq!(session.room(&engine.model), 1);
            refused(&mut engine, &mut session, positions);
            // An intervention makes the whole text be read again, also one that lets positions see what comes after them.
            for hook in ["blocks.0.hook_resid_post", "blocks.0.attn.hook_pattern"] {
                let change = Intervention { hook: hook.into(), at: vec![], change: Change::Set, with: With::Number(0.5) };
                engine.intervene(&mut session, &[change]).expect("a hook");
                refused(&mut engine, &mut session, positions);
            }
            engine.intervene(&mut session, &[]).expect("none");
            session.back(1);
            let seen = block_on(engine.peek(&mut session, &Sampling::default())).expect("the last position has a next token");
            let logits = |candidates: &[diorama::generate::Candidate]| candidates.iter().map(|c| c.logit).collect::<Vec<_>>();
            same("candidates", choice, &logits(&seen), &logits(&last.candidates));
        }
    }
}

fn refused(engine: &mut Engine, session: &mut Session, positions: usize) {
    let ids = session.ids().to_vec();
    let computed = engine.computed;
    let faults = [
        block_on(engine.peek(session, &Sampling::default())).expect_err("a look beyond the end"),
        block_on(engine.step(session, &Sampling::default(), &["*".into()], None)).expect_err("a step beyond the end"),
        block_on(engine.step(session, &Sampling::default(), &[], Some(3))).expect_err("a chosen token beyond the end"),
    ];
    for fault in faults {
        let fault = fault.to_string();
        assert!(fault.contains("the text is full") && fault.contains(&positions.to_string()), "{fault}");
    }
    assert_eq!(session.ids(), ids, "no token is kept");
    assert_eq!(engine.computed, computed, "nothing is computed");
}

#[test]
fn a_search_ends_where_the_positions_end() {
    for choice in DEVICES {
        let mut engine = engine("gpt2", choice);
        let found = block_on(engine.beam_search(&text(38), 3, 100, &[])).expect("a search");
        assert!(!found.is_empty() && found.len() <= 3, "{found:?}");
    }
}

#[test]
fn a_longer_text_is_refused_at_every_door() {
    for (model, positions) in [("gpt2", 40), ("llama3", 31), ("bert-mlm", 40), ("roberta-mlm", 40), ("albert-mlm", 29)] {
        for choice in DEVICES {
            let mut engine = engine(model, choice);
            assert_eq!(engine.model.max_positions, Some(positions), "{model}");
            block_on(engine.run(&text(positions), &[])).expect("as many tokens as there are positions");
            let long = text(positions + 1);
            let mut faults = vec![block_on(engine.run(&long, &[])).expect_err("too long")];
            if engine.model.next_token().is_some() {
                faults.push(engine.start(&long).err().expect("too long"));
                faults.push(engine.start_beams(&long, 2, 4, &[]).err().expect("too long"));
            } else {
                faults.push(block_on(engine.fill(&long, &[3], &Sampling::default(), &[], &[])).expect_err("too long"));
            }
            for fault in faults {
                let fault = fault.to_string();
                assert!(fault.contains(&format!("{} tokens", positions + 1)) && fault.contains("at most"), "{model}: {fault}");
            }
        }
    }
}

/// The device's test keeps to the positions that there are.
#[test]
fn the_fewest_positions_are_enough_for_every_device() {
    let cases = [
        ("gpt2", "\"n_positions\": 40", "\"n_positions\": "),
        ("llama3", "\"max_position_embeddings\": 31", "\"max_position_embeddings\": "),
    ];
    for (name, old, new) in cases {
        for positions in [1, 2, 13] {
            for choice in DEVICES {
                let mut engine = open(name, old, &format!("{new}{positions}"), choice);
                let mut session = engine.start(&text(positions)).expect("as many tokens as there are positions");
                block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("nobody reads the last token");
                refused(&mut engine, &mut session, positions);
            }
        }
    }
    let old = "\"max_position_embeddings\": 42";
    for (positions, table) in [(1, "\"max_position_embeddings\": 3"), (2, "\"max_position_embeddings\": 4")] {
        for choice in DEVICES {
            let mut engine = open("roberta-mlm", old, table, choice);
            block_on(engine.run(&text(positions), &[])).expect("as many tokens as there are positions");
            let fault = block_on(engine.run(&text(positions + 1), &[])).expect_err("too long").to_string();
            assert!(fault.contains(&format!("at most {positions}")), "{fault}");
        }
    }
}

/// A golden's model with another config.json, and made-up weights that fit it.
fn open(name: &str, old: &str, new: &str, choice: Choice) -> Engine {
    let config = std::fs::read_to_string(folder(name).join("config.json")).expect("a golden's config.json");
    assert!(config.contains(old), "{name}: {old}");
    let model = models::build(&config.replace(old, new), &[]).expect("a known architecture");
    let mut parameters = Parameters::new();
    for (index, node) in model.graph.nodes.iter().enumerate() {
        if matches!(node.kind, diorama::graph::Kind::Weight { .. }) {
            let count = size(&node.shape(&diorama::graph::Lens::ONE));
            let numbers: Vec<f32> = (0..count).map(|i| ((i * 31 + index * 17) % 23) as f32 / 23.0 - 0.5).collect();
            parameters.insert(diorama::graph::NodeId(index), numbers.into());
        }
    }
    block_on(Engine::open(model, parameters, choice)).unwrap_or_else(|fault| panic!("{name} on {choice:?}: {fault}"))
}

fn text(tokens: usize) -> Input {
    Input { ids: (0..tokens).map(|i| 2 + (i * 7 % 50) as u32).collect(), ..Input::default() }
}
