//! Settings of generation_config.json: the same ids and probabilities as the reference, on both devices; and what is said of those that are not taken.

mod common;

use common::{folder, goldens};
use diorama::capture::Intervention;
use diorama::device::Choice;
use diorama::generate::{Engine, Input, Sampling, Step};
use diorama::models::{self, Model};
use diorama::weights::Checkpoint;
use pollster::block_on;
use serde_json::{Value, json};

const NONE: &[Intervention] = &[];

/// A case of `training/golden_generation.py`.
#[derive(serde::Deserialize)]
struct Case {
    model: String,
    settings: Option<Value>,
    config: Value,
    ids: Vec<u32>,
    attention_mask: Vec<u32>,
    beams: usize,
    max_new_tokens: Option<usize>,
    chosen: Vec<u32>,
    probabilities: Vec<f32>,
}

impl Case {
    fn named(&self) -> String {
        let (settings, config) = (&self.settings, &self.config);
        format!("{} {:?}, {} beams, {settings:?}, config.json {config}", self.model, self.ids, self.beams)
    }

    fn input(&self) -> Input {
        Input { ids: self.ids.clone(), attention_mask: self.attention_mask.clone(), ..Input::default() }
    }
}

#[test]
fn the_reference_writes_the_same_on_the_cpu() {
    replay(Choice::Cpu);
}

#[test]
fn the_reference_writes_the_same_on_the_gpu() {
    replay(Choice::Gpu);
}

fn replay(choice: Choice) {
    let golden = std::fs::read_to_string(goldens().join("generation.json")).expect("the golden of generation settings");
    let cases: Vec<Case> = serde_json::from_str(&golden).expect("a sound golden");
    assert!(cases.len() > 100, "{}", cases.len());
    for case in &cases {
        let (name, input) = (case.named(), case.input());
        let mut engine = engine(case, choice);
        let most = case.max_new_tokens.unwrap_or_else(|| input.usual_length(&engine.model, 64).expect("a length"));
        if case.beams > 1 {
            assert_eq!(block_on(engine.beam_search(&input, case.beams, most, NONE)).expect("beams"), case.chosen, "{name}");
            continue;
        }
        let steps = write(&mut engine, &input, most);
        assert_eq!(ids(&steps), case.chosen, "{name}");
        for (step, theirs) in steps.iter().zip(&case.probabilities) {
            let ours = step.candidates[0].probability;
            assert!((ours - theirs).abs() < 1e-4, "{name}, place {}: {ours}, the reference has {theirs}", step.position);
        }
    }
}

/// Going back, looking, drawing and forcing tokens see the same rules.
#[test]
fn rules_hold_wherever_a_token_is_chosen() {
    let mut engine = with(json!({ "eos_token_id": 60, "no_repeat_ngram_size": 1, "suppress_tokens": [12] }), json!({}));
    let input = Input { ids: vec![5, 9, 2, 30], ..Input::default() };
    let warm = Sampling { temperature: 3.0, seed: 4, ..Sampling::default() };
    let mut session = engine.start(&input).expect("a session");
    let drawn: Vec<u32> = (0..20).map(|_| block_on(engine.step(&mut session, &warm, &[], None)).expect("a step").id).collect();
    let mut all = [&input.ids[..], &drawn].concat();
    all.sort_unstable();
    all.dedup();
    assert!(all.len() == 24 && !all.contains(&12), "no token twice, and never the suppressed one: {drawn:?}");
    session.back(15);
    let seen = block_on(engine.peek(&mut session, &warm)).expect("a look");
    for candidate in &seen {
        let forbidden = candidate.id == 12 || input.ids.contains(&candidate.id) || drawn[..5].contains(&candidate.id);
        assert_eq!(forbidden, candidate.probability == 0.0, "{candidate:?}");
        assert_eq!(forbidden, !candidate.kept, "{candidate:?}");
    }
    for id in &drawn[5..] {
        assert_eq!(block_on(engine.step(&mut session, &warm, &[], None)).expect("a step").id, *id, "back and on again");
    }
    let forced = block_on(engine.step(&mut session, &warm, &[], Some(12))).expect("a reader may take a forbidden token");
    assert_eq!(forced.id, 12);
}

#[test]
fn settings_that_forbid_all_are_refused() {
    let mut engine = with(json!({ "suppress_tokens": (0..61).collect::<Vec<u32>>() }), json!({}));
    let mut session = engine.start(&Input { ids: vec![5], ..Input::default() }).expect("a session");
    let fault = block_on(engine.step(&mut session, &Sampling::default(), &[], None)).expect_err("nothing is left").to_string();
    assert!(fault.contains("forbid every token") && fault.contains("place 1"), "{fault}");
}

#[test]
fn a_maximum_that_the_prompt_takes_up_is_refused() {
    let engine = with(json!({ "eos_token_id": 60, "max_length": 3 }), json!({}));
    let input = Input { ids: vec![5, 9, 2, 30], ..Input::default() };
    let fault = input.usual_length(&engine.model, 64).expect_err("no room").to_string();
    assert!(fault.contains("max_length 3") && fault.contains("4 tokens"), "{fault}");
}

