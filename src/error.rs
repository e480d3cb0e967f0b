//! Everything that can go wrong, each with one sentence that names what is wrong and what to do.

use std::fmt::Display;

use serde_json::Value;

/// The one error type of the crate. `Display` is what a reader sees. Each holds one string at most, so that a result stays small and is quickly passed on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// `config.json` is unreadable, or names an architecture that is not built in.
    #[error("config: {0}")]
    Config(String),
    /// A graph does not fit together: found while it is built, before anything runs.
    #[error("graph: {0}")]
    Shape(String),
    /// A checkpoint is damaged, or does not hold what the graph asks for.
    #[error("weights: {0}")]
    Weights(String),
    /// A text or a list of ids that the model cannot take.
    #[error("input: {0}")]
    Input(String),
    /// A request for a hook that the graph does not have.
    #[error("capture: {0}")]
    Capture(String),
    /// A request to change a hook that does not fit the model or the run.
    #[error("interventions: {0}")]
    Intervention(String),
    /// A device is absent, or failed its self-test.
    #[error("device: {0}")]
    Device(String),
    /// The GPU went away while it was in use; what was asked can be asked again.
    #[error("device: the GPU was lost ({0}); the text and the tokens are kept, run again to go on")]
    DeviceLost(String),
    /// Who asked for a pass did not want to wait for it any longer.
    #[error("stopped: the pass was ended before it was done; ask again")]
    Stopped,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A text from a file or a caller, as a sentence quotes it: of a long one its beginning.
pub fn shown(text: &str) -> String {
    cut(text, MOST)
}

/// The same in quotes, marks that cannot be seen spelt out.
pub fn quoted(text: &str) -> String {
    shown(&in_quotes(text))
}

/// The same as [`shown`] of what is worth more room: a path, another library's reason, a list.
pub fn shown_longer(text: impl Display) -> String {
    cut(&text.to_string(), 3 * MOST)
}

/// A value of a JSON file, as a sentence quotes it. Written out here: the JSON library's own writer would be 8 kB of the page's compressed wasm.
pub fn written(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    shown(&text)
}

/// What a sentence quotes of one text at most. // characters
const MOST: usize = 100;

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// Writes a value until there is more than a sentence shows.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(&flag.to_string()),
        Value::Number(number) => text.push_str(&match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, number) => number.unwrap_or(f64::NAN).to_string(),
        }),
        Value::String(word) => text.push_str(&in_quotes(word)),
        Value::Array(list) => all('[', list.iter().map(|value| (None, value)), ']', text),
        Value::Object(fields) => all('{', fields.iter().map(|(name, value)| (Some(name), value)), '}', text),
    }
}

fn all<'v>(open: char, parts: impl Iterator<Item = (Option<&'v String>, &'v Value)>, close: char, text: &mut String) {
    text.push(open);
    for (place, (name, value)) in parts.enumerate() {
        // Each of so many bytes is part of a character, of which none has more than four.
        if text.len() > 4 * MOST {
            break;
        }
        text.push_str(if place > 0 { "," } else { "" });
        if let Some(name) = name {
            text.push_str(&in_quotes(name));
            text.push(':');
        }
        write(value, text);
    }
    text.push(close);
}

/// A string in quotes, and of a long one as much as is more than a sentence shows.
fn in_quotes(word: &str) -> String {
    let end = word.char_indices().nth(MOST).map_or(word.len(), |(end, _)| end);
    format!("{:?}", &word[..end])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_json() {
        let value = json!({ "a": [1, -2.5, null, true], "b": "\"x\"" });
        assert_eq!(written(&value), r#"{"a":[1,-2.5,null,true],"b":"\"x\""}"#);
    }

    #[test]
    fn of_a_long_value_the_beginning_is_quoted() {
        let long = "é".repeat(10_000_000);
        assert_eq!(shown(&long), "é".repeat(100) + "…");
        assert_eq!(shown_longer(&long), "é".repeat(300) + "…");
        assert_eq!(written(&json!(long)), format!("\"{}…", "é".repeat(99)));
        assert_eq!(written(&json!({ &long: 0 })), format!("{{\"{}…", "é".repeat(98)));
        let list = written(&json!(vec![7; 1_000_000]));
        assert_eq!((list.chars().count(), &list[..7]), (101, "[7,7,7,"));
        assert_eq!(quoted("a\u{202e}"), r#""a\u{202e}""#);
        assert_eq!(quoted(&"\u{202e}".repeat(1000)).chars().count(), 101);
        for whole in ["", "a", &"é".repeat(100)] {
            assert_eq!(shown(whole), whole);
        }
    }
}
