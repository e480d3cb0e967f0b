//! Tokens that the files beside tokenizer.json add to its own, in the order of `transformers` 5.23 (tokenization_utils_base.py, `_from_pretrained`, and
//! tokenization_utils_tokenizers.py, `TokenizersBackend.__init__`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use tokenizers::AddedToken;

use super::settings::{ADDITIONAL, EXTRA, Settings, fault, spelling};
use crate::error::Result;

/// Tokens with a name, in their order.
const NAMED: [&str; 7] = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// `names` are the named tokens as the tokenizer's class has them; `present`: the tokenizer has the added tokens of its file.
pub fn tokens(
    settings: &Settings,
    file: &Value,
    names: &Map<String, Value>,
    extra: &[Value],
    present: bool,
) -> Result<Vec<AddedToken>> {
    let own: Vec<&Value> = file.get("added_tokens").and_then(Value::as_array).into_iter().flatten().collect();
    let mut by_id: BTreeMap<u64, AddedToken> = BTreeMap::new();
    if let Some(listed) = settings.get("added_tokens_decoder") {
        let wrong = || fault("added_tokens_decoder", listed, "an object of ids and their tokens");
        for (id, entry) in listed.as_object().ok_or_else(wrong)? {
            by_id.insert(id.parse().map_err(|_| wrong())?, token(entry, false).ok_or_else(wrong)?);
        }
    } else {
        let special: BTreeSet<&str> = names.values().chain(extra).filter_map(spelling).collect();
        for (content, id) in &settings.added {
            if let Some(id) = id.as_u64() {
                by_id.insert(id, AddedToken::from(content.as_str(), special.contains(content.as_str())));
            }
        }
        for entry in &own {
            if let (Some(id), Some(token)) = (entry.get("id").and_then(Value::as_u64), token(entry, false)) {
                by_id.insert(id, token);
            }
        }
    }
    let known: BTreeMap<String, AddedToken> = by_id.values().map(|token| (token.content.clone(), token.clone())).collect();
    let mut tokens: Vec<AddedToken> = by_id.into_values().collect();
    let mut present: BTreeSet<&str> = if present { own.into_iter().filter_map(spelling).collect() } else { BTreeSet::new() };
    let listed: BTreeSet<String> = tokens.iter().map(|token| token.content.clone()).collect();
    present.extend(listed.iter().map(String::as_str));
    for value in NAMED
        .iter()
        .filter_map(|name| names.get(*name))
        .chain(names.iter().filter(|(name, _)| !NAMED.contains(&name.as_str())).map(|(_, value)| value))
    {
        let Some(content) = spelling(value) else { continue };
        if let Some(missing) =
            (!present.contains(content)).then(|| known.get(content).cloned().or_else(|| token(value, true))).flatten()
        {
            tokens.push(missing);
        }
    }
    tokens.extend(
        extra
            .iter()
            .filter(|value| spelling(value).is_some_and(|content| !present.contains(content)))
            .filter_map(|value| token(value, true)),
    );
    let named: BTreeSet<&str> = names.values().filter_map(spelling).collect();
    for token in &mut tokens {
        token.special |= named.contains(token.content.as_str());
    }
    Ok(tokens)
}

/// The named tokens that the files have, and further ones of names like `image_token`. `padding` is what texts are padded with where they do not say.
pub fn names(settings: &Settings, defaults: &[(&str, &str)], padding: Option<&str>) -> Result<Map<String, Value>> {
    let mut names: Map<String, Value> = defaults.iter().map(|(name, content)| ((*name).to_string(), json!(content))).collect();
    names.extend(padding.map(|content| ("pad_token".into(), json!(content))));
    for (name, value) in settings.fields().iter().filter(|(name, _)| name.ends_with("_token")) {
        match value {
            Value::Null => drop(names.remove(name)),
            value if spelling(value).is_some() => drop(names.insert(name.clone(), value.clone())),
            value if NAMED.contains(&name.as_str()) => return Err(fault(name, value, "a string, or an object with its content")),
            _ => {}
        }
    }
    if let Some(Value::Object(more)) = settings.get(EXTRA) {
        names.extend(
            more.iter().filter(|(_, value)| spelling(value).is_some()).map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    Ok(names)
}

/// Special tokens without names; nothing where the files do not speak of them.
pub fn extra(settings: &Settings) -> Option<Vec<Value>> {
    let listed = |name: &str| settings.fields().get(name).map(|value| value.as_array().cloned().unwrap_or_default());
    listed(EXTRA).or_else(|| listed(ADDITIONAL))
}

/// A token as files describe it. `special` is what it is where they do not say.
fn token(value: &Value, special: bool) -> Option<AddedToken> {
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let special = flag("special").unwrap_or(special);
    let plain = AddedToken::from(spelling(value)?, special);
    Some(AddedToken {
        single_word: flag("single_word").unwrap_or(false),
        lstrip: flag("lstrip").unwrap_or(false),
        rstrip: flag("rstrip").unwrap_or(false),
        normalized: flag("normalized").unwrap_or(!special),
        ..plain
    })
}
