//! Interventions as JSON: on hooks that are there, and damaged; in a pass, in a text that is written, in a search.

use std::path::Path;

use diorama::capture::Intervention;
use diorama::error::{Error, Result};
use diorama::generate::{Engine, Input, Sampling};
use diorama::tensor::Tensor;
use pollster::block_on;
use serde_json::{Value, json};

use crate::bases::{Base, Bases, LENGTH};
use crate::kind::{Files, Said, file, told};
use crate::mutate;
use crate::random::Random;

const ASKED: &str = "interventions.json";
const MODEL: &str = "model.txt";
const IDS: [u32; LENGTH] = [5, 2, 9, 3, 7, 1];

pub fn make(bases: &Bases, random: &mut Random) -> Files {
    let model = bases.model(random);
    let mut list: Value = (0..=random.below(3)).map(|_| one(&bases.models[model], random)).collect();
    if !random.once_in(3) {
        let names = ["hook", "at", "set", "scale", "add", "from", "head", "pos", "query_pos", "key_pos", "batch", "d_model"]
            .map(String::from);
        mutate::json(&mut list, &names, random);
    }
    vec![(ASKED.into(), mutate::text(&list, random)), (MODEL.into(), model.to_string().into_bytes())]
}

fn one(base: &Base, random: &mut Random) -> Value {
    let hook = *random.pick(&[
        "*.hook_pattern",
        "*.hook_attn_scores",
        "*hook_resid_post",
        "*hook_resid_pre",
        "*hook_z",
        "*hook_k",
        "*.0.*",
        "*",
        "*hook_embed",
        "*hook_post",
        "*logits",
        "decoder.*.hook_v",
        "*hook_attn_scores_unmasked",
    ]);
    let index = *random.pick(&[0, 1, 2, 5, 6, 30, 1 << 24, u64::MAX]);
    let mut value = json!({ "hook": hook });
    match random.below(5) {
        0 => value["set"] = json!(*random.pick(&[0.0, 1.0, -1e30, 1e38])),
        1 => value["scale"] = json!(*random.pick(&[0.0, -1.0, 1e38])),
        2 => value["add"] = json!(*random.pick(&[0.5, 3.0e38])),
        3 => value["from"] = json!(random.pick(&base.hooks).0),
        _ => {
            let (name, mut shape) = random.pick(&base.hooks).clone();
            if random.once_in(3) {
                let axis = random.below(shape.len());
                shape[axis] = *random.pick(&[0, 1, 2, 5, 7, 8, 1 << 32, 1 << 63]);
            }
            let numbers = shape.iter().fold(1, |product: usize, n| product.wrapping_mul(*n));
            value["hook"] = json!(name);
            value["from"] = json!({ "shape": shape, "numbers": numbers, "value": 0.25 });
        }
    }
    if random.once_in(2) {
        let axis = *random.pick(&["head", "pos", "query_pos", "key_pos", "batch", "d_model", "d_head", "kv_head", "label"]);
        value["at"] = json!({ axis: random.pick(&[json!(index), json!([0, index]), json!([])]) });
    }
    value
}

pub fn try_out(bases: &mut Bases, files: &Files, _: &Path) -> Said {
    let mut said = vec![];
    let model: usize = std::str::from_utf8(file(files, MODEL)).ok().and_then(|text| text.parse().ok()).expect("made as a number");
    let json = String::from_utf8_lossy(file(files, ASKED));
    let read = Intervention::read(&json, &mut |from| opened(from));
    let Some(interventions) = told(&mut said, read) else { return said };
    let engine = bases.models[model].engine();
    let input = Input { ids: IDS.to_vec(), ..Input::default() };
    told(&mut said, block_on(engine.run_with(&input, &[], &interventions)));
    told(&mut said, block_on(written(engine, &input, &interventions)));
    told(&mut said, block_on(engine.beam_search(&input, 2, 3, &interventions)));
    said
}

async fn written(engine: &mut Engine, input: &Input, interventions: &[Intervention]) -> Result<()> {
    let mut session = engine.start(input)?;
    engine.intervene(&mut session, interventions)?;
    for _ in 0..3 {
        engine.step(&mut session, &Sampling::default(), &["*".into()], None).await?;
    }
    Ok(())
}

/// An activation as the JSON describes it; none where it names a hook.
fn opened(from: &Value) -> Result<Option<Vec<Tensor>>> {
    if from.is_string() {
        return Ok(None);
    }
    let activation = || {
        let shape = from["shape"].as_array()?.iter().map(|n| n.as_u64().map(|n| n as usize)).collect::<Option<_>>()?;
        let data = vec![from["value"].as_f64()? as f32; from["numbers"].as_u64()?.min(10_000) as usize];
        Some(Tensor { name: String::new(), axes: vec![], shape, data })
    };
    Ok(Some(vec![activation().ok_or_else(|| Error::Intervention("from is no activation".into()))?]))
}
