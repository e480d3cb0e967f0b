//! What a tokenizer.json, and a text that a model reads, may hold at most. Longer texts in it come from damaged files, and the `tokenizers` crate answers them badly: a piece of 160,000
//! characters overflows its stack, and a long text in the place of a stage takes it many seconds to refuse.
//! Of a text that a model reads at once the crate keeps some 170 bytes for each of its bytes.

use serde_json::Value;

use crate::error::{Error, Result, quoted};

/// The longest name, piece or pattern. // bytes
const LONGEST: usize = 10_000;

/// The longest compiled table of a SentencePiece normalisation, in base64. // bytes
const LONGEST_TABLE: usize = 4 << 20;

/// The longest text that a model reads at once. // bytes
const LONGEST_TEXT: usize = 100_000;

/// # Errors
/// A text that is longer than a model reads at once.
pub fn require_readable(text: &str) -> Result<()> {
    match text.len() {
        0..=LONGEST_TEXT => Ok(()),
        bytes => Err(Error::Input(format!(
            "the text that begins with {} has {bytes} bytes, and {LONGEST_TEXT} are the most that are read at once; give a shorter one",
            quoted(text)
        ))),
    }
}

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
