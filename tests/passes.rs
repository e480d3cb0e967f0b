//! Interventions whose numbers come from another hook of the same pass, and passes that begin at a node: the same numbers as the long way, on both devices.

mod common;

use std::sync::Arc;

use common::{activation, check, engine, same};
use diorama::capture::{Intervention, Trace};
use diorama::device::{Choice, Device};
use diorama::generate::{Engine, Input, Sampling};
use diorama::graph::{Dim, Graph, Lens, NodeId, Stage};
use diorama::ops::{Activation, Scale};
use diorama::pass::{ByNode, Pass, Read, Rows};
use diorama::tensor::Axis;
use pollster::block_on;
use serde_json::{Value, json};

const DEVICES: [Choice; 2] = [Choice::Cpu, Choice::Gpu];

fn read(changes: &Value) -> Vec<Intervention> {
    Intervention::read(&changes.to_string(), &mut |_| Ok(None)).expect("interventions")
}

fn input(model: &str) -> Input {
    let decoder_ids = if model.starts_with("t5") { vec![0, 9, 41] } else { vec![] };
    Input { ids: vec![7, 33, 12, 50, 2], decoder_ids, ..Input::default() }
}

fn run(engine: &mut Engine, model: &str, changes: &Value) -> Trace {
    block_on(engine.run_with(&input(model), &["*".into()], &read(changes))).expect("a run")
}

/// The same intervention with the numbers of another run in the place of the hook's name.
fn by_hand(engine: &mut Engine, model: &str, change: &Value, source: &str) -> Trace {
    let plain = block_on(engine.run(&input(model), &[source.into()])).expect("a run");
    let numbers = activation(&plain.activations, source).clone();
    let changes = Intervention::read(&change.to_string(), &mut |_| Ok(Some(vec![numbers.clone()]))).expect("an intervention");
    block_on(engine.run_with(&input(model), &["*".into()], &changes)).expect("a run")
}

#[test]
fn numbers_of_a_hook_in_the_same_pass_are_those_of_another_run() {
    for (model, hook, at, source) in [
        ("gpt2", "blocks.1.hook_resid_post", json!({}), "blocks.0.hook_resid_mid"),
        ("gpt2", "blocks.1.attn.hook_pattern", json!({ "head": [0, 2], "query_pos": 3 }), "blocks.0.attn.hook_pattern"),
        ("llama2-gqa", "blocks.0.hook_mlp_out", json!({ "pos": [1, 4] }), "blocks.0.hook_attn_out"),
        // A mask opened by hand: what the model scores before it hides the later tokens.
        ("gpt2", "blocks.0.attn.hook_attn_scores", json!({ "query_pos": [0, 1] }), "blocks.0.attn.hook_attn_scores_unmasked"),
        ("t5-v1_0", "decoder.1.attn.hook_attn_scores", json!({}), "decoder.1.attn.hook_attn_scores_unmasked"),
        ("t5-v1_1", "decoder.2.hook_resid_post", json!({}), "decoder.0.hook_resid_pre"),
        ("t5-v1_1", "encoder.1.attn.hook_z", json!({ "head": 1 }), "encoder.0.attn.hook_q"),
        ("bert-mlm", "blocks.1.attn.hook_v", json!({ "pos": 2, "kv_head": 0 }), "blocks.1.attn.hook_k"),
    ] {
        for choice in DEVICES {
            let mut engine = engine(model, choice);
            let change = json!({ "hook": hook, "at": at, "from": source });
            let theirs = by_hand(&mut engine, model, &change, source);
            let ours = run(&mut engine, model, &change);
            let plain = run(&mut engine, model, &json!([]));
            for (ours, theirs) in ours.activations.iter().zip(&theirs.activations) {
                same(&format!("{model} {change}: {}", ours.name), choice, &ours.data, &theirs.data);
            }
            let moved = ours.logits[0].data.iter().zip(&plain.logits[0].data).any(|(a, b)| (a - b).abs() > 1e-3);
            assert!(moved, "{model} {change} changes what follows");
        }
    }
}

/// What comes before the source is changed, too: the numbers are those of this very pass.
#[test]
fn a_source_is_taken_as_it_is_changed() {
    for choice in DEVICES {
        let mut engine = engine("gpt2", choice);
        let changes = json!([
            { "hook": "blocks.0.hook_attn_out", "set": 0.5 },
            { "hook": "blocks.0.hook_mlp_out", "from": "blocks.0.hook_attn_out" },
            { "hook": "blocks.0.hook_mlp_out", "at": { "pos": 1 }, "scale": 3 },
        ]);
        let trace = run(&mut engine, "gpt2", &changes);
        let out = activation(&trace.activations, "blocks.0.hook_mlp_out");
        for (index, number) in out.data.iter().enumerate() {
            assert_eq!(*number, if index / out.shape[2] == 1 { 1.5 } else { 0.5 }, "{index} on {choice:?}");
        }
    }
}

