//! What a tokenizer.json may hold at most. Longer texts in it come from damaged files, and the `tokenizers` crate answers them badly: a piece of 160,000
//! characters overflows its stack, and a long text in the place of a stage takes it many seconds to refuse.

use serde_json::Value;

use crate::error::quoted;

/// The longest name, piece or pattern. // bytes
const LONGEST: usize = 10_000;

/// The longest compiled table of a SentencePiece normalisation, in base64. // bytes
const LONGEST_TABLE: usize = 4 << 20;

/// What is wrong with the lengths of the texts in a tokenizer.json, if anything is.
pub fn too_long(file: &Value) -> Option<String> {
    match file {
        Value::String(text) => longer(text, LONGEST),
        Value::Array(list) => list.iter().find_map(too_long),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| match value {
            Value::String(table) if name == "precompiled_charsmap" && table.is_ascii() => longer(table, LONGEST_TABLE),
            value => longer(name, LONGEST).or_else(|| too_long(value)),
        }),
        _ => None,
    }
}

fn longer(text: &str, longest: usize) -> Option<String> {
    (text.len() > longest)
        .then(|| format!("it holds a text of {} bytes, which begins with {}; {longest} are the most", text.len(), quoted(text)))
}
