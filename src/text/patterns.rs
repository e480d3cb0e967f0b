//! The patterns of a tokenizer.json. The `tokenizers` crate goes on without a word where its pattern engine gives up (it stops after a million steps back), and
//! the rest of the text stays uncut; so each pattern is tried here first.

use fancy_regex::Regex;
use serde_json::Value;

use super::oniguruma::translated;
use crate::error::{Error, Result, quoted};

/// Each as the file has it, and for the engine.
pub struct Patterns(Vec<(String, Regex)>);

impl Patterns {
    /// Writes the patterns of the file for the crate's engine. Those that it could not read it refuses itself.
    ///
    /// # Errors
    /// What is wrong with a pattern that has no counterpart.
    pub fn translate(file: &mut Value) -> std::result::Result<Self, String> {
        let mut found = vec![];
        for stage in ["normalizer", "pre_tokenizer", "decoder"] {
            if let Some(stage) = file.get_mut(stage) {
                collect(stage, &mut found)?;
            }
        }
        Ok(Patterns(found))
    }

    /// Refuses a text at which a pattern gives up.
    pub fn check(&self, text: &str) -> Result<()> {
        match self.0.iter().find(|(_, pattern)| pattern.find_iter(text).any(|found| found.is_err())) {
            Some((source, _)) => Err(Error::Input(format!(
                "tokenizer.json has the pattern {}, which takes too long at this text; give --ids instead of --text",
                quoted(source)
            ))),
            None => Ok(()),
        }
    }
}

fn collect(value: &mut Value, found: &mut Vec<(String, Regex)>) -> std::result::Result<(), String> {
    match value {
        Value::Array(list) => list.iter_mut().try_for_each(|value| collect(value, found)),
        Value::Object(fields) => {
            if let Some(Value::String(pattern)) = fields.get_mut("Regex") {
                let anew = translated(pattern)
                    .map_err(|part| format!("the pattern {} has {}, which is not built in", quoted(pattern), quoted(&part)))?;
                let source = std::mem::replace(pattern, anew);
                found.extend(Regex::new(pattern).ok().map(|regex| (source, regex)));
            }
            fields.values_mut().try_for_each(|value| collect(value, found))
        }
        _ => Ok(()),
    }
}
