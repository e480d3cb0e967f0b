//! Hooks changed while a model computes: against PyTorch's forward hooks, with caches and without, and one sentence for what does
//! not fit. `training/golden_interventions.py` wrote the goldens.

mod common;

use common::{Golden, activation, check, engine, goldens, same};
use diorama::capture::Intervention;
use diorama::device::Choice;
use diorama::error::{Error, Result};
use diorama::generate::{Engine, Input, Sampling, Session};
use diorama::tensor::Tensor;
use pollster::block_on;
use serde_json::{Value, json};

const DEVICES: [Choice; 2] = [Choice::Cpu, Choice::Gpu];

#[derive(serde::Deserialize)]
struct Case {
    model: String,
    ids: Vec<u32>,
    #[serde(default)]
    attention_mask: Vec<u32>,
    #[serde(default)]
    decoder_ids: Vec<u32>,
    interventions: Value,
    kept: Vec<String>,
}

impl Case {
    fn all() -> Vec<Case> {
        let list = std::fs::read_to_string(goldens().join("interventions.json")).expect("the golden's cases");
        serde_json::from_str(&list).expect("a list of cases")
    }

    fn input(&self) -> Input {
        let (ids, attention_mask, decoder_ids) = (self.ids.clone(), self.attention_mask.clone(), self.decoder_ids.clone());
        Input { ids, attention_mask, decoder_ids, ..Input::default() }
    }

    fn interventions(&self, golden: &Golden) -> Vec<Intervention> {
        let mut open = |from: &Value| {
            let name = from.as_str().expect("a tensor's name");
            let (shape, data) = golden.get(name).expect("the golden has it");
            Ok(Some(vec![Tensor { name: name.into(), axes: vec![], shape, data }]))
        };
        Intervention::read(&self.interventions.to_string(), &mut open).expect("interventions")
    }
}

/// An engine of every model and device that the cases need, with its cases.
fn every_case(mut test: impl FnMut(&mut Engine, Choice, &str, &Case, &Golden)) {
    let (golden, cases) = (Golden::open("interventions.safetensors"), Case::all());
    let mut models: Vec<&str> = cases.iter().map(|case| case.model.as_str()).collect();
    models.dedup();
    assert!(models.len() >= 5, "three families: {models:?}");
    for model in models {
        for choice in DEVICES {
            let mut engine = engine(model, choice);
            for (index, case) in cases.iter().enumerate().filter(|(_, case)| case.model == model) {
                test(&mut engine, choice, &format!("case{index}"), case, &golden);
            }
        }
    }
}

#[test]
fn what_follows_is_what_forward_hooks_make_of_it() {
    let mut compared = 0;
    every_case(|engine, choice, at, case, golden| {
        let Some((_, logits)) = golden.get(&format!("{at}/logits")) else { return };
        let what = format!("{at} {} {} on {choice:?}", case.model, case.interventions);
        let trace = block_on(engine.run_with(&case.input(), &case.kept, &case.interventions(golden))).expect("a run");
        check(&format!("{what}: logits"), &trace.logits[0].data, &logits);
        for hook in case.kept.iter().filter(|hook| *hook != "logits") {
            let (shape, theirs) = golden.get(&format!("{at}/{hook}")).expect("the golden has it");
            let ours = activation(&trace.activations, hook);
            assert_eq!(ours.shape, shape, "{what}: {hook}");
            check(&format!("{what}: {hook}"), &ours.data, &theirs);
        }
        compared += 1;
    });
    assert!(compared >= 90, "{compared} runs");
}

#[test]
fn caches_write_what_a_pass_over_the_whole_text_writes() {
    let mut written = 0;
    every_case(|engine, choice, at, case, golden| {
        let Some((_, greedy)) = golden.get(&format!("{at}/greedy")) else { return };
        let greedy: Vec<u32> = greedy.iter().map(|id| *id as u32).collect();
        let (what, changed) = (format!("{at} {} on {choice:?}", case.interventions), case.interventions(golden));
        let session = write(engine, &case.input(), &changed, greedy.len());
        assert_eq!(session.ids(), greedy, "{what}");
        let beam = block_on(engine.beam_search(&case.input(), 1, greedy.len(), &changed)).expect("a beam");
        assert!(greedy.starts_with(&beam), "{what}: one beam {beam:?} is greedy {greedy:?}");
        written += 1;
    });
    assert!(written >= 80, "{written} texts");
}

