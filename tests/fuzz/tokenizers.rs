//! A tokenizer.json, a tokenizer_config.json and the files beside them, damaged, and texts for them.

use std::path::Path;

use diorama::text::Text;
use serde_json::{Value, json};

use crate::bases::Bases;
use crate::kind::{Files, Said, file, told};
use crate::mutate;
use crate::random::Random;

/// What the text and the ids stand in.
const ASKED: &str = "asked.json";

pub fn make(bases: &Bases, random: &mut Random) -> Files {
    let base = random.pick(&bases.tokenizers);
    let mut contents = base.files.clone();
    for (name, more) in
        [("tokenizer_config.json", 2), ("config.json", 6), ("special_tokens_map.json", 8), ("added_tokens.json", 8)]
    {
        if random.once_in(more) && !contents.contains_key(name) {
            contents.insert(name.into(), settings(name, random));
        }
    }
    let names: Vec<String> = NAMES.split_whitespace().map(String::from).collect();
    let damaged = random.below(contents.len());
    let mut files: Files = vec![];
    for (index, (name, mut value)) in contents.into_iter().enumerate() {
        if index == damaged || random.once_in(4) {
            mutate::json(&mut value, &names, random);
        }
        files.push((name, mutate::text(&value, random)));
    }
    let mut text = json!([random.pick(&base.texts), mutate::word(random)]);
    mutate::json(&mut text, &[], random);
    let ids: Vec<u32> = (0..random.below(12)).map(|_| *random.pick(&[0, 1, 2, 5, 9, 30, 300, 70_000, u32::MAX])).collect();
    let pair = random.once_in(3).then(|| mutate::word(random));
    files.push((ASKED.into(), json!({ "text": text.to_string(), "pair": pair, "ids": ids }).to_string().into_bytes()));
    files
}

pub fn try_out(_: &mut Bases, files: &Files, dir: &Path) -> Said {
    let mut said = vec![];
    let asked: Value = serde_json::from_slice(file(files, ASKED)).expect("made as JSON");
    let Some(tokenizer) = told(&mut said, Text::open_folder(dir)) else { return said };
    said.extend(tokenizer.notices().iter().cloned());
    tokenizer.mask();
    let text = asked["text"].as_str().unwrap_or_default();
    told(&mut said, tokenizer.encode_plain(text));
    let encoded = told(&mut said, tokenizer.encode(text, asked["pair"].as_str()));
    let ids: Vec<u32> = asked["ids"].as_array().into_iter().flatten().map(|id| id.as_u64().unwrap_or_default() as u32).collect();
    told(&mut said, tokenizer.decode(&ids));
    if let Some((ids, _)) = encoded {
        told(&mut said, tokenizer.decode(&ids));
    }
    said
}

/// A sound file of settings.
fn settings(name: &str, random: &mut Random) -> Value {
    let class = *random.pick(&[
        "BertTokenizer",
        "ElectraTokenizer",
        "RobertaTokenizer",
        "AlbertTokenizer",
        "GPT2Tokenizer",
        "LlamaTokenizer",
        "T5Tokenizer",
        "MT5Tokenizer",
        "PreTrainedTokenizerFast",
        "ByT5Tokenizer",
    ]);
    let token =
        json!({ "content": "<new>", "lstrip": false, "normalized": true, "rstrip": true, "single_word": false, "special": true });
    match name {
        "tokenizer_config.json" => json!({
            "tokenizer_class": class, "add_prefix_space": true, "do_lower_case": false, "keep_accents": true, "legacy": false, "extra_ids": 3,
            "mask_token": "[MASK]", "unk_token": "<unk>", "clean_up_tokenization_spaces": true, "added_tokens_decoder": { "3": token }
        }),
        "config.json" => {
            json!({ "model_type": *random.pick(&["bert", "roberta", "albert", "gpt2", "t5", "llama"]), "tokenizer_class": class })
        }
        "special_tokens_map.json" => {
            json!({ "cls_token": "[CLS]", "pad_token": token, "additional_special_tokens": ["<extra>", "a"] })
        }
        _ => json!({ "<added>": 300, "<more>": 301 }),
    }
}

const NAMES: &str = "type content special lstrip rstrip single_word normalized id ids tokens vocab merges unk_token unk_id dropout fuse_unk \
    byte_fallback ignore_merges continuing_subword_prefix end_of_word_suffix max_input_chars_per_word normalizers pretokenizers processors decoders \
    pattern Regex String behavior invert replacement prepend_scheme split add_prefix_space trim_offsets use_regex precompiled_charsmap prefix \
    cleanup start stop single pair special_tokens SpecialToken Sequence type_id sep cls truncation padding max_length stride strategy direction \
    pad_id pad_token normalizer pre_tokenizer post_processor decoder model added_tokens tokenizer_class extra_ids extra_special_tokens \
    additional_special_tokens added_tokens_decoder bos_token eos_token cls_token sep_token mask_token do_lower_case strip_accents \
    tokenize_chinese_chars keep_accents legacy clean_up_tokenization_spaces split_special_tokens fast_tokenizer_files model_type image_token";
