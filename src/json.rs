//! JSON as Python writes it: with `NaN`, `Infinity` and `-Infinity`, and with numbers beyond what a double holds.

use serde_json::Value;

use crate::error::{Error, Result, shown, shown_longer};

/// The JSON of a file. A number that JSON cannot hold becomes a string of the same spelling: where nothing reads it, it does no harm, and
/// where a number is expected, it is refused with its name.
///
/// # Errors
/// Text that is not JSON for Python either.
pub fn parse(file: &str, text: &str) -> Result<Value> {
    read(text).map_err(|fault| {
        let (file, fault) = (shown(file), shown_longer(fault));
        Error::Config(format!("{file} is not JSON ({fault}); fetch the file again"))
    })
}

/// The same, where the reader has a sentence of its own for text that is not JSON.
pub fn read(text: &str) -> serde_json::Result<Value> {
    let strict = serde_json::from_str(text);
    strict.or_else(|fault| match quoted(text) {
        Some(text) => serde_json::from_str(&text),
        None => Err(fault),
    })
}

/// The text with quotes around such numbers, strings left as they are; `None` where it has no such number.
fn quoted(text: &str) -> Option<String> {
    let mut told = String::new();
    let (mut copied, mut at) = (0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        let from = at;
        match bytes[at] {
            b'"' => at = string_end(bytes, at),
            byte if is_word(byte) => {
                at += bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                let word = &text[from..at];
                let is_name = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                if beyond_json(word) && !is_name {
                    told.push_str(&text[copied..from]);
                    told.push('"');
                    told.push_str(word);
                    told.push('"');
                    copied = at;
                }
            }
            _ => at += 1,
        }
    }
    (copied > 0).then(|| told + &text[copied..])
}

/// The place behind the string that begins at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// What numbers and names outside of strings are spelt with.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn beyond_json(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    matches!(word, "NaN" | "Infinity" | "-Infinity")
        || digits.starts_with(|first: char| first.is_ascii_digit()) && word.parse::<f64>().is_ok_and(f64::is_infinite)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    #[test]
    fn numbers_of_python_are_read_and_strings_left_alone() {
        let text =
            r#"{"a": NaN, "b": [Infinity,-Infinity , 1e999, -2E+400], "Infinity": "NaN, \"Infinity\" and \\", "c": Infinity}"#;
        let value = parse("config.json", text).expect("Python's JSON");
        let spelt = json!({
            "a": "NaN", "b": ["Infinity", "-Infinity", "1e999", "-2E+400"], "Infinity": "NaN, \"Infinity\" and \\", "c": "Infinity"
        });
        assert_eq!(value, spelt);
        assert_eq!(parse("config.json", r#"{"x": "Infinity", "π": 1.5}"#).expect("JSON"), json!({ "x": "Infinity", "π": 1.5 }));
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\": nan}",
            "{\"a\": +Infinity}",
            "{\"a\": Infinit}",
            "{\"a\": infinity}",
            "{\"a\": \"NaN}",
            "{NaN: 1}",
            "{\"a\": 1Infinity}",
        ] {
            assert!(parse("config.json", text).is_err(), "{text}");
        }
    }
}