#[test]
fn a_change_of_mind_is_as_if_it_had_always_been_so() {
    for (model, changed) in [
        ("gpt2", json!({ "hook": "blocks.0.attn.hook_v", "scale": -1 })),
        ("gpt2", json!({ "hook": "*.hook_pattern", "at": { "head": 0 }, "set": 0.1 })),
        ("t5-v1_0", json!({ "hook": "encoder.0.attn.hook_z", "at": { "head": 1 }, "set": 0 })),
    ] {
        for choice in DEVICES {
            let (mut engine, changed) = (engine(model, choice), numbers(&changed));
            let input = Input { ids: vec![7, 33, 12, 50, 2], ..Input::default() };
            let mut session = write(&mut engine, &input, &[], 4);
            let ids = session.ids().to_vec();
            engine.intervene(&mut session, &changed).expect("a change");
            let late = logits_after(&mut engine, &mut session, None);

            let mut always = engine.start(&input).expect("a session");
            engine.intervene(&mut always, &changed).expect("a change");
            for id in &ids {
                logits_after(&mut engine, &mut always, Some(*id));
            }
            let early = logits_after(&mut engine, &mut always, None);
            check(&format!("{model} {choice:?}"), &late, &early);

            // And back again: nothing of it is left.
            session.back(1);
            engine.intervene(&mut session, &[]).expect("none");
            let plain = logits_after(&mut engine, &mut session, None);
            let mut never = write(&mut engine, &input, &[], 4);
            check("without", &plain, &logits_after(&mut engine, &mut never, None));
            assert!(plain.iter().zip(&late).any(|(a, b)| (a - b).abs() > 1e-3), "{model}: the change was felt");
        }
    }
}

#[test]
fn a_step_that_computes_all_shows_the_newest_row() {
    let changed = numbers(&json!({ "hook": "blocks.0.attn.hook_pattern", "set": 0.2 }));
    let mut engine = engine("gpt2", Choice::Cpu);
    let input = Input { ids: vec![7, 33, 12], ..Input::default() };
    let mut session = engine.start(&input).expect("a session");
    engine.intervene(&mut session, &changed).expect("a change");
    let capture = ["*.hook_pattern".to_string(), "*.hook_resid_post".to_string()];
    for (length, rows) in [(3, 3), (4, 1), (5, 1)] {
        let step = block_on(engine.step(&mut session, &Sampling::default(), &capture, None)).expect("a step");
        let shape = |hook: &str| activation(&step.trace.activations, hook).shape.clone();
        assert_eq!(shape("blocks.1.attn.hook_pattern")[2..], [rows, length]);
        assert_eq!(shape("blocks.1.hook_resid_post")[1], rows);
        let ids = [&input.ids[..], &session.ids()[..session.ids().len() - 1]].concat();
        let whole = block_on(engine.run_with(&Input { ids, ..Input::default() }, &capture, &changed)).expect("a run");
        for (row, whole) in step.trace.activations.iter().zip(&whole.activations) {
            let heads = if row.axes.len() == 4 { row.shape[1] } else { 1 };
            let ends = |data: &[f32], n: usize| -> Vec<f32> {
                data.chunks_exact(data.len() / heads).flat_map(|block| &block[block.len() - n..]).copied().collect()
            };
            same(&row.name, Choice::Cpu, &row.data, &ends(&whole.data, row.data.len() / heads));
        }
    }
}

/// The logit lens: the stream that leaves a layer, put in the place of the last one's, goes through the final norm and the head.
#[test]
fn a_lens_at_the_last_layer_is_the_model() {
    let decoder_ids = vec![0, 9, 41];
    for (model, stream, layers, silenced) in [
        ("gpt2", "blocks", 2, &["hook_attn_out", "hook_mlp_out"][..]),
        ("llama2-gqa", "blocks", 2, &["hook_attn_out", "hook_mlp_out"]),
        ("t5-v1_1", "decoder", 3, &["hook_attn_out", "hook_cross_attn_out", "hook_mlp_out"]),
        ("bert-mlm", "blocks", 2, &[]),
    ] {
        for choice in DEVICES {
            let mut engine = engine(model, choice);
            let decoder_ids = if stream == "decoder" { decoder_ids.clone() } else { vec![] };
            let input = Input { ids: vec![7, 33, 12, 50], decoder_ids, ..Input::default() };
            let plain = block_on(engine.run(&input, &["*.hook_resid_post".into()])).expect("a run");
            let last = format!("{stream}.{}.hook_resid_post", layers - 1);
            let lens = |engine: &mut Engine, layer: usize| {
                let stream = activation(&plain.activations, &format!("{stream}.{layer}.hook_resid_post")).clone();
                let change = json!({ "hook": last, "from": "it" });
                let changed = Intervention::read(&change.to_string(), &mut |_| Ok(Some(vec![stream.clone()]))).expect("a change");
                block_on(engine.run_with(&input, &[], &changed)).expect("a lens").logits.remove(0).data
            };
            same(&format!("{model} at its last layer"), choice, &lens(&mut engine, layers - 1), &plain.logits[0].data);
            let first = lens(&mut engine, 0);
            assert!(
                first.iter().zip(&plain.logits[0].data).any(|(a, b)| (a - b).abs() > 0.01),
                "{model}: another layer, another answer"
            );
            // A layer that adds nothing hands the stream on.
            let quiet: Vec<Value> = (1..layers)
                .flat_map(|layer| {
                    silenced.iter().map(move |part| json!({ "hook": format!("{stream}.{layer}.{part}"), "set": 0 }))
                })
                .collect();
            if !quiet.is_empty() {
                let silent = block_on(engine.run_with(&input, &[], &numbers(&quiet.into()))).expect("a run");
                check(&format!("{model}: silent layers"), &first, &silent.logits[0].data);
            }
        }
    }
}

