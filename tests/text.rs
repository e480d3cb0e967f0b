//! The native command's tokenizer against the reference's ids and texts, over tokenizers of every published kind and long
//! mixed texts. `tests/www/unit/text-parity.test.js` holds the page's library to the same file; `training/golden_text.py`
//! wrote it.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::goldens;
use diorama::text::Text;
use serde_json::Value;

#[derive(serde::Deserialize)]
struct Case {
    text: String,
    pair: Option<String>,
    ids: Vec<u32>,
    /// Without special tokens.
    bare: Option<Vec<u32>>,
    decoded: String,
}

#[test]
fn ids_and_texts_are_the_references() {
    let golden = std::fs::read_to_string(goldens().join("text/cases.json")).expect("the golden of texts");
    let golden: BTreeMap<String, Vec<Case>> = serde_json::from_str(&golden).expect("a sound golden");
    assert!(golden.len() >= 5, "Unigram, a compiled normalisation, byte-level BPE, byte fallback, WordPiece");
    for (path, cases) in &golden {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = if path.ends_with("/tokenizer.json") {
            Text::open_folder(file.parent().expect("its folder"))
        } else {
            Text::open(&file)
        };
        let text = text.expect("a tokenizer.json");
        assert!(cases.iter().any(|case| case.text.chars().count() > 1900), "{path}: a very long text is among the cases");
        for case in cases {
            let what = format!("{path}: {:?}", case.text);
            assert_eq!(text.encode(&case.text, case.pair.as_deref()).expect("ids").0, case.ids, "{what}");
            if let Some(bare) = &case.bare {
                assert_eq!(&text.encode_plain(&case.text).expect("ids"), bare, "{what}, without special tokens");
            }
            assert_eq!(text.decode(&case.ids).expect("a text"), case.decoded, "{what}");
        }
    }
}

/// One rule of the small print: a tiny tokenizer, and what the reference makes of a text and of ids.
#[derive(serde::Deserialize)]
struct Rule {
    name: String,
    tokenizer: Value,
    text: String,
    pair: Option<String>,
    ids: Vec<u32>,
    segments: Vec<u32>,
    bare: Vec<u32>,
    written: Vec<u32>,
    decoded: String,
}

/// Tests run side by side: each writes the tokenizers into a folder of its own name.
fn rules(test: &str) -> Vec<(Rule, Text)> {
    let golden = std::fs::read_to_string(goldens().join("text/rules.json")).expect("the golden of rules");
    let rules: Vec<Rule> = serde_json::from_str(&golden).expect("a sound golden");
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("text rules").join(test);
    std::fs::create_dir_all(&dir).expect("a folder");
    let opened = |rule: Rule| {
        let path = dir.join(format!("{}.json", rule.name));
        std::fs::write(&path, rule.tokenizer.to_string()).expect("a file");
        let text = Text::open(&path).expect("a tokenizer.json");
        (rule, text)
    };
    rules.into_iter().map(opened).collect()
}

/// `tests/www/unit/text-rules.test.js` holds the page's tokenizer to the same file; `training/golden_text_rules.py` wrote it.
#[test]
fn the_small_print_is_the_references() {
    for (rule, text) in rules("small print") {
        let encoded = text.encode(&rule.text, rule.pair.as_deref()).expect("ids");
        assert_eq!(encoded, (rule.ids, rule.segments), "{}", rule.name);
        assert_eq!(text.encode_plain(&rule.text).expect("ids"), rule.bare, "{}, without special tokens", rule.name);
        assert_eq!(text.decode(&rule.written).expect("a text"), rule.decoded, "{}", rule.name);
    }
}

/// Tokenizers by name, and folders that may name one in the place of their tokenizer.json.
#[derive(serde::Deserialize)]
struct Published {
    tokenizers: BTreeMap<String, Value>,
    folders: Vec<Folder>,
}

/// A folder with a tokenizer and the files beside it, and what `AutoTokenizer` makes of texts.
#[derive(serde::Deserialize)]
struct Folder {
    name: String,
    /// File name → contents.
    files: BTreeMap<String, Value>,
    cases: Vec<FolderCase>,
}

