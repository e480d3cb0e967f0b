//! The files beside a tokenizer.json that `transformers` reads with it: tokenizer_config.json, and in folders of older versions special_tokens_map.json and
//! added_tokens.json.

use std::path::Path;

use serde_json::{Map, Value};

use crate::error::{Error, Result, shown_longer, written};
use crate::json;

/// What is said of a tokenizer outside tokenizer.json. Without a tokenizer_config.json, the model of config.json names the class.
pub struct Settings {
    fields: Map<String, Value>,
    /// `added_tokens.json`: spelling → id.
    pub added: Map<String, Value>,
    /// The fields of `config.json` that `AutoTokenizer` looks at.
    pub model_type: Option<String>,
    model_class: Option<String>,
}

impl Settings {
    /// Nothing where the folder has no tokenizer_config.json, and no config.json whose model or class says how a text is read.
    pub fn read(dir: &Path) -> Result<Option<Self>> {
        let config = object(dir, CONFIG)?;
        let model = object(dir, "config.json")?.unwrap_or_default();
        let word = |name: &str| model.get(name).and_then(Value::as_str).map(String::from);
        let (model_type, model_class) = (word("model_type"), word("tokenizer_class"));
        let mut fields = match config {
            Some(fields) => fields,
            None if model_type.is_some() || model_class.is_some() => Map::new(),
            None => return Ok(None),
        };
        let mut added = Map::new();
        merge_names(&mut fields);
        // Newer versions write all added tokens into tokenizer_config.json, and then look nowhere else.
        if !fields.contains_key("added_tokens_decoder") {
            for (name, value) in object(dir, "special_tokens_map.json")?.unwrap_or_default() {
                let value = match (value, fields.get(&name)) {
                    (Value::Array(more), Some(Value::Array(some))) if name == EXTRA => {
                        some.iter().cloned().chain(more.into_iter().filter(|token| !some.contains(token))).collect()
                    }
                    (value, _) => value,
                };
                fields.insert(name, value);
            }
            added = object(dir, "added_tokens.json")?.unwrap_or_default();
        }
        Ok(Some(Settings { fields, added, model_type, model_class }))
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// The tokenizer's class as the files name it.
    pub fn class(&self) -> Option<&str> {
        self.get("tokenizer_class").and_then(Value::as_str).or(self.model_class.as_deref())
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        let wrong = |value: &Value| fault(name, value, "true or false");
        self.get(name).map(|value| value.as_bool().ok_or_else(|| wrong(value))).transpose()
    }

    pub fn count(&self, name: &str) -> Result<Option<usize>> {
        let wrong = |value: &Value| fault(name, value, "a whole number up to 10,000");
        self.get(name)
            .map(|value| value.as_u64().filter(|&count| count <= 10_000).map(|count| count as usize).ok_or_else(|| wrong(value)))
            .transpose()
    }
}

const CONFIG: &str = "tokenizer_config.json";

/// Special tokens without a name of their own.
pub const EXTRA: &str = "extra_special_tokens";

/// Their older name.
pub const ADDITIONAL: &str = "additional_special_tokens";

/// How a token is spelled that stands in a file as a string, or as an object with its `content`.
pub fn spelling(token: &Value) -> Option<&str> {
    token.as_str().or_else(|| token.get("content").and_then(Value::as_str))
}

/// One sentence about a field of tokenizer_config.json.
pub fn fault(name: &str, value: &Value, wanted: &str) -> Error {
    let value = written(value);
    Error::Input(format!("{CONFIG} has {name} {value}, which must be {wanted}; correct it, or give --ids instead of --text"))
}

/// The older name of further special tokens counts where the newer one has none.
fn merge_names(fields: &mut Map<String, Value>) {
    let empty = |value: &Value| {
        value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
    };
    if fields.get(EXTRA).is_none_or(empty)
        && let Some(tokens) = fields.remove(ADDITIONAL)
    {
        fields.insert(EXTRA.into(), tokens);
    }
}

fn object(dir: &Path, name: &str) -> Result<Option<Map<String, Value>>> {
    let path = dir.join(name);
    if !path.exists() {
        return Ok(None);
    }
    let refused = |why: String| {
        Error::Input(format!(
            "{} cannot be read ({why}); fetch it again, or give --ids instead of --text",
            shown_longer(path.display())
        ))
    };
    let text = std::fs::read_to_string(&path).map_err(|fault| refused(fault.to_string()))?;
    match json::read(&text) {
        Ok(Value::Object(fields)) => Ok(Some(fields)),
        Ok(_) => Err(refused("it is no JSON object".into())),
        Err(fault) => Err(refused(fault.to_string())),
    }
}
