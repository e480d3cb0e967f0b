//! The patterns of a tokenizer.json. The `tokenizers` crate goes on without a word where its pattern engine gives up (it stops after a million steps back), and
//! the rest of the text stays uncut; so each pattern is tried here first.

use fancy_regex::Regex;
use serde_json::Value;

use crate::error::{Error, Result, quoted};

pub struct Patterns(Vec<Regex>);

impl Patterns {
    /// Those that the crate could not read it refuses itself.
    pub fn of(file: &Value) -> Self {
        let mut found = vec![];
        let stages = ["normalizer", "pre_tokenizer"];
        stages.iter().filter_map(|stage| file.get(*stage)).for_each(|stage| collect(stage, &mut found));
        Patterns(found)
    }

    /// Refuses a text at which a pattern gives up.
    pub fn check(&self, text: &str) -> Result<()> {
        match self.0.iter().find(|pattern| pattern.find_iter(text).any(|found| found.is_err())) {
            Some(pattern) => Err(Error::Input(format!(
                "tokenizer.json has the pattern {}, which takes too long at this text; give --ids instead of --text",
                quoted(pattern.as_str())
            ))),
            None => Ok(()),
        }
    }
}

fn collect(value: &Value, found: &mut Vec<Regex>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
        Value::Object(fields) => {
            found.extend(fields.get("Regex").and_then(Value::as_str).and_then(|source| Regex::new(source).ok()));
            fields.values().for_each(|value| collect(value, found));
        }
        _ => {}
    }
}