#[test]
fn a_text_is_written_under_it_as_whole_passes_would() {
    for (model, changes) in [
        ("gpt2", json!({ "hook": "blocks.1.hook_attn_out", "from": "blocks.0.hook_attn_out" })),
        ("gpt2", json!({ "hook": "blocks.1.attn.hook_attn_scores", "from": "blocks.1.attn.hook_attn_scores_unmasked" })),
        ("t5-v1_0", json!({ "hook": "decoder.1.hook_mlp_out", "at": { "d_model": [2, 4] }, "from": "decoder.0.hook_mlp_out" })),
    ] {
        for choice in DEVICES {
            let (mut engine, changes) = (engine(model, choice), read(&changes));
            let start = Input { ids: vec![7, 33, 12, 50, 2], ..Input::default() };
            let mut session = engine.start(&start).expect("a session");
            engine.intervene(&mut session, &changes).expect("a change");
            for _ in 0..6 {
                let written = session.ids().to_vec();
                let step = block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect("a step");
                let whole = match model {
                    "gpt2" => Input { ids: [&start.ids[..], &written].concat(), ..Input::default() },
                    _ => Input { decoder_ids: [&[0][..], &written].concat(), ..start.clone() },
                };
                let whole = block_on(engine.run_with(&whole, &[], &changes)).expect("a run").logits.remove(0).data;
                let row = &step.trace.logits[0].data;
                check(&format!("{model} on {choice:?}"), row, &whole[whole.len() - row.len()..]);
            }
        }
    }
}

#[test]
fn a_source_that_does_not_fit_is_one_sentence() {
    let mut engine = engine("t5-v1_0", Choice::Cpu);
    let mut refused = |hook: &str, from: &str, words: &[&str]| {
        let changes = read(&json!({ "hook": hook, "from": from }));
        let said = block_on(engine.run_with(&input("t5-v1_0"), &[], &changes)).expect_err("it does not fit").to_string();
        assert!([hook, from].iter().chain(words).all(|word| said.contains(word)) && !said.contains('\n'), "{said}");
    };
    let hook = "decoder.0.hook_resid_post";
    refused(hook, "decoder.9.hook_resid_post", &["no hook"]);
    refused(hook, "decoder.*.hook_resid_post", &["no hook"]);
    refused(hook, "decoder.1.hook_resid_post", &["no earlier"]);
    refused(hook, hook, &["no earlier"]);
    refused(hook, "decoder.0.attn.hook_pattern", &["batch, head 3, query_pos, key_pos", "batch, pos, d_model"]);
    refused(hook, "encoder.0.hook_resid_post", &["batch, pos, d_model"]);
}

/// Each head, each layer's output, two at once, nothing: in any order, with hooks that only some of the variants read.
#[test]
fn variants_are_what_single_runs_make_of_them() {
    for (model, stack) in
        [("gpt2", "blocks"), ("t5-v1_1", "decoder"), ("bert-classification", "blocks"), ("albert-mlm", "blocks")]
    {
        for choice in DEVICES {
            let mut engine = engine(model, choice);
            let common = json!([{ "hook": format!("{stack}.0.attn.hook_z"), "at": { "pos": 1 }, "scale": 0.5 }]);
            let last =
                if model == "t5-v1_1" { format!("{stack}.2.hook_resid_post") } else { format!("{stack}.1.hook_resid_post") };
            let mut variants = vec![json!([{ "hook": last, "from": format!("{stack}.0.hook_resid_post") }]), json!([])];
            for layer in [1, 0] {
                variants.extend(
                    (0..2).map(
                        |head| json!([{ "hook": format!("{stack}.{layer}.attn.hook_z"), "at": { "head": head }, "set": 0 }]),
                    ),
                );
            }
            variants.push(json!([
                { "hook": format!("{stack}.1.hook_attn_out"), "set": 0.25 },
                { "hook": format!("{stack}.0.hook_mlp_out"), "scale": 2 },
            ]));
            variants.push(json!([{ "hook": "*hook_embed", "add": 0.5 }]));
            let capture = ["*.hook_pattern".to_string(), "*.hook_resid_post".to_string()];
            let lists: Vec<Vec<Intervention>> = variants.iter().map(read).collect();
            let before = engine.computed;
            let found = block_on(engine.run_each(&input(model), &capture, &read(&common), &lists)).expect("a run");
            let after = engine.computed;
            assert_eq!(after.passes - before.passes, variants.len());
            assert_eq!(after.partial - before.partial, variants.len() - 1, "all but one go on from the pass before");
            for (variant, (own, trace)) in variants.iter().zip(lists.iter().zip(&found)) {
                let all = [read(&common), own.clone()].concat();
                let alone = block_on(engine.run_with(&input(model), &capture, &all)).expect("a run");
                for (ours, theirs) in
                    trace.activations.iter().chain(&trace.logits).zip(alone.activations.iter().chain(&alone.logits))
                {
                    same(&format!("{model} {variant}: {}", ours.name), choice, &ours.data, &theirs.data);
                }
            }
            assert_eq!(found.len(), variants.len());
            assert!(block_on(engine.run_each(&input(model), &capture, &[], &[])).expect("nothing").is_empty());
        }
    }
}

