//! Safetensors files whose table, numbers or length is damaged, in one file or in shards with an index.

use std::path::Path;

use diorama::generate::Input;
use serde_json::{Value, json};

use crate::bases::Bases;
use crate::configs;
use crate::kind::{Files, Said};
use crate::mutate;
use crate::random::Random;

pub fn make(bases: &Bases, random: &mut Random) -> Files {
    let base = &bases.models[bases.model(random)];
    let mut files = vec![("config.json".to_string(), base.config.to_string().into_bytes())];
    let (table, numbers) = parts(&base.weights);
    match random.below(8) {
        0 => files.push(whole(base.weights[..random.below(base.weights.len())].to_vec())),
        1 => {
            let mut bytes = base.weights.clone();
            mutate::bytes(&mut bytes, random);
            files.push(whole(bytes));
        }
        2 => files.push(whole((0..random.below(4000)).map(|_| random.byte()).collect())),
        3 => {
            let length = *random.pick(&[0, 1, 8, 100_000_000, 1 << 32, 1 << 62, u64::MAX, base.weights.len() as u64]);
            files.push(whole([&length.to_le_bytes()[..], &base.weights[8..]].concat()));
        }
        4 => {
            let mut numbers = numbers.to_vec();
            for _ in 0..20 {
                let at = random.below(numbers.len() / 4) * 4;
                let bits = *random.pick(&[0x7fc0_0000u32, 0x7f80_0000, 0x7f7f_ffff, 0xff7f_ffff, 0x0000_0001]);
                numbers[at..at + 4].copy_from_slice(&bits.to_le_bytes());
            }
            files.push(whole(joined(&table, &numbers, random)));
        }
        5 => files.extend(shards(&table, numbers, random)),
        _ => {
            let mut table = table;
            mutate::json(&mut table, &names(), random);
            files.push(whole(joined(&table, numbers, random)));
        }
    }
    files
}

pub fn try_out(_: &mut Bases, _: &Files, dir: &Path) -> Said {
    configs::loaded(dir, &Input { ids: vec![1, 2, 3, 4], ..Input::default() })
}

fn whole(bytes: Vec<u8>) -> (String, Vec<u8>) {
    ("model.safetensors".into(), bytes)
}

fn names() -> Vec<String> {
    ["dtype", "shape", "data_offsets", "__metadata__", "lm_head.weight", "wte.weight"].map(String::from).to_vec()
}

/// The table of contents of a sound file, and its numbers.
fn parts(file: &[u8]) -> (Value, &[u8]) {
    let length = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    (serde_json::from_slice(&file[8..8 + length]).expect("a table"), &file[8 + length..])
}

fn joined(table: &Value, numbers: &[u8], random: &mut Random) -> Vec<u8> {
    let table = mutate::text(table, random);
    [&(table.len() as u64).to_le_bytes()[..], &table, numbers].concat()
}

/// The tensors by turns in two files, with an index, of which one may be damaged.
fn shards(table: &Value, numbers: &[u8], random: &mut Random) -> Files {
    let tensors = table.as_object().expect("an object").iter().filter(|(name, _)| *name != "__metadata__");
    let mut shards = [(json!({}), vec![]), (json!({}), vec![])];
    let mut index = json!({ "metadata": { "total_size": numbers.len() }, "weight_map": {} });
    let file = |shard: usize| format!("model-0000{}-of-00002.safetensors", shard + 1);
    for (turn, (name, tensor)) in tensors.enumerate() {
        let offset = |at: usize| tensor["data_offsets"][at].as_u64().expect("an offset") as usize;
        let (part, data) = &mut shards[turn % 2];
        let from = data.len();
        data.extend(&numbers[offset(0)..offset(1)]);
        part[name] = json!({ "dtype": tensor["dtype"], "shape": tensor["shape"], "data_offsets": [from, data.len()] });
        index["weight_map"][name] = json!(file(turn % 2));
    }
    let mut files: Files = vec![];
    match random.below(4) {
        0 => {}
        1 => mutate::json(&mut shards[random.below(2)].0, &names(), random),
        _ => mutate::json(&mut index, &[file(0), file(1), "weight_map".into()], random),
    }
    for (shard, (table, data)) in shards.iter().enumerate() {
        if !random.once_in(8) {
            files.push((file(shard), joined(table, data, random)));
        }
    }
    files.push(("model.safetensors.index.json".into(), mutate::text(&index, random)));
    files
}