#[derive(serde::Deserialize)]
struct FolderCase {
    text: String,
    pair: Option<String>,
    ids: Vec<u32>,
    segments: Vec<u32>,
    decoded: String,
}

/// Writes the files into a folder of this name.
fn written(name: &str, files: &BTreeMap<String, Value>) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("text folders").join(name);
    std::fs::remove_dir_all(&dir).ok();
    std::fs::create_dir_all(&dir).expect("a folder");
    for (file, content) in files {
        std::fs::write(dir.join(file), content.to_string()).expect("a file");
    }
    dir
}

/// `tests/www/unit/text-published.test.js` holds the page to the same file; `training/golden_text_published.py` wrote it.
#[test]
fn folders_are_read_as_by_auto_tokenizer() {
    let golden = std::fs::read_to_string(goldens().join("text/published.json")).expect("the golden of folders");
    let Published { tokenizers, folders } = serde_json::from_str(&golden).expect("a sound golden");
    assert!(folders.len() > 60, "settings one by one, and random ones");
    for Folder { name, mut files, cases } in folders {
        let tokenizer = files.get_mut("tokenizer.json").expect("each has one");
        if let Some(known) = tokenizer.as_str().and_then(|name| tokenizers.get(name)) {
            *tokenizer = known.clone();
        }
        let text = Text::open_folder(&written(&name, &files)).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(text.notices(), [] as [&str; 0], "{name}");
        for case in cases {
            let what = format!("{name}: {:?}", case.text);
            let encoded = text.encode(&case.text, case.pair.as_deref()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
            assert_eq!(encoded, (case.ids.clone(), case.segments), "{what}");
            assert_eq!(
                text.decode(&case.ids).expect("a text"),
                case.decoded.trim_end_matches(char::REPLACEMENT_CHARACTER),
                "{what}"
            );
        }
    }
}

#[test]
fn an_empty_second_text_is_none() {
    let pairless = |(rule, _): &(Rule, Text)| rule.pair.is_none();
    for (rule, text) in rules("second text").into_iter().filter(pairless) {
        assert_eq!(text.encode(&rule.text, Some("")).expect("ids"), (rule.ids, rule.segments), "{}", rule.name);
    }
    let bert = Text::open(&goldens().join("text/bert_wordpiece.json")).expect("a tokenizer.json");
    assert_eq!(bert.encode("hello", Some("")).expect("ids"), bert.encode("hello", None).expect("ids"));
}

#[test]
fn bytes_of_whole_characters_stay_while_the_next_one_is_unfinished() {
    let found = rules("bytes").into_iter().find(|(rule, _)| rule.name == "bytes that make no character");
    let (_, text) = found.expect("the rule");
    let ids = text.encode_plain("狗狗a").expect("ids");
    let shown: Vec<String> = (1..=ids.len()).map(|n| text.decode(&ids[..n]).expect("a text")).collect();
    assert_eq!(shown, ["", "", "狗", "狗", "狗", "狗狗", "狗狗a"]);
}

#[test]
fn half_a_character_at_the_end_is_held_back() {
    let mut halves = 0;
    for name in ["gpt2_byte_level", "llama_byte_fallback"] {
        let text = Text::open(&goldens().join(format!("text/{name}.json"))).expect("a tokenizer.json");
        let ids = text.encode_plain("Il dit « 🦊 », puis 麒麟。").expect("ids");
        for n in 1..=ids.len() {
            let shown = text.decode(&ids[..n]).expect("a text");
            assert!(!shown.contains(char::REPLACEMENT_CHARACTER), "{name}: {shown:?} after {n} tokens");
            halves += u32::from(n > 1 && shown == text.decode(&ids[..n - 1]).expect("a text"));
        }
        assert!(text.decode(&ids).expect("a text").ends_with("麒麟。"));
    }
    assert!(halves > 4, "some characters take several tokens");
}

#[test]
fn an_unreadable_tokenizer_is_one_sentence_that_names_the_file() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("text");
    std::fs::create_dir_all(&dir).expect("a folder");
    let contents = [("no JSON", "cats"), ("no tokenizer", "{}"), ("an unknown model", r#"{"model": {"type": "Feline"}}"#)];
    for (what, content) in contents {
        let path = dir.join("tokenizer.json");
        std::fs::write(&path, content).expect("a file");
        let Err(fault) = Text::open(&path) else { panic!("{what} was taken") };
        let fault = fault.to_string();
        assert!(fault.contains("tokenizer.json") && fault.contains("--ids") && !fault.contains('\n'), "{what}: {fault}");
    }
    let Err(fault) = Text::open(&dir.join("nowhere/tokenizer.json")) else { panic!("no file was taken") };
    assert!(fault.to_string().contains("nowhere/tokenizer.json"), "{fault}");
}

#[test]
fn a_text_that_is_too_long_for_a_tokenizer_is_refused_at_once_and_quoted_short() {
    let model = |piece: &str| serde_json::json!({ "type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], [piece, -1.0]] });
    let long = "b".repeat(160_000);
    let files = [
        serde_json::json!({ "model": model(&long) }),
        serde_json::json!({ "model": { "type": "WordLevel", "vocab": { long: 0 }, "unk_token": "a" } }),
        serde_json::json!({ "model": model("a"), "normalizer": "🦊".repeat(2_500_000) }),
        serde_json::json!({ "model": model("a"), "normalizer": { "type": "Precompiled", "precompiled_charsmap": "é".repeat(2_500_000) } }),
    ];
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("long texts.json");
    for file in files {
        std::fs::write(&path, file.to_string()).expect("a file");
        let began = std::time::Instant::now();
        let Err(fault) = Text::open(&path) else { panic!("it was taken") };
        let fault = fault.to_string();
        assert!(fault.contains("bytes, which begins with") && fault.len() < 600, "{fault}");
        assert!(began.elapsed().as_secs_f32() < 1.0, "it took {:?}", began.elapsed());
    }
    std::fs::write(&path, serde_json::json!({ "model": model(&"b".repeat(10_000)) }).to_string()).expect("a file");
    Text::open(&path).expect("a long piece, but not too long");
}

#[test]
fn a_pattern_that_gives_up_at_a_text_is_named() {
    let split = |pattern: &str| serde_json::json!({ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false });
    let model = serde_json::json!({ "type": "WordLevel", "vocab": { "a": 0 }, "unk_token": "a" });
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("patterns.json");
    let long = format!("{}!", "a".repeat(40));
    for (pattern, gives_up) in [("(a+)+$", false), ("((?=a)a+)+$", true)] {
        std::fs::write(&path, serde_json::json!({ "model": model, "pre_tokenizer": split(pattern) }).to_string())
            .expect("a file");
        let text = Text::open(&path).expect("a tokenizer");
        assert_eq!(text.encode_plain("aaaa").expect("ids"), [0], "{pattern}");
        match text.encode(&long, None) {
            Err(fault) if gives_up => {
                assert!(fault.to_string().contains(pattern) && fault.to_string().contains("too long"), "{fault}")
            }
            found => assert_eq!(found.expect("ids").0, [0], "{pattern}"),
        }
    }
}

#[test]
fn files_that_do_not_fit_together_are_spoken_of() {
    let word_level = serde_json::json!({ "model": { "type": "WordLevel", "vocab": { "a": 0 }, "unk_token": "a" } });
    let folder = |config: Value| {
        let files = [("tokenizer.json".to_string(), word_level.clone()), ("tokenizer_config.json".to_string(), config)].into();
        Text::open_folder(&written("files that do not fit", &files))
    };
    let notices = |config: Value| folder(config).expect("a tokenizer").notices().join("\n");
    assert_eq!(notices(serde_json::json!({ "tokenizer_class": "PreTrainedTokenizerFast" })), "");
    assert!(
        notices(serde_json::json!({ "tokenizer_class": "FelineTokenizer" }))
            .contains("\"FelineTokenizer\", which is not built in")
    );
    assert!(
        notices(serde_json::json!({ "tokenizer_class": "T5Tokenizer" }))
            .contains("T5Tokenizer needs a Unigram model, and tokenizer.json has WordLevel")
    );
    assert!(notices(serde_json::json!({ "fast_tokenizer_files": ["tokenizer.4.0.0.json"] })).contains("fast_tokenizer_files"));
    for (config, named) in [
        (serde_json::json!({ "split_special_tokens": "yes" }), "split_special_tokens \"yes\", which must be true or false"),
        (serde_json::json!({ "mask_token": 7 }), "mask_token 7, which must be a string"),
        (serde_json::json!({ "added_tokens_decoder": { "seven": "<x>" } }), "added_tokens_decoder"),
    ] {
        let Err(fault) = folder(config) else { panic!("{named} was taken") };
        assert!(fault.to_string().contains(named), "{fault}");
    }
    let unigram = serde_json::json!({ "model": { "type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["a", -1.0]] } });
    let many = serde_json::json!({ "tokenizer_class": "T5Tokenizer", "extra_ids": 10_001 });
    let files = [("tokenizer.json".to_string(), unigram), ("tokenizer_config.json".to_string(), many)].into();
    let Err(fault) = Text::open_folder(&written("many sentinels", &files)) else { panic!("10,001 sentinels were taken") };
    assert!(fault.to_string().contains("extra_ids 10001, which must be a whole number up to 10,000"), "{fault}");
    let mask = folder(serde_json::json!({ "mask_token": "a" })).expect("a tokenizer").mask();
    assert_eq!(mask, Some(0), "the token that hides another is the files'");
}

#[test]
fn a_tokenizer_at_which_the_library_panics_is_an_error_like_any_other() {
    let (Rule { tokenizer, .. }, _) = rules("panics").remove(0);
    let mut file = tokenizer;
    file["model"] = serde_json::json!({ "type": "WordLevel", "vocab": { "<unk>": 0, " ": 1 }, "unk_token": "<unk>" });
    file["pre_tokenizer"] = Value::Null;
    file["added_tokens"] = serde_json::json!([]);
    file["decoder"] = serde_json::json!({ "type": "Strip", "content": " ", "start": 1, "stop": 1 });
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stages that do not fit.json");
    std::fs::write(&path, file.to_string()).expect("a file");
    let text = Text::open(&path).expect("a tokenizer.json");
    let ids = text.encode(" ", None).expect("ids").0;
    let error = text.decode(&ids).expect_err("it strips more than there is").to_string();
    assert!(error.contains("do not fit together"), "{error}");
}

/// A number that JSON does not have hinders nobody, in any of the files that Python writes.
#[test]
fn the_files_beside_a_tokenizer_are_read_as_python_writes_them() {
    let word_level = serde_json::json!({ "model": { "type": "WordLevel", "vocab": { "a": 0, "b": 1 }, "unk_token": "a" } });
    let dir = written("files with infinite numbers", &[("tokenizer.json".to_string(), word_level)].into());
    let files = [
        ("config.json", r#"{ "model_type": "bert", "time_step_limit": [0.0, Infinity] }"#),
        (
            "tokenizer_config.json",
            r#"{ "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 1e999, "limit": -Infinity }"#,
        ),
        ("special_tokens_map.json", r#"{ "mask_token": "b", "score": NaN }"#),
        ("added_tokens.json", "{}"),
    ];
    for (name, content) in files {
        std::fs::write(dir.join(name), content).expect("a file");
    }
    assert_eq!(Text::open_folder(&dir).expect("a tokenizer").mask(), Some(1));
    std::fs::write(dir.join("config.json"), "{ \"x\": infinity }").expect("a file");
    let Err(fault) = Text::open_folder(&dir) else { panic!("text that is no JSON was taken") };
    assert!(fault.to_string().contains("config.json cannot be read"), "{fault}");
}
