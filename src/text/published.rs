//! A published tokenizer: tokenizer.json and what the files beside it change, as `AutoTokenizer` of `transformers` 5.23 reads them. The page does the same in
//! `www/text/published.js`; `tests/goldens/text/published.json` holds both to it.

use serde_json::{Map, Value};
use tokenizers::AddedToken;

use super::class::{Class, Reading, kind, reading};
use super::settings::{Settings, spelling};
use super::{added, rebuild};
use crate::error::{Result, quoted, shown};

pub struct Published {
    /// A tokenizer.json with the stages that count.
    pub file: Value,
    /// Tokens to add to it, after its own.
    pub more: Vec<AddedToken>,
    /// Special tokens spelled in a text are read as text.
    pub split_special: bool,
    /// English punctuation is tidied up when ids are written.
    pub tidy: bool,
    /// The tokens that may hide another, the likeliest first. One that a class adds to a vocabulary without it is none of them: no model was trained with it.
    pub masks: Vec<String>,
    /// What a reader has to know: one sentence each.
    pub notices: Vec<String>,
}

impl Published {
    pub fn resolve(file: Value, settings: Option<&Settings>) -> Result<Self> {
        let Some(settings) = settings else {
            return Ok(Published {
                file,
                more: vec![],
                split_special: false,
                tidy: false,
                masks: MASKS.map(String::from).to_vec(),
                notices: vec![],
            });
        };
        let mut notices = vec![];
        if settings.get("fast_tokenizer_files").is_some() {
            notices.push(
                "tokenizer_config.json names other tokenizer files for newer versions (fast_tokenizer_files), which are not read"
                    .into(),
            );
        }
        let class = match reading(settings, &file) {
            Reading::AsItStands => None,
            Reading::Unknown(name) => {
                notices.push(format!(
                    "tokenizer_config.json names the tokenizer class {}, which is not built in: tokenizer.json is read as it stands, and `transformers` may make other tokens of a text",
                    quoted(&name)
                ));
                None
            }
            Reading::Anew(class) if kind(&file["model"]) != class.model() => {
                notices.push(format!(
                    "the tokenizer class {} needs a {} model, and tokenizer.json has {}: it is read as it stands",
                    class.name(),
                    class.model(),
                    shown(kind(&file["model"]))
                ));
                None
            }
            Reading::Anew(class) => Some(class),
        };
        // The other classes name a token of their own, or none.
        let padding = if matches!(class, None | Some(Class::Llama)) { file["padding"]["pad_token"].as_str() } else { None };
        let names = added::names(settings, class.map_or(&[], rebuild::default_names), padding)?;
        let mut extra = added::extra(settings).unwrap_or_default();
        if let Some(class) = class
            && !extra.iter().filter_map(spelling).any(|token| token.contains("<extra_id_"))
        {
            extra.extend(rebuild::sentinels(class, settings)?);
        }
        let more = added::tokens(settings, &file, &names, &extra, class.is_none())?;
        let bpe = kind(&file["model"]) == "BPE";
        let forced = settings.flag("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output")?.unwrap_or(false);
        let tidy = settings.flag("clean_up_tokenization_spaces")?.unwrap_or(false) && (forced || !bpe);
        let split_special = settings.flag("split_special_tokens")?.unwrap_or(false);
        let masks = names.get("mask_token").and_then(spelling).into_iter().chain(MASKS);
        let masks = masks
            .filter(|token| settings.get("mask_token").and_then(spelling) == Some(*token) || has(&file, token))
            .map(String::from)
            .collect();
        let file = match class {
            Some(class) => rebuild::stages(class, &file, settings, &names, |token| id_of(token, &file["model"]["vocab"], &more))?,
            None => file,
        };
        Ok(Published { file, more, split_special, tidy, masks, notices })
    }
}

/// What usually hides a token.
const MASKS: [&str; 2] = ["[MASK]", "<mask>"];

/// Whether a tokenizer.json has a token by itself.
fn has(file: &Value, token: &str) -> bool {
    let added = file["added_tokens"].as_array().is_some_and(|listed| listed.iter().any(|entry| spelling(entry) == Some(token)));
    added || position(token, &file["model"]["vocab"]).is_some()
}

/// The id of a token of a vocabulary, where a piece that is there twice has the later one.
fn position(token: &str, vocab: &Value) -> Option<usize> {
    match vocab {
        Value::Array(pieces) => pieces.iter().rposition(|piece| piece[0] == token),
        vocab => vocab.get(token).and_then(Value::as_u64).map(|id| id as usize),
    }
}

/// The id of a token of a vocabulary, or of one that is added to it.
fn id_of(token: &str, vocab: &Value, more: &[AddedToken]) -> u32 {
    let found = |token: &str| position(token, vocab);
    let size = vocab.as_array().map(Vec::len).or_else(|| vocab.as_object().map(Map::len)).unwrap_or_default();
    let new = || {
        let mut added: Vec<&str> = vec![];
        for AddedToken { content, .. } in more {
            if found(content).is_none() && !added.contains(&content.as_str()) {
                added.push(content);
            }
        }
        size + added.iter().position(|content| *content == token).unwrap_or_default()
    };
    found(token).unwrap_or_else(new) as u32
}

/// What `transformers` tidies up in English, in its order.
const TIDY: [(&str, &str); 10] = [
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
];

pub fn tidied(text: String) -> String {
    TIDY.iter().fold(text, |text, (from, to)| text.replace(from, to))
}