#[test]
fn what_is_not_taken_is_told() {
    let told = |settings: Value| {
        let model = built(Some(&settings), &json!({})).expect("a sound file");
        model.generation.notices.iter().map(|notice| (notice.kind.code(), notice.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(told(json!({ "eos_token_id": 60, "num_beams": 1, "temperature": 0.7, "guidance_scale": 1.0 })), []);
    let all = told(json!({
        "repetition_penalty": 1.5, "do_sample": true, "temperature": 0.7, "top_p": 0.9, "min_p": 0.1, "typical_p": 1.0,
        "num_beams": 4, "guidance_scale": 3, "stop_strings": ["."], "penalty_alpha": 0.6
    }));
    let expected = [
        ("rules", "repetition_penalty 1.5"),
        ("sampling", "do_sample true, temperature 0.7, top_p 0.9"),
        ("cuts", "min_p 0.1"),
        ("beams", "num_beams 4"),
        ("leftOut", "guidance_scale 3, stop_strings [\".\"], penalty_alpha 0.6"),
        ("noEnd", "eos_token_id"),
    ];
    assert_eq!(all.len(), expected.len(), "{all:?}");
    for ((code, sentence), (kind, settings)) in all.iter().zip(expected) {
        assert!(*code == kind && sentence.contains(settings) && sentence.contains("generation_config.json"), "{sentence}");
    }
}

#[test]
fn settings_of_another_type_are_refused_by_name() {
    let refused = [
        json!({ "repetition_penalty": "much" }),
        json!({ "repetition_penalty": 0 }),
        json!({ "no_repeat_ngram_size": 2.5 }),
        json!({ "bad_words_ids": [5] }),
        json!({ "bad_words_ids": [[5, 61]] }),
        json!({ "sequence_bias": { "5": 1.0 } }),
        json!({ "forced_bos_token_id": 61 }),
        json!({ "forced_eos_token_id": "end" }),
        json!({ "suppress_tokens": [1, null] }),
        json!({ "max_new_tokens": 0 }),
        json!({ "max_length": "long" }),
        json!({ "min_new_tokens": true }),
        json!({ "exponential_decay_length_penalty": [3] }),
        json!({ "early_stopping": "soon" }),
        json!({ "length_penalty": [] }),
        json!({ "num_beams": "four" }),
        json!({ "do_sample": 1 }),
        json!({ "temperature": "warm" }),
        json!({ "min_p": "small" }),
        json!({ "renormalize_logits": "yes" }),
    ];
    for settings in refused {
        let fault = built(Some(&settings), &json!({})).expect_err("not of this type").to_string();
        let name = settings.as_object().and_then(|fields| fields.keys().next()).expect("one field");
        assert!(fault.starts_with("config: ") && fault.contains(name), "{settings}: {fault}");
    }
}

fn write(engine: &mut Engine, input: &Input, most: usize) -> Vec<Step> {
    let mut session = engine.start(input).expect("a session");
    let sampling = Sampling { limit: Some(most), ..Sampling::default() };
    let mut steps: Vec<Step> = vec![];
    while steps.len() < most && !steps.last().is_some_and(|step| step.done) {
        steps.push(block_on(engine.step(&mut session, &sampling, &[], None)).expect("a step"));
    }
    steps
}

fn ids(steps: &[Step]) -> Vec<u32> {
    steps.iter().map(|step| step.id).collect()
}

/// The tiny GPT-2 under these settings.
fn with(settings: Value, config: Value) -> Engine {
    let case = Case {
        model: "gpt2".into(),
        settings: Some(settings),
        config,
        ids: vec![],
        attention_mask: vec![],
        beams: 1,
        max_new_tokens: None,
        chosen: vec![],
        probabilities: vec![],
    };
    engine(&case, Choice::Cpu)
}

fn built(settings: Option<&Value>, config: &Value) -> diorama::error::Result<Model> {
    model_of("gpt2", settings, config, &checkpoint("gpt2").names())
}

fn checkpoint(model: &str) -> Checkpoint<'static> {
    let bytes = std::fs::read(folder(model).join("model.safetensors")).expect("a golden's model.safetensors");
    Checkpoint::open(&[("model.safetensors", bytes.leak())]).expect("a sound checkpoint")
}

fn model_of(name: &str, settings: Option<&Value>, more: &Value, tensors: &[String]) -> diorama::error::Result<Model> {
    let config = std::fs::read_to_string(folder(name).join("config.json")).expect("a golden's config.json");
    let mut config: Value = serde_json::from_str(&config).expect("JSON");
    let fields = config.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    let mut model = models::build(&config.to_string(), tensors)?;
    if let Some(settings) = settings {
        model.generate_by(&settings.to_string())?;
    }
    Ok(model)
}

fn engine(case: &Case, choice: Choice) -> Engine {
    let checkpoint = checkpoint(&case.model);
    let model = model_of(&case.model, case.settings.as_ref(), &case.config, &checkpoint.names()).expect("a sound model");
    let parameters = checkpoint.parameters(&model.graph).expect("all tensors in place");
    block_on(Engine::open(model, parameters, choice)).expect("the device opens")
}
