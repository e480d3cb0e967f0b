//! Ids, masks, token types, decoder ids, draws, beams and places, of which many fit no model; and texts that are stepped past their end.

use std::path::Path;

use diorama::error::Result;
use diorama::generate::{Engine, Input, Sampling, Session};
use pollster::block_on;
use serde_json::{Value, json};

use crate::bases::Bases;
use crate::kind::{Files, Said, file, told};
use crate::random::Random;

const ASKED: &str = "input.json";

pub fn make(bases: &Bases, random: &mut Random) -> Files {
    let length = *random.pick(&[0, 1, 2, 5, 11, 30, 63, 64, 65, 130, 300]);
    let list =
        |length: usize, most: usize, random: &mut Random| -> Vec<u64> { (0..length).map(|_| entry(most, random)).collect() };
    let optional = |most: usize, random: &mut Random| match random.below(6) {
        0..3 => vec![],
        3 => (0..*random.pick(&[0, 1, 2, 70])).map(|_| entry(most, random)).collect(),
        _ => (0..length).map(|_| random.below(most) as u64).collect(),
    };
    let acts: Vec<Value> = (0..random.below(12)).map(|_| act(random)).collect();
    let asked = json!({
        "model": bases.model(random), "ids": list(length, 30, random), "decoder_ids": optional(30, random),
        "attention_mask": optional(2, random), "token_type_ids": optional(2, random), "acts": acts
    });
    vec![(ASKED.into(), asked.to_string().into_bytes())]
}

/// Sound ids for the most part.
fn entry(most: usize, random: &mut Random) -> u64 {
    match random.below(400) {
        0 => *random.pick(&[most as u64, 1000, 16_777_217, 4_294_967_295]),
        _ => random.below(most) as u64,
    }
}

fn act(random: &mut Random) -> Value {
    let number = *random.pick(&[0, 1, 2, 3, 5, 40, usize::MAX >> 1]);
    let force = random.once_in(4).then(|| *random.pick(&[0, 3, 29, 1000, u32::MAX]));
    let sampling = json!({
        "temperature": random.pick(&["0", "0", "1", "1e-40", "1e38", "-1", "NaN", "inf"]), "top_p": random.pick(&["1", "1", "0.5", "1e-40", "0", "NaN"]),
        "top_k": number, "seed": random.bits() >> 1, "listed": random.pick(&[0, 1, 5, usize::MAX >> 1]), "limit": random.pick(&[None, Some(0), Some(number)])
    });
    json!({
        "do": random.pick(&["step", "step", "step", "peek", "back", "beams", "fill", "run"]), "n": number, "force": force, "sampling": sampling,
        "capture": random.pick(&[&[][..], &["*"], &["*hook_pattern"], &["nothing"], &["{a,"], &["[!a-"], &["**"], &["*logits", "?"]])
    })
}

pub fn try_out(bases: &mut Bases, files: &Files, _: &Path) -> Said {
    let asked: Value = serde_json::from_slice(file(files, ASKED)).expect("made as JSON");
    let list = |name: &str| asked[name].as_array().expect("a list").iter().map(|id| whole(id) as u32).collect();
    let (ids, decoder_ids) = (list("ids"), list("decoder_ids"));
    let input = Input { ids, decoder_ids, attention_mask: list("attention_mask"), token_type_ids: list("token_type_ids") };
    let engine = bases.models[whole(&asked["model"])].engine();
    let mut said = vec![];
    told(&mut said, block_on(engine.run(&input, &[])));
    let mut session = told(&mut said, engine.start(&input));
    for act in asked["acts"].as_array().expect("a list") {
        let outcome = block_on(done(engine, &input, session.as_mut(), act));
        told(&mut said, outcome);
    }
    said
}

async fn done(engine: &mut Engine, input: &Input, session: Option<&mut Session>, act: &Value) -> Result<()> {
    let n = whole(&act["n"]);
    let capture: Vec<String> =
        act["capture"].as_array().into_iter().flatten().filter_map(|glob| Some(glob.as_str()?.into())).collect();
    let draw = sampling(&act["sampling"]);
    match (act["do"].as_str(), session) {
        (Some("step"), Some(session)) => {
            // As often as it takes to come to the end of a short model.
            for _ in 0..n.min(5) {
                engine.step(session, &draw, &capture, act["force"].as_u64().map(|id| id as u32)).await?;
            }
        }
        (Some("peek"), Some(session)) => drop(engine.peek(session, &draw).await?),
        (Some("back"), Some(session)) => session.back(n),
        (Some("beams"), _) => drop(engine.beam_search(input, n, n.min(6), &[]).await?),
        (Some("fill"), _) => drop(engine.fill(input, &[0, n], &draw, &capture, &[]).await?),
        _ => drop(engine.run(input, &capture).await?),
    }
    Ok(())
}

fn sampling(value: &Value) -> Sampling {
    let number = |name: &str| value[name].as_str().and_then(|text| text.parse().ok()).expect("made as a number");
    Sampling {
        temperature: number("temperature"),
        top_p: number("top_p"),
        top_k: whole(&value["top_k"]),
        seed: whole(&value["seed"]) as u64,
        listed: whole(&value["listed"]),
        limit: value["limit"].as_u64().map(|limit| limit as usize),
    }
}

fn whole(value: &Value) -> usize {
    value.as_u64().expect("made as a whole number") as usize
}
