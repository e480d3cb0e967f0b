//! The stages that the tokenizer classes of `transformers` 5.23 build around the vocabulary of a tokenizer.json, with the settings of tokenizer_config.json
//! (models/*/tokenization_*.py). Only what is named here is taken from tokenizer.json.

use serde_json::{Map, Value, json};

use super::class::Class;
use super::settings::{EXTRA, Settings, spelling};
use crate::error::Result;

/// The named tokens of a class.
pub fn default_names(class: Class) -> &'static [(&'static str, &'static str)] {
    match class {
        Class::Albert => &[
            ("bos_token", "[CLS]"),
            ("eos_token", "[SEP]"),
            ("unk_token", "<unk>"),
            ("sep_token", "[SEP]"),
            ("pad_token", "<pad>"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        Class::Bert => &[
            ("unk_token", "[UNK]"),
            ("sep_token", "[SEP]"),
            ("pad_token", "[PAD]"),
            ("cls_token", "[CLS]"),
            ("mask_token", "[MASK]"),
        ],
        Class::Gpt2 => &[("bos_token", "<|endoftext|>"), ("eos_token", "<|endoftext|>"), ("unk_token", "<|endoftext|>")],
        Class::Llama => &[("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")],
        Class::Roberta => &[
            ("bos_token", "<s>"),
            ("eos_token", "</s>"),
            ("unk_token", "<unk>"),
            ("sep_token", "</s>"),
            ("pad_token", "<pad>"),
            ("cls_token", "<s>"),
            ("mask_token", "<mask>"),
        ],
        Class::T5 => &[("eos_token", "</s>"), ("unk_token", "<unk>"), ("pad_token", "<pad>")],
    }
}

/// The sentinels that T5's class adds where no special tokens are listed, or only by the older name.
pub fn sentinels(class: Class, settings: &Settings) -> Result<Vec<Value>> {
    let listed = settings.fields().contains_key(EXTRA);
    let count = if class == Class::T5 && !listed { settings.count("extra_ids")?.unwrap_or(100) } else { 0 };
    Ok((0..count).map(|n| json!(format!("<extra_id_{n}>"))).collect())
}

/// The tokenizer.json of a class, without added tokens. `id_of` finds a token in the vocabulary or among those that will be added.
pub fn stages(
    class: Class,
    file: &Value,
    settings: &Settings,
    names: &Map<String, Value>,
    id_of: impl Fn(&str) -> u32,
) -> Result<Value> {
    let flag = |name: &str, default: bool| Ok(settings.flag(name)?.unwrap_or(default));
    let name = |name: &str| names.get(name).and_then(spelling).unwrap_or_default().to_string();
    let vocab = &file["model"]["vocab"];
    let mut built = json!({ "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null });
    built["post_processor"] = file.get("post_processor").cloned().unwrap_or_default();
    let bpe = |prefix: Value, llama: bool| {
        let merges = &file["model"]["merges"];
        json!({
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": prefix, "end_of_word_suffix": prefix,
            "fuse_unk": llama, "byte_fallback": llama, "ignore_merges": false, "vocab": vocab, "merges": merges
        })
    };
    match class {
        Class::Albert => {
            let prepend = if flag("add_prefix_space", true)? { "always" } else { "never" };
            built["model"] = json!({ "type": "Unigram", "unk_id": 1, "byte_fallback": false, "vocab": vocab });
            let mut normalizers = vec![replace("``", "\""), replace("''", "\"")];
            if !flag("keep_accents", false)? {
                normalizers.extend([json!({ "type": "NFKD" }), json!({ "type": "StripAccents" })]);
            }
            if flag("do_lower_case", true)? {
                normalizers.push(json!({ "type": "Lowercase" }));
            }
            normalizers.extend(precompiled(file));
            built["normalizer"] = json!({ "type": "Sequence", "normalizers": normalizers });
            (built["pre_tokenizer"], built["decoder"]) = marked_words(prepend);
            if built["post_processor"].is_null() {
                built["post_processor"] = between(("[CLS]", id_of(&name("cls_token"))), ("[SEP]", id_of(&name("sep_token"))));
            }
        }
        Class::Bert => {
            built["model"] = json!({
                "type": "WordPiece", "unk_token": name("unk_token"), "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab
            });
            built["normalizer"] = json!({
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": flag("tokenize_chinese_chars", true)?,
                "strip_accents": settings.flag("strip_accents")?, "lowercase": flag("do_lower_case", true)?
            });
            built["pre_tokenizer"] = json!({ "type": "BertPreTokenizer" });
            built["decoder"] = json!({ "type": "WordPiece", "prefix": "##", "cleanup": true });
            let (cls, sep) = (name("cls_token"), name("sep_token"));
            built["post_processor"] = between((&cls, id_of(&cls)), (&sep, id_of(&sep)));
        }
        Class::Gpt2 | Class::Roberta => {
            let space = flag("add_prefix_space", false)?;
            built["model"] = bpe(json!(""), false);
            built["pre_tokenizer"] = byte_level(space);
            built["decoder"] = byte_level(true);
            if class == Class::Roberta {
                let (cls, sep) = (name("cls_token"), name("sep_token"));
                built["post_processor"] = json!({
                    "type": "RobertaProcessing", "sep": [sep, id_of(&sep)], "cls": [cls, id_of(&cls)],
                    "trim_offsets": flag("trim_offsets", true)?, "add_prefix_space": space
                });
            }
        }
        Class::Llama => {
            let space = flag("add_prefix_space", true)?;
            let prepend = match (space, flag("legacy", false)?) {
                (false, _) => "never",
                (true, true) => "always",
                (true, false) => "first",
            };
            built["model"] = bpe(Value::Null, true);
            built["pre_tokenizer"] = metaspace(prepend, false);
            let mut decoders = vec![replace("▁", " "), json!({ "type": "ByteFallback" }), json!({ "type": "Fuse" })];
            if space {
                decoders.push(json!({ "type": "Strip", "content": " ", "start": 1, "stop": 0 }));
            }
            built["decoder"] = json!({ "type": "Sequence", "decoders": decoders });
        }
        Class::T5 => {
            built["model"] = json!({ "type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": vocab });
            built["normalizer"] = precompiled(file).unwrap_or_default();
            (built["pre_tokenizer"], built["decoder"]) = marked_words("always");
            let end = special("</s>", 0);
            built["post_processor"] = json!({
                "type": "TemplateProcessing", "single": [text("A", 0), end], "pair": [text("A", 0), end, text("B", 0), end],
                "special_tokens": { "</s>": { "id": "</s>", "ids": [id_of(&name("eos_token"))], "tokens": ["</s>"] } }
            });
        }
    }
    Ok(built)
}

/// The table of a SentencePiece normalisation in tokenizer.json, as a stage.
fn precompiled(file: &Value) -> Option<Value> {
    let normalizer = file.get("normalizer")?;
    let listed = normalizer.get("normalizers").and_then(Value::as_array).map_or(std::slice::from_ref(normalizer), Vec::as_slice);
    listed.iter().find(|stage| stage["type"] == "Precompiled" && stage.get("precompiled_charsmap").is_some()).cloned()
}

fn replace(from: &str, to: &str) -> Value {
    json!({ "type": "Replace", "pattern": { "String": from }, "content": to })
}

fn byte_level(space: bool) -> Value {
    json!({ "type": "ByteLevel", "add_prefix_space": space, "trim_offsets": true, "use_regex": true })
}

fn metaspace(prepend: &str, split: bool) -> Value {
    json!({ "type": "Metaspace", "replacement": "▁", "prepend_scheme": prepend, "split": split })
}

/// Words cut at spaces, each with a mark before it; and the decoder that makes spaces of the marks.
fn marked_words(prepend: &str) -> (Value, Value) {
    (
        json!({ "type": "Sequence", "pretokenizers": [{ "type": "WhitespaceSplit" }, metaspace(prepend, true)] }),
        metaspace(prepend, true),
    )
}

/// One text, or two, between a token in front and one behind each.
fn between((cls, cls_id): (&str, u32), (sep, sep_id): (&str, u32)) -> Value {
    let single = [special(cls, 0), text("A", 0), special(sep, 0)];
    let pair: Vec<Value> = single.iter().cloned().chain([text("B", 1), special(sep, 1)]).collect();
    let entry = |token: &str, id: u32| json!({ "id": token, "ids": [id], "tokens": [token] });
    let tokens: Map<String, Value> =
        [(cls, cls_id), (sep, sep_id)].map(|(token, id)| (token.to_string(), entry(token, id))).into_iter().collect();
    json!({ "type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens })
}

fn text(id: &str, segment: u32) -> Value {
    json!({ "Sequence": { "id": id, "type_id": segment } })
}

fn special(token: &str, segment: u32) -> Value {
    json!({ "SpecialToken": { "id": token, "type_id": segment } })
}
