//! Damage: to JSON, value by value, and to bytes.

use serde_json::{Map, Number, Value, json};

use crate::random::Random;

/// Changes one to four places of a value. `names`: what further fields may be called.
pub fn json(value: &mut Value, names: &[String], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let mut place = random.below(count(value));
        change(value, &mut place, names, random);
    }
}

/// The JSON as a file has it, with numbers that only Python writes, and sometimes broken.
pub fn text(value: &Value, random: &mut Random) -> Vec<u8> {
    let mut text = value.to_string();
    for (word, number) in BEYOND {
        text = text.replace(&format!("\"{word}\""), number);
    }
    let mut bytes = text.into_bytes();
    if random.once_in(12) {
        self::bytes(&mut bytes, random);
    }
    bytes
}

/// Changes a few bytes, cuts, repeats or inserts some.
pub fn bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let len = random.below(40).min(bytes.len() - at);
        match random.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..at + len)),
            2 => {
                let part = bytes[at..at + len].to_vec();
                bytes.splice(at..at, part);
            }
            3 => {
                let part: Vec<u8> = (0..len).map(|_| random.byte()).collect();
                bytes.splice(at..at, part);
            }
            4 => {
                let part = *random.pick(&MARKS);
                bytes.splice(at..at, part.iter().copied());
            }
            5 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
            _ => bytes.iter_mut().skip(at).take(len).for_each(|byte| *byte = random.byte()),
        }
    }
}

/// Bytes that mean something to a reader of JSON.
const MARKS: [&[u8]; 14] = [b"\"", b"{", b"[", b"}", b"]", b",", b":", b"\\u", b"\\ud800", b"\0", b"-", b"e9", b"\xff", b"//"];

/// A value that hardly anyone expects.
pub fn wild(random: &mut Random) -> Value {
    match random.below(10) {
        0 => Value::Null,
        1 => json!(random.once_in(2)),
        2 | 3 => json!(random.pick(&WHOLE)),
        4 => json!(random.pick(&[i64::MIN, -4_294_967_297, -129, -100, -2, -1])),
        5 => Number::from_f64(*random.pick(&NUMBERS)).map_or(Value::Null, Value::Number),
        6 => json!(random.pick(&BEYOND).0),
        7 => json!(word(random)),
        8 => (0..random.below(6)).map(|_| wild(random)).collect(),
        _ => nested(random),
    }
}

/// A text of any kind of characters, sometimes long.
pub fn word(random: &mut Random) -> String {
    let word = *random.pick(&WORDS);
    match random.below(8) {
        0 => word.repeat(random.below(3000)),
        1 => (0..random.below(12)).map(|_| *random.pick(&WORDS)).collect(),
        2 => (0..random.below(20)).filter_map(|_| char::from_u32(random.below(0x11_0000) as u32)).collect(),
        _ => word.into(),
    }
}

const WHOLE: [u64; 21] = [
    0,
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    12,
    16,
    31,
    64,
    255,
    1000,
    1024,
    65_535,
    16_777_216,
    16_777_217,
    2_147_483_648,
    4_294_967_296,
    u64::MAX,
];

const NUMBERS: [f64; 13] = [0.0, -0.0, 0.5, -0.5, 1.0, 1.5, 1e-5, 1e-45, 1e-320, 1e30, 3.5e38, -1e39, 1e308];

/// What stands for a number in a value, and how the file spells it.
const BEYOND: [(&str, &str); 4] = [("@nan", "NaN"), ("@infinity", "Infinity"), ("@minus", "-Infinity"), ("@large", "1e999")];

const WORDS: [&str; 34] = [
    "",
    " ",
    "a",
    "0",
    "-1",
    "1.5",
    "\u{0}",
    "\n",
    "\"",
    "\\",
    "🦊",
    "é",
    "ש",
    "\u{202e}",
    "▁",
    "##",
    "<unk>",
    "[MASK]",
    "</s>",
    "Ġ",
    "gelu",
    "relu",
    "gelu_new",
    "gated-gelu",
    "silu",
    "swish",
    "linear",
    "llama3",
    "yarn",
    "dynamic",
    "default",
    "regression",
    "multi_label_classification",
    "*",
];

/// Values within one another.
fn nested(random: &mut Random) -> Value {
    let mut value = json!({});
    let deep = *random.pick(&[1, 2, 3, 20, 120, 126]);
    for _ in 0..deep {
        value = if random.once_in(2) { json!([value]) } else { json!({ word(random): value }) };
    }
    value
}

/// How many values there are in one, itself counted.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// Changes the value at a place, in the order of [`count`].
fn change(value: &mut Value, place: &mut usize, names: &[String], random: &mut Random) -> bool {
    if *place == 0 {
        *value = changed(value.take(), names, random);
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|value| change(value, place, names, random)),
        Value::Object(fields) => fields.values_mut().any(|value| change(value, place, names, random)),
        _ => false,
    }
}

fn changed(value: Value, names: &[String], random: &mut Random) -> Value {
    if random.once_in(3) {
        return wild(random);
    }
    match value {
        Value::Object(fields) => Value::Object(other_fields(fields, names, random)),
        Value::Array(list) => Value::Array(other_list(list, random)),
        Value::Number(number) => other_number(number.as_f64().unwrap_or_default(), random),
        Value::String(text) => json!(other_text(text, random)),
        _ => wild(random),
    }
}

fn other_fields(mut fields: Map<String, Value>, names: &[String], random: &mut Random) -> Map<String, Value> {
    let known: Vec<String> = fields.keys().cloned().collect();
    let old = (!known.is_empty()).then(|| random.pick(&known).clone());
    let new = if names.is_empty() || random.once_in(4) { word(random) } else { random.pick(names).clone() };
    match (random.below(5), old) {
        (0, Some(old)) => drop(fields.remove(&old)),
        (1, Some(old)) => {
            let value = fields.remove(&old).unwrap_or_default();
            fields.insert(new, value);
        }
        (2, Some(old)) => {
            let value = fields[&old].clone();
            fields.insert(random.pick(&known).clone(), value);
        }
        _ => drop(fields.insert(new, wild(random))),
    }
    fields
}

fn other_list(mut list: Vec<Value>, random: &mut Random) -> Vec<Value> {
    let at = random.below(list.len());
    match random.below(6) {
        0 => list.truncate(at),
        1 if !list.is_empty() => drop(list.remove(at)),
        2 if !list.is_empty() => list.insert(at, list[random.below(list.len())].clone()),
        3 if !list.is_empty() => list.swap(at, 0),
        4 if list.len() < 100 => list = vec![list; random.below(4)].concat(),
        _ => list.insert(at, wild(random)),
    }
    list
}

fn other_number(number: f64, random: &mut Random) -> Value {
    let changed = match random.below(7) {
        0 => number + 1.0,
        1 => number - 1.0,
        2 => -number,
        3 => number * 2.0,
        4 => number / 2.0,
        5 => 0.0,
        _ => number * 1e6,
    };
    match changed.fract() == 0.0 && changed.abs() < 9e15 && !random.once_in(10) {
        true => json!(changed as i64),
        false => json!(changed),
    }
}

fn other_text(text: String, random: &mut Random) -> String {
    let chars: Vec<char> = text.chars().collect();
    let (head, tail) = chars.split_at(random.below(chars.len() + 1));
    let joined = |parts: &[&[char]]| parts.iter().copied().flatten().collect::<String>();
    match random.below(5) {
        0 => joined(&[head]),
        1 => joined(&[tail, head]),
        2 => joined(&[head]) + &word(random) + &joined(&[tail]),
        3 => text.repeat(random.below(4)),
        _ => word(random),
    }
}
