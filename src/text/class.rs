//! Which class of `transformers` reads a tokenizer, by the rules of its `AutoTokenizer` (5.23, models/auto/tokenization_auto.py). Most classes build their
//! stages anew around the vocabulary of tokenizer.json (`rebuild.rs`).

use serde_json::Value;

use super::settings::Settings;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    Albert,
    Bert,
    Gpt2,
    Llama,
    Roberta,
    T5,
}

/// What is known of the class that a folder names.
#[derive(Debug, PartialEq)]
pub enum Reading {
    /// The stages of tokenizer.json are taken as they stand.
    AsItStands,
    Anew(Class),
    /// A class with stages of its own, which are not built here.
    Unknown(String),
}

impl Class {
    /// The kind of model that the class has, as tokenizer.json calls it.
    pub fn model(self) -> &'static str {
        match self {
            Class::Albert | Class::T5 => "Unigram",
            Class::Bert => "WordPiece",
            Class::Gpt2 | Class::Llama | Class::Roberta => "BPE",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Class::Albert => "AlbertTokenizer",
            Class::Bert => "BertTokenizer",
            Class::Gpt2 => "GPT2Tokenizer",
            Class::Llama => "LlamaTokenizer",
            Class::Roberta => "RobertaTokenizer",
            Class::T5 => "T5Tokenizer",
        }
    }

    /// The class that goes with a `model_type`, where none is named. LLaMA's has none: such files differ too much.
    fn of_model(model_type: Option<&str>) -> Option<Self> {
        Some(match model_type? {
            "albert" => Class::Albert,
            "bert" | "electra" => Class::Bert,
            "gpt2" => Class::Gpt2,
            "roberta" => Class::Roberta,
            "t5" | "mt5" => Class::T5,
            _ => return None,
        })
    }
}

pub fn reading(settings: &Settings, file: &Value) -> Reading {
    let Some(named) = settings.class() else {
        return Class::of_model(settings.model_type.as_deref()).map_or(Reading::AsItStands, Reading::Anew);
    };
    match named.strip_suffix("Fast").unwrap_or(named) {
        // LLaMA 3 and its like name this class, but have bytes where the class has spaces marked.
        "LlamaTokenizer" if has_bytes(file) => Reading::AsItStands,
        "LlamaTokenizer" => Reading::Anew(Class::Llama),
        "BertTokenizer" | "ElectraTokenizer" | "MobileBertTokenizer" | "LxmertTokenizer" => Reading::Anew(Class::Bert),
        "RobertaTokenizer" | "BartTokenizer" | "LEDTokenizer" | "LongformerTokenizer" | "MvpTokenizer" => {
            Reading::Anew(Class::Roberta)
        }
        "AlbertTokenizer" => Reading::Anew(Class::Albert),
        "GPT2Tokenizer" => Reading::Anew(Class::Gpt2),
        "T5Tokenizer" => Reading::Anew(Class::T5),
        "PreTrainedTokenizer" | "TokenizersBackend" | "PythonBackend" | "BloomTokenizer" | "MT5Tokenizer" => Reading::AsItStands,
        _ => Reading::Unknown(named.into()),
    }
}

/// The kind of a tokenizer.json's model. Early files do not name it.
pub fn kind(model: &Value) -> &str {
    let has = |field: &str| model.get(field).is_some();
    match model.get("type").and_then(Value::as_str) {
        Some(kind) => kind,
        None if has("merges") => "BPE",
        None if model.get("vocab").is_some_and(Value::is_array) => "Unigram",
        None if has("max_input_chars_per_word") => "WordPiece",
        None => "WordLevel",
    }
}

fn has_bytes(file: &Value) -> bool {
    let stages = ["normalizer", "pre_tokenizer", "post_processor", "decoder"];
    stages.iter().filter_map(|stage| file.get(*stage)).any(|stage| stage.to_string().contains("\"ByteLevel\""))
}