/// The logit lens over all layers reads the text once.
#[test]
fn a_lens_computes_each_layer_once() {
    for choice in DEVICES {
        let mut engine = engine("t5-v1_0", choice);
        let last = "decoder.2.hook_resid_post";
        let states = ["decoder.0.hook_resid_pre", "decoder.0.hook_resid_post", "decoder.1.hook_resid_post"];
        let mut variants: Vec<Vec<Intervention>> =
            states.iter().map(|state| read(&json!({ "hook": last, "from": state }))).collect();
        variants.push(vec![]);
        let before = engine.computed;
        let lens = block_on(engine.run_each(&input("t5-v1_0"), &[], &[], &variants)).expect("a lens");
        assert_eq!(engine.computed.tokens - before.tokens, 8, "five tokens read and three written, once");
        for (trace, own) in lens.iter().zip(&variants) {
            let alone = block_on(engine.run_with(&input("t5-v1_0"), &[], own)).expect("a run");
            same("logits", choice, &trace.logits[0].data, &alone.logits[0].data);
        }
    }
}

#[test]
fn a_pass_begins_at_a_node_only_behind_one_of_the_same_lengths() {
    let mut graph = Graph::default();
    let axes = [(Axis::Batch, Dim::Batch), (Axis::Pos, Dim::Target)];
    let mut g = graph.scope(Stage::Target);
    let x = g.input("x", &axes);
    let twice = g.like("twice", Scale { by: 2.0 }, &[x]).expect("a node");
    let aside = g.like("aside", Scale { by: 5.0 }, &[twice]).expect("a node");
    let out = g.like("out", Activation::Relu, &[twice]).expect("a node");
    for choice in DEVICES {
        let mut device = block_on(Device::open_untested(choice, Arc::new(graph.clone()), ByNode::new())).expect("a device");
        let lens = Lens { batch: 1, source: 0, target: 3, past: 0 };
        let read = |node: NodeId| Read { name: graph.node(node).name.clone(), node, rows: Rows::All };
        let inputs: ByNode<Vec<f32>> = [(x, vec![1.0, -2.0, 3.0])].into_iter().collect();
        let whole = Pass { lens, stages: vec![Stage::Target], from: None, inputs, edits: vec![], reads: vec![read(out)] };
        let later =
            Pass { from: Some(out), inputs: ByNode::new(), reads: vec![read(out), read(twice), read(aside)], ..whole.clone() };
        let mut ask = |pass: &Pass| {
            block_on(device.run(pass)).map(|tensors| tensors.into_iter().map(|tensor| tensor.data).collect::<Vec<_>>())
        };
        assert!(ask(&later).expect_err("nothing is kept").to_string().contains("compute all first"));
        assert_eq!(ask(&whole).expect("a pass"), [[2.0, 0.0, 6.0]]);
        // `aside`, which the pass before did not need, is there all the same.
        assert_eq!(ask(&later).expect("a pass"), [[2.0, 0.0, 6.0], [2.0, -4.0, 6.0], [10.0, -20.0, 30.0]]);
        assert_eq!(ask(&later).expect("and again").len(), 3);
        let longer = Pass { lens: Lens { target: 4, ..lens }, ..later.clone() };
        assert!(ask(&longer).is_err(), "other lengths");
        assert!(ask(&later).is_ok(), "what is refused computes nothing");
    }
}
