//! Bad input to the command: exit code 1 and one line for each.

mod common;

use common::folder;
use common::shell::{diorama, list, model, refused, scratch, stdout};

/// What is wrong with it, its config.json, its weights, and words that the refusal must hold.
type Folder<'a> = (&'a str, Option<&'a str>, Option<&'a [u8]>, &'a [&'a str]);

#[test]
fn a_bad_folder_is_one_line() {
    let whole = std::fs::read(folder("t5-v1_0").join("model.safetensors")).expect("a golden's weights");
    let config = std::fs::read_to_string(folder("t5-v1_0").join("config.json")).expect("a golden's config.json");
    let mut endless = whole.clone();
    endless[..8].copy_from_slice(&10_000_000_000u64.to_le_bytes());
    let cases: [Folder; 9] = [
        ("no config", None, Some(&whole), &["config.json"]),
        ("no weights", Some(&config), None, &["model.safetensors"]),
        ("another architecture", Some(r#"{"model_type": "mamba"}"#), Some(&whole), &["\"mamba\"", "t5"]),
        ("another architecture, no weights", Some(r#"{"model_type": "mamba"}"#), None, &["\"mamba\"", "t5"]),
        ("no JSON", Some("cats"), Some(&whole), &["config.json", "JSON"]),
        (
            "misshapen",
            Some(&config.replace("\"d_ff\": 37", "\"d_ff\": 38")),
            Some(&whole),
            &["wi.weight", "[37, 24]", "[38, 24]"],
        ),
        ("truncated", Some(&config), Some(&whole[..whole.len() / 2]), &["model.safetensors", "truncated"]),
        ("10 GB of header", Some(&config), Some(&endless), &["model.safetensors", "10000000000 bytes"]),
        ("more layers", Some(&config.replace("\"num_layers\": 2", "\"num_layers\": 3")), Some(&whole), &["block.2", "missing"]),
    ];
    for (what, config, weights, substance) in cases {
        let dir = scratch(what);
        if let Some(config) = config {
            std::fs::write(dir.join("config.json"), config).expect("a file");
        }
        if let Some(weights) = weights {
            std::fs::write(dir.join("model.safetensors"), weights).expect("a file");
        }
        let dir = dir.display().to_string();
        refused(what, &["inspect", &dir], substance);
        refused(what, &["run", &dir, "--ids", "5,9,2"], substance);
        refused(what, &["generate", &dir, "--ids", "5,9,2", "--json"], substance);
    }
    refused("no folder", &["inspect", "/nowhere/at/all"], &["/nowhere/at/all"]);
    refused("a file for a folder", &["inspect", &format!("{}/config.json", model("t5-v1_0"))], &["config.json"]);
}

#[test]
fn inspect_reads_no_numbers_and_run_refuses_those_that_are_none() {
    let dir = scratch("numbers");
    let mut bytes = std::fs::read(folder("t5-v1_0").join("model.safetensors")).expect("a golden's weights");
    let end = bytes.len();
    // The last bytes of the file are numbers: all ones is a NaN in every format.
    bytes[end - 4..].fill(0xFF);
    std::fs::write(dir.join("model.safetensors"), bytes).expect("a file");
    std::fs::copy(folder("t5-v1_0").join("config.json"), dir.join("config.json")).expect("a file");
    let dir = dir.display().to_string();
    assert!(stdout(&diorama(&["inspect", &dir])).contains("26880 parameters"));
    refused("a NaN", &["run", &dir, "--ids", "5,9,2"], &["infinities or NaNs"]);
}

#[test]
fn a_bad_input_is_one_line() {
    let endless = list(&vec![5; 60_000]);
    let bad: [(&str, &[&str], &[&str]); 15] = [
        ("outside the vocabulary", &["--ids", "5,61"], &["61", "0 to 60"]),
        ("far outside", &["--ids", "4294967295"], &["4294967295"]),
        ("no number", &["--ids", "5,cat"], &["cat", "--ids"]),
        ("negative", &["--ids=-5"], &["-5", "--ids"]),
        ("too large for an id", &["--ids", "4294967296"], &["4294967296"]),
        ("no ids", &["--ids", ""], &["--ids"]),
        ("no input", &[], &["--text"]),
        ("empty text", &["--text", ""], &["the text is empty"]),
        ("no tokenizer", &["--text", "I am cold."], &["tokenizer.json", "--ids"]),
        ("text and ids", &["--text", "I", "--ids", "5"], &["--text", "--ids"]),
        ("ids and a second text", &["--ids", "5", "--text-pair", "I"], &["--text-pair", "--ids"]),
        ("mask of another length", &["--ids", "5,9,2", "--attention-mask", "1,1"], &["attention mask", "2", "3"]),
        ("mask of other numbers", &["--ids", "5,9", "--attention-mask", "1,2"], &["attention mask", "2"]),
        ("token types", &["--ids", "5,9", "--token-type-ids", "0,0"], &["token types"]),
        ("far too long", &["--ids", &endless], &["60000 tokens", "GiB"]),
    ];
    let dir = model("t5-v1_0");
    for (what, arguments, substance) in bad {
        refused(what, &[&["run", &dir][..], arguments].concat(), substance);
        refused(what, &[&["generate", &dir][..], arguments].concat(), substance);
    }
    let run: [(&str, &[&str], &[&str]); 6] = [
        ("unmatched glob", &["--capture", "decoder.9.*"], &["\"decoder.9.*\"", "no hook"]),
        ("decoder id", &["--decoder-ids", "0,61"], &["61"]),
        ("decoder text without a tokenizer", &["--decoder-text", "Je"], &["tokenizer.json"]),
        ("decoder twice", &["--decoder-text", "Je", "--decoder-ids", "0"], &["--decoder-ids"]),
        ("no such folder for the trace", &["--out", "/nowhere/at/all/trace.safetensors"], &["/nowhere/at/all/trace.safetensors"]),
        ("unknown option", &["--temprature", "1"], &["--temprature"]),
    ];
    for (what, arguments, substance) in run {
        refused(what, &[&["run", &dir, "--ids", "5,9,2"][..], arguments].concat(), substance);
    }
    let generate: [(&str, &[&str], &[&str]); 8] = [
        ("temperature", &["--temperature=-1"], &["temperature is -1"]),
        ("top-p", &["--top-p", "1.5"], &["top-p is 1.5"]),
        ("top-k", &["--top-k", "few"], &["few", "--top-k"]),
        ("beams", &["--beams", "62"], &["62 beams"]),
        ("no beams", &["--beams", "0"], &["0 beams"]),
        ("endless beams", &["--beams", "60", "--max-new-tokens", "200000"], &["60 sequences", "GiB"]),
        ("device", &["--device", "tpu"], &["tpu", "cpu"]),
        ("unknown option", &["--tokens", "4"], &["--tokens"]),
    ];
    for (what, arguments, substance) in generate {
        refused(what, &[&["generate", &dir, "--ids", "5,9,2"][..], arguments].concat(), substance);
    }
    refused("no action", &[], &["--help"]);
    refused("another action", &["teach"], &["teach"]);
}

#[test]
fn of_a_value_of_ten_megabytes_the_beginning_is_quoted() {
    let gpt2 = |name: &str| std::fs::read(folder("gpt2").join(name)).expect("a golden's file");
    let config: serde_json::Value = serde_json::from_slice(&gpt2("config.json")).expect("JSON");
    let (long, dir) = ("x".repeat(10_000_000), scratch("long values"));
    let path = dir.display().to_string();
    std::fs::write(dir.join("model.safetensors"), gpt2("model.safetensors")).expect("a file");
    let values = [
        ("vocab_size", serde_json::json!(long)),
        ("model_type", serde_json::json!(long)),
        ("architectures", serde_json::json!([long])),
        ("activation_function", serde_json::json!(long)),
        ("quantization_config", serde_json::json!({ "x": long })),
        ("eos_token_id", serde_json::json!({ &long: "x" })),
    ];
    let short = |what: &str, arguments: &[&str]| {
        refused(what, arguments, &["xxxxxxxxx…"]);
        let said = String::from_utf8_lossy(&diorama(arguments).stderr).chars().count();
        assert!(said < 600, "{what}: {said} characters");
    };
    for (name, value) in values {
        let mut config = config.clone();
        config[name] = value;
        std::fs::write(dir.join("config.json"), config.to_string()).expect("a file");
        short(name, &["inspect", &path]);
    }
    std::fs::write(dir.join("config.json"), gpt2("config.json")).expect("a file");
    let table = format!(r#"{{"a":{{"dtype":"{long}","shape":[],"data_offsets":[0,0]}}}}"#);
    std::fs::write(dir.join("model.safetensors"), [&(table.len() as u64).to_le_bytes()[..], table.as_bytes()].concat())
        .expect("a file");
    short("a format", &["inspect", &path]);
    std::fs::remove_file(dir.join("model.safetensors")).expect("it was there");
    let index = dir.join("model.safetensors.index.json");
    std::fs::write(&index, serde_json::json!({ "weight_map": { "a": long } }).to_string()).expect("a file");
    let said = String::from_utf8_lossy(&diorama(&["inspect", &path]).stderr).chars().count();
    assert!(said < 600, "a shard's name: {said} characters");
    let interventions = dir.join("interventions.json");
    let file = interventions.display().to_string();
    for (what, value) in [
        ("a hook", serde_json::json!({ "hook": long, "set": 0 })),
        ("a word", serde_json::json!({ "hook": "*", &long: 0 })),
        ("an axis", serde_json::json!({ "hook": "*", "set": 0, "at": { &long: 0 } })),
        ("an index", serde_json::json!({ "hook": "*", "set": 0, "at": { "pos": long } })),
        ("no hook", serde_json::json!({ "hook": [long] })),
        ("a number", serde_json::json!({ "hook": "*", "add": long })),
        ("a file", serde_json::json!({ "hook": "*", "from": [long] })),
    ] {
        std::fs::write(&interventions, value.to_string()).expect("a file");
        short(what, &["run", &model("gpt2"), "--ids", "1,2", "--intervene", &file]);
    }
    let argument = "x".repeat(100_000); // the most that a system hands over
    short("a glob", &["run", &model("gpt2"), "--ids", "1", "--capture", &argument]);
    short("a device", &["run", &model("gpt2"), "--ids", "1", "--device", &argument]);
}