#[test]
fn a_node_with_two_names_is_changed_once() {
    for choice in DEVICES {
        let mut engine = engine("gpt2", choice);
        let input = Input { ids: vec![7, 33, 12], ..Input::default() };
        let hooks = ["blocks.0.hook_resid_post".to_string()];
        let plain = block_on(engine.run(&input, &hooks)).expect("a run");
        let both = numbers(&json!({ "hook": "blocks.*.hook_resid_p*", "scale": 2, "at": { "pos": [1, 1] } }));
        let changed = block_on(engine.run_with(&input, &hooks, &both)).expect("a run");
        let width = plain.activations[0].shape[2];
        let pre = numbers(&json!({ "hook": "blocks.0.hook_resid_pre", "scale": 2, "at": { "pos": 1 } }));
        let entered = block_on(engine.run_with(&input, &hooks, &pre)).expect("a run");
        for (index, (a, b)) in entered.activations[0].data.iter().zip(&changed.activations[0].data).enumerate() {
            let twice = if (width..2 * width).contains(&index) { 2.0 } else { 1.0 };
            assert!((twice * a - b).abs() <= 1e-4 * b.abs().max(1.0), "{index}: {a} {b}");
        }
    }
}

#[test]
fn what_does_not_fit_is_one_sentence() {
    let mut engine = engine("gpt2", Choice::Cpu);
    let mut refused = |change: Value, words: &[&str]| {
        let fault = outcome(&mut engine, &change).expect_err("it does not fit");
        assert!(matches!(fault, Error::Intervention(_)), "{fault}");
        let said = fault.to_string();
        assert!(words.iter().all(|word| said.contains(word)) && !said.contains('\n'), "{change}: {said} lacks one of {words:?}");
    };
    let hook = "blocks.0.attn.hook_pattern";
    refused(json!({ "hook": "blocks.7.hook_q", "set": 0 }), &["blocks.7.hook_q", "no hook"]);
    refused(json!({ "hook": "*.hook_nothing", "set": 0 }), &["*.hook_nothing", "no hook"]);
    refused(json!({ "hook": "ids", "set": 0 }), &["ids", "not a hook"]);
    refused(json!({ "hook": "transformer.wte.weight", "set": 0 }), &["transformer.wte.weight", "not a hook"]);
    refused(json!({ "set": 0 }), &["no hook"]);
    refused(json!(7), &["7"]);
    refused(json!({ "hook": hook, "at": { "pos": 1 }, "set": 0 }), &[hook, "no axis \"pos\"", "query_pos"]);
    refused(json!({ "hook": hook, "at": { "head": 3 }, "set": 0 }), &[hook, "head 3", "0 to 2"]);
    refused(json!({ "hook": hook, "at": { "query_pos": [0, 4] }, "set": 0 }), &[hook, "query_pos 4", "0 to 3"]);
    refused(json!({ "hook": hook, "at": { "batch": 1 }, "set": 0 }), &[hook, "batch 1", "0 to 0"]);
    for index in [json!(-1), json!(0.5), json!("one"), json!([0, null])] {
        refused(json!({ "hook": hook, "at": { "head": index }, "set": 0 }), &[hook, "head", "whole numbers"]);
    }
    refused(json!({ "hook": hook, "at": [1], "set": 0 }), &[hook, "[1]"]);
    refused(json!({ "hook": hook }), &[hook, "one of set, scale, add and from", "none"]);
    refused(json!({ "hook": hook, "set": 0, "scale": 1 }), &[hook, "set and scale"]);
    refused(json!({ "hook": hook, "sett": 0 }), &[hook, "\"sett\""]);
    for number in [json!("NaN"), json!(null), json!(1e39), json!(true)] {
        refused(json!({ "hook": hook, "set": number }), &[hook, "set is", "finite"]);
    }
    refused(json!({ "hook": hook, "from": "pos5" }), &[hook, "head 3, query_pos 4, key_pos 4", "[1, 3, 5, 5]"]);
    refused(json!({ "hook": hook, "from": "NaN" }), &[hook, "NaN", "finite"]);
    refused(json!({ "hook": hook, "from": "two" }), &[hook, "2 activations"]);
    refused(json!({ "hook": "logits", "scale": 3e38 }), &["\"logits\"", "finite", "smaller"]);
}

