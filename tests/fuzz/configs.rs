//! A config.json, and a generation_config.json, with fields of other values, types and names.

use std::path::Path;

use diorama::device::Choice;
use diorama::error::Result;
use diorama::generate::{Engine, Input, Sampling};
use pollster::block_on;
use serde_json::{Value, json};

use crate::bases::Bases;
use crate::folder::Folder;
use crate::kind::{Files, Said, told};
use crate::mutate;
use crate::random::Random;

pub fn make(bases: &Bases, random: &mut Random) -> Files {
    let base = &bases.models[bases.model(random)];
    let mut config = base.config.clone();
    if random.once_in(10) {
        // Another family's fields around these weights.
        let other = &bases.models[bases.model(random)].config;
        config["model_type"] = other["model_type"].clone();
        config["architectures"] = other["architectures"].clone();
    }
    let mut files = vec![("model.safetensors".to_string(), base.weights.clone())];
    if random.once_in(3) {
        let mut generation = json!({ "eos_token_id": 1, "max_length": 20, "do_sample": false });
        mutate::json(&mut generation, &bases.fields, random);
        rules(&mut generation, random);
        files.push(("generation_config.json".into(), mutate::text(&generation, random)));
    } else {
        mutate::json(&mut config, &bases.fields, random);
    }
    if random.once_in(4) {
        rules(&mut config, random);
    }
    files.push(("config.json".into(), mutate::text(&config, random)));
    files
}

pub fn try_out(_: &mut Bases, _: &Files, dir: &Path) -> Said {
    loaded(dir, &Input { ids: vec![3, 0, 1, 2, 4], ..Input::default() })
}

/// Loads the model of a folder and uses it where it can be loaded: what it said on the way.
pub fn loaded(dir: &Path, input: &Input) -> Said {
    let mut said = vec![];
    let Some((model, parameters)) = told(&mut said, Folder::at(dir).load()) else { return said };
    said.extend(model.generation.notices.iter().map(ToString::to_string));
    let outcome = block_on(async {
        let mut engine = Engine::open(model, parameters, Choice::Cpu).await?;
        engine.run(input, &["*".into()]).await?;
        written(&mut engine, input).await
    });
    told(&mut said, outcome);
    said
}

async fn written(engine: &mut Engine, input: &Input) -> Result<()> {
    if engine.model.next_token().is_none() {
        return Ok(());
    }
    let most = input.usual_length(&engine.model, 4)?;
    engine.beam_search(input, 2, most.min(4), &[]).await?;
    let mut session = engine.start(input)?;
    for temperature in [0.0, 1.0, 0.0] {
        let sampling = Sampling { temperature, limit: Some(3), ..Sampling::default() };
        engine.peek(&mut session, &sampling).await?;
        engine.step(&mut session, &sampling, &[], None).await?;
    }
    Ok(())
}

/// Adds rules for the scores of the next token.
fn rules(settings: &mut Value, random: &mut Random) {
    let Some(fields) = settings.as_object_mut() else { return };
    for _ in 0..random.below(4) {
        let id = random.below(8);
        let count = *random.pick(&[0, 1, 2, 3, 40]);
        let number = *random.pick(&[-1.0, 0.0, 0.5, 1.0, 2.0, 1e-40, 1e38]);
        let (name, value) = random
            .pick(&[
                ("sequence_bias", json!([[[id], number], [[1, id], -number]])),
                ("bad_words_ids", json!([[id], [id, 2]])),
                ("repetition_penalty", json!(number)),
                ("encoder_repetition_penalty", json!(number)),
                ("no_repeat_ngram_size", json!(count)),
                ("encoder_no_repeat_ngram_size", json!(count)),
                ("min_length", json!(count)),
                ("min_new_tokens", json!(count)),
                ("max_length", json!(count)),
                ("max_new_tokens", json!(count)),
                ("forced_bos_token_id", json!(id)),
                ("forced_eos_token_id", json!([id, 1])),
                ("suppress_tokens", (0..count).collect()),
                ("begin_suppress_tokens", (0..count).collect()),
                ("exponential_decay_length_penalty", json!([count, number])),
                ("length_penalty", json!(number)),
                ("num_beams", json!(count)),
                ("eos_token_id", (0..count).collect()),
            ])
            .clone();
        fields.insert(name.into(), value);
    }
}