/// In a text that grows an index may be yet to come; the other axes are as strict as ever.
#[test]
fn a_generation_refuses_before_it_computes() {
    let engine = &mut engine("t5-v1_0", Choice::Cpu);
    let mut session = engine.start(&Input { ids: vec![7, 33, 12], ..Input::default() }).expect("a session");
    let mut offer = |change: Value| engine.intervene(&mut session, &read(&change).expect("well formed"));
    offer(json!({ "hook": "decoder.0.hook_resid_post", "at": { "pos": 99 }, "set": 0 })).expect("it may come");
    offer(json!({ "hook": "decoder.0.attn.hook_pattern", "at": { "key_pos": 99 }, "set": 0 })).expect("it may come");
    for change in [
        json!({ "hook": "encoder.0.hook_resid_post", "at": { "pos": 3 }, "set": 0 }),
        json!({ "hook": "decoder.0.cross_attn.hook_pattern", "at": { "key_pos": 3 }, "set": 0 }),
        json!({ "hook": "decoder.0.attn.hook_z", "at": { "head": 3 }, "set": 0 }),
        json!({ "hook": "encoder.0.attn.hook_pattern", "from": "pos5" }),
    ] {
        let said = offer(change.clone()).expect_err("it never fits").to_string();
        assert!(said.contains(change["hook"].as_str().expect("a hook")), "{said}");
    }
}

#[test]
fn a_search_changes_its_one_text_in_every_beam() {
    let input = Input { ids: vec![7, 33, 12, 50, 2], ..Input::default() };
    for model in ["gpt2", "t5-v1_0"] {
        let engine = &mut engine(model, Choice::Cpu);
        let mut scores = |change: Value| -> Result<Vec<f32>> {
            let search = block_on(engine.beam_steps(&input, 3, 5, &read(&change)?))?;
            Ok(search.steps.iter().flatten().map(|continuation| continuation.score).collect())
        };
        let hook = "*.hook_resid_post";
        let all = scores(json!({ "hook": hook, "scale": -0.5 })).expect("a search");
        assert_eq!(
            scores(json!({ "hook": hook, "at": { "batch": 0 }, "scale": -0.5 })).expect("the text that there is"),
            all,
            "{model}"
        );
        let said = scores(json!({ "hook": hook, "at": { "batch": 1 }, "scale": -0.5 }))
            .expect_err("there is no second text")
            .to_string();
        assert!(said.contains("batch 1 is outside of 0 to 0"), "{said}");
    }
}

fn outcome(engine: &mut Engine, change: &Value) -> Result<()> {
    let input = Input { ids: vec![7, 33, 12, 50], ..Input::default() };
    block_on(engine.run_with(&input, &[], &read(change)?)).map(|_| ())
}

/// Interventions whose `from` is a word for an activation of these tests.
fn read(change: &Value) -> Result<Vec<Intervention>> {
    let tensor = |name: &str, shape: [usize; 4], number: f32| {
        let data = vec![number; shape.iter().product()];
        Tensor { name: name.into(), axes: vec![], shape: shape.to_vec(), data }
    };
    Intervention::read(&change.to_string(), &mut |from| {
        Ok(Some(match from.as_str() {
            Some(hook) if hook.contains(".hook_") => return Ok(None),
            Some("two") => vec![tensor("a", [1, 3, 4, 4], 0.0), tensor("b", [1, 3, 4, 4], 0.0)],
            Some("NaN") => vec![tensor("a", [1, 3, 4, 4], f32::NAN)],
            _ => vec![tensor("a", [1, 3, 5, 5], 0.0)],
        }))
    })
}

fn numbers(change: &Value) -> Vec<Intervention> {
    read(change).expect("interventions")
}

fn write(engine: &mut Engine, input: &Input, changed: &[Intervention], tokens: usize) -> Session {
    let mut session = engine.start(input).expect("a session");
    engine.intervene(&mut session, changed).expect("interventions that fit");
    while session.ids().len() < tokens {
        block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("a step");
    }
    session
}

fn logits_after(engine: &mut Engine, session: &mut Session, force: Option<u32>) -> Vec<f32> {
    let step = block_on(engine.step(session, &Sampling::default(), &[], force)).expect("a step");
    step.trace.logits[0].data.clone()
}
