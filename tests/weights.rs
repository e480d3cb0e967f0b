//! Checkpoints and configurations as they arrive: three number formats, and everything that can be wrong with a file. Each
//! fault is one sentence that names the thing.

mod common;

use std::collections::BTreeMap;

use common::folder;
use diorama::device::Choice;
use diorama::error::{Error, Result};
use diorama::generate::{Engine, Input};
use diorama::models;
use diorama::weights::{Checkpoint, Table};
use half::{bf16, f16};
use pollster::block_on;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::{Value, json};

const SHARED: &str = "shared.weight";
const QUERY: &str = "encoder.block.1.layer.0.SelfAttention.q.weight";

#[test]
fn three_formats_of_the_same_numbers_load_the_same() {
    // Bit patterns that a person can look up: 1, −2, 0.5, the largest that f16 has, its smallest, 0.
    let f16_bits = [0x3C00u16, 0xC000, 0x3800, 0x7BFF, 0x0001, 0x0000];
    let numbers = [1.0f32, -2.0, 0.5, 65504.0, 5.960_464_5e-8, 0.0];
    let bf16_bits = [0x3F80u16, 0xC000, 0x3F00, 0x7F7F, 0x0080, 0x0000];
    let bf16_numbers = [1.0f32, -2.0, 0.5, 3.389_531_4e38, 1.175_494_4e-38, 0.0];
    let bytes = |bits: [u16; 6]| move |n: usize| (0..n).flat_map(|i| bits[i % 6].to_le_bytes()).collect::<Vec<u8>>();
    for (dtype, bytes, numbers) in [(Dtype::F16, bytes(f16_bits), numbers), (Dtype::BF16, bytes(bf16_bits), bf16_numbers)] {
        let mut tensors = tensors();
        let shared = tensors.get_mut(SHARED).expect("the embedding");
        (shared.dtype, shared.data) = (dtype, bytes(61 * 24));
        let parameters = parameters(&file(&tensors)).expect("a sound checkpoint");
        let model = models::build(&config().to_string(), &names()).expect("T5");
        let loaded = parameters.get(model.graph.find(SHARED).expect("the embedding's node")).expect("its numbers");
        assert_eq!(loaded.len(), 61 * 24);
        loaded.iter().enumerate().for_each(|(i, x)| assert_eq!(*x, numbers[i % 6], "{dtype:?} number {i}"));
    }
}

#[test]
fn a_model_computes_the_same_from_any_format_of_its_numbers() {
    let rounded: [fn(f32) -> f32; 2] = [|x| f16::from_f32(x).to_f32(), |x| bf16::from_f32(x).to_f32()];
    let stored: [fn(f32) -> u16; 2] = [|x| f16::from_f32(x).to_bits(), |x| bf16::from_f32(x).to_bits()];
    for (dtype, (rounded, stored)) in [Dtype::F16, Dtype::BF16].into_iter().zip(rounded.into_iter().zip(stored)) {
        let [mut wide, mut narrow] = [tensors(), tensors()];
        for (name, tensor) in &mut narrow {
            let numbers: Vec<f32> = tensor.numbers();
            tensor.dtype = dtype;
            tensor.data = numbers.iter().flat_map(|x| stored(*x).to_le_bytes()).collect();
            wide.get_mut(name).expect("the same names").data = numbers.iter().flat_map(|x| rounded(*x).to_le_bytes()).collect();
        }
        assert_eq!(logits(&narrow), logits(&wide), "{dtype:?}");
    }
}

#[test]
fn a_damaged_file_is_named_and_its_bytes_are_counted() {
    let whole = file(&tensors());
    let header = u64::from_le_bytes(*whole.first_chunk().expect("a header")) as usize;
    let mut endless = whole.clone();
    endless[..8].copy_from_slice(&10_000_000_000u64.to_le_bytes());
    let mut impossible = whole.clone();
    impossible[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut longer = whole.clone();
    longer.extend([0; 12]);
    let cut = |n: usize| whole[..n].to_vec();
    let size = whole.len();
    let damaged = [
        ("nothing", cut(0), "has only 0 bytes".to_string()),
        ("less than a length", cut(7), "has only 7 bytes".into()),
        ("a length alone", cut(8), format!("claims a header of {header} bytes but has 8 bytes")),
        ("half a header", cut(8 + header / 2), format!("claims a header of {header} bytes")),
        ("a header alone", cut(8 + header), format!("its {} bytes do not fit", 8 + header)),
        ("all but a byte", cut(size - 1), format!("its {} bytes do not fit", size - 1)),
        ("bytes left over", longer, format!("its {} bytes do not fit", size + 12)),
        ("10 GB of header", endless, format!("claims a header of 10000000000 bytes but has {size} bytes")),
        ("2⁶⁴ of header", impossible, format!("claims a header of {} bytes but has {size} bytes", u64::MAX)),
        (
            "a web page",
            b"<!DOCTYPE html><html><body>Not found</body></html>".to_vec(),
            "model.safetensors claims a header".into(),
        ),
        ("a pickle", b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec(), "model.safetensors claims a header".into()),
        ("no JSON", [&4u64.to_le_bytes()[..], b"cats"].concat(), "unreadable table of contents".into()),
    ];
    for (what, bytes, substance) in damaged {
        let fault = refused(what, parameters(&bytes));
        assert!(fault.contains("model.safetensors") && fault.contains(&substance), "{what}: {fault}");
        assert!(fault.contains("fetch it again"), "{what} says what to do: {fault}");
    }
}

#[test]
fn a_tensor_that_does_not_fit_is_named() {
    let change = |change: fn(&mut BTreeMap<String, Stored>)| {
        let mut tensors = tensors();
        change(&mut tensors);
        parameters(&file(&tensors))
    };
    let missing = refused("missing", change(|tensors| drop(tensors.remove(QUERY))));
    assert!(missing.contains(QUERY) && missing.contains("missing"), "{missing}");

    let misshapen = refused("misshapen", change(|tensors| tensors.get_mut(QUERY).expect("a query").shape = vec![24, 21]));
    assert!(misshapen.contains(QUERY) && misshapen.contains("[24, 21]") && misshapen.contains("[21, 24]"), "{misshapen}");
    let flat = refused("flat", change(|tensors| tensors.get_mut(QUERY).expect("a query").shape = vec![21 * 24]));
    assert!(flat.contains(QUERY) && flat.contains("[504]"), "{flat}");

    let integers = refused("integers", change(|tensors| tensors.get_mut(QUERY).expect("a query").dtype = Dtype::I32));
    assert!(integers.contains(QUERY) && integers.contains("I32") && integers.contains("BF16"), "{integers}");

    for (what, number) in [("NaN", f32::NAN), ("infinity", f32::INFINITY)] {
        let mut tensors = tensors();
        tensors.get_mut(QUERY).expect("a query").data[40..44].copy_from_slice(&number.to_le_bytes());
        let fault = refused(what, parameters(&file(&tensors)));
        assert!(fault.contains(QUERY) && fault.contains("infinities or NaNs"), "{what}: {fault}");
    }
}

#[test]
fn a_table_of_contents_alone_refuses_what_the_whole_file_would() {
    let table = |bytes: &[u8], size: usize| {
        let length = u64::from_le_bytes(*bytes.first_chunk().expect("a header")) as usize;
        let mut table = Table::default();
        table.add("model.safetensors", &bytes[..bytes.len().min(8 + length)], size as u64)?;
        table.check(&models::build(&config().to_string(), &table.names())?.graph)
    };
    let whole = file(&tensors());
    table(&whole, whole.len()).expect("a sound checkpoint");
    let changes: [fn(&mut BTreeMap<String, Stored>); 3] = [
        |tensors| drop(tensors.remove(QUERY)),
        |tensors| tensors.get_mut(QUERY).expect("a query").shape = vec![24, 21],
        |tensors| tensors.get_mut(QUERY).expect("a query").dtype = Dtype::I32,
    ];
    for change in changes {
        let mut tensors = tensors();
        change(&mut tensors);
        let bytes = file(&tensors);
        assert_eq!(table(&bytes, bytes.len()), parameters(&bytes).map(drop));
        assert!(table(&bytes, bytes.len()).is_err());
    }
    // The file's length is known before its numbers are there.
    for size in [whole.len() - 1, whole.len() + 12] {
        let fault = refused("another length", table(&whole, size));
        assert!(fault.contains(&format!("its {size} bytes do not fit")), "{fault}");
    }
    let fault = refused("half a table", Table::default().add("w", &whole[..100], whole.len() as u64));
    assert!(fault.contains("w claims a header of") && fault.contains("fetch it again"), "{fault}");
}

#[test]
fn a_checkpoint_may_lie_in_several_files() {
    let mut first = tensors();
    let second = first.split_off("encoder");
    let (first, second) = (file(&first), file(&second));
    let parts = [("model-00001-of-00002.safetensors", first.as_slice()), ("model-00002-of-00002.safetensors", &second)];
    let checkpoint = Checkpoint::open(&parts).expect("two sound files");
    let mut found = checkpoint.names();
    found.sort();
    assert_eq!(found, names());
    let broken = [parts[0], (parts[1].0, &second[..100])];
    let fault = refused("a broken part", Checkpoint::open(&broken).map(drop));
    assert!(fault.contains("model-00002-of-00002.safetensors"), "{fault}");
}

#[test]
fn an_architecture_that_is_not_built_in_is_named() {
    let with = |model_type: Value| json!({ "model_type": model_type, "d_model": 24 }).to_string();
    for (config, substance) in [
        (with("mamba".into()), "\"mamba\""),
        (with("T5".into()), "\"T5\""),
        (with(5.into()), "model_type is 5"),
        ("{}".into(), "no model_type"),
        ("[]".into(), "no object"),
        ("null".into(), "no object"),
        ("".into(), "not JSON"),
        ("<html>".into(), "not JSON"),
    ] {
        let fault = refused(&config, models::build(&config, &names()).map(drop));
        assert!(fault.contains(substance) && fault.starts_with("config: "), "{config}: {fault}");
    }
    // A class with another head, or none, is not taken for the one that is built in.
    for (model_type, class) in [
        ("bert", "BertForQuestionAnswering"),
        ("t5", "T5EncoderModel"),
        ("gpt2", "GPT2ForSequenceClassification"),
        ("llama", "LlamaForSequenceClassification"),
    ] {
        let config = json!({ "model_type": model_type, "architectures": [class] }).to_string();
        let fault = refused(class, models::build(&config, &names()).map(drop));
        assert!(fault.contains(&format!("{class} is not built in")), "{fault}");
    }
    let decoder = json!({ "model_type": "bert", "is_decoder": true }).to_string();
    assert!(refused("a decoder", models::build(&decoder, &names()).map(drop)).contains("is_decoder"));
}

#[test]
fn only_the_first_t5_scales_before_its_head() {
    let scales = |model_type: &str, tied: bool| {
        let (mut config, model_type) = (config(), json!(model_type));
        (config["model_type"], config["tie_word_embeddings"]) = (model_type, json!(tied));
        let model = models::build(&config.to_string(), &names()).expect("T5");
        model.graph.find("decoder.scaled").is_some()
    };
    // Every mT5 that the reference writes claims to be tied.
    let found = [("t5", true), ("t5", false), ("mt5", true), ("mt5", false)].map(|(kind, tied)| scales(kind, tied));
    assert_eq!(found, [true, false, false, false]);
}

#[test]
fn a_head_of_its_own_has_its_own_bias() {
    // BERT's word head is published with its bias under two names. Where the embedding is not its matrix, the reference reads the matrix's own.
    let dir = folder("bert-mlm");
    let config = std::fs::read_to_string(dir.join("config.json")).expect("a golden's config.json");
    let bytes = std::fs::read(dir.join("model.safetensors")).expect("a golden's weights");
    let mut tensors = owned(&bytes);
    let logits = |tensors: &BTreeMap<String, Stored>| {
        let bytes = file(tensors);
        let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound checkpoint");
        let model = models::build(&config, &checkpoint.names()).expect("BERT");
        let parameters = checkpoint.parameters(&model.graph).expect("its numbers");
        let mut engine = block_on(Engine::open(model, parameters, Choice::Cpu)).expect("the CPU");
        block_on(engine.run(&Input { ids: vec![7, 12], ..Input::default() }, &[])).expect("a run").logits.remove(0).data
    };
    let before = logits(&tensors);
    let bias = &tensors["cls.predictions.bias"];
    let more = bias.data.chunks_exact(2).map(|b| f16::from_bits(u16::from_le_bytes([b[0], b[1]])).to_f32() + 8.0);
    let data = more.flat_map(|x| f16::from_f32(x).to_bits().to_le_bytes()).collect();
    let own = Stored { dtype: Dtype::F16, shape: bias.shape.clone(), data };
    tensors.insert("cls.predictions.decoder.bias".into(), own);
    for (with, without) in logits(&tensors).iter().zip(&before) {
        assert!((with - without - 8.0).abs() < 0.02, "{with} is not 8 more than {without}");
    }
}

#[test]
fn absurd_sizes_are_refused_by_name() {
    let sizes = ["vocab_size", "d_model", "d_kv", "d_ff", "num_layers", "num_decoder_layers", "num_heads"];
    let huge = [json!(1_000_000_000_000u64), json!(u64::MAX), json!(1u64 << 63), json!(3_000_000_000u64)];
    for name in sizes {
        for value in [json!(0), json!(-1), json!(2.5), json!("many"), json!(1e12)].into_iter().chain(huge.clone()) {
            let config = changed(name, value.clone());
            let fault = refused(&format!("{name} {value}"), models::build(&config, &names()).map(drop));
            assert!(fault.contains(name), "{name} {value}: {fault}");
        }
    }
    for (name, value) in [
        ("relative_attention_num_buckets", json!(0)),
        ("relative_attention_num_buckets", json!(1_000_000_000_000u64)),
        ("relative_attention_max_distance", json!(0)),
        ("relative_attention_max_distance", json!(1_000_000_000_000u64)),
        ("feed_forward_proj", json!("sigmoidish")),
        ("decoder_start_token_id", json!(61)),
    ] {
        let fault = refused(name, models::build(&changed(name, value.clone()), &names()).map(drop));
        assert!(fault.contains(name), "{name} {value}: {fault}");
    }
    // Each of the two is a number of layers that passes; together they are a million.
    let config = json!({ "model_type": "albert", "num_hidden_layers": 1000, "inner_group_num": 1000 }).to_string();
    let fault = refused("layers of layers", models::build(&config, &names()).map(drop));
    assert!(fault.contains("num_hidden_layers × inner_group_num is 1000000"), "{fault}");
}

#[test]
fn sizes_of_another_model_meet_the_checkpoint_and_are_refused() {
    for (name, value) in [("vocab_size", 62), ("d_model", 25), ("d_kv", 8), ("d_ff", 38), ("num_layers", 3), ("num_heads", 2)] {
        let model = models::build(&changed(name, json!(value)), &names()).expect("a sound configuration");
        let bytes = file(&tensors());
        let checkpoint = Checkpoint::open(&[("model.safetensors", &bytes)]).expect("a sound file");
        let fault = refused(name, checkpoint.parameters(&model.graph));
        assert!(fault.contains(".weight\""), "{name}: {fault}");
    }
}

/// A tensor as a file holds it.
#[derive(Clone)]
struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    data: Vec<u8>,
}

impl Stored {
    fn numbers(&self) -> Vec<f32> {
        self.data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }
}

/// The tensors of a sound checkpoint, in f32.
fn tensors() -> BTreeMap<String, Stored> {
    owned(&std::fs::read(folder("t5-v1_0").join("model.safetensors")).expect("a golden's weights"))
}

fn owned(bytes: &[u8]) -> BTreeMap<String, Stored> {
    let parsed = SafeTensors::deserialize(bytes).expect("a sound golden");
    let stored = |view: TensorView| Stored { dtype: view.dtype(), shape: view.shape().to_vec(), data: view.data().to_vec() };
    parsed.tensors().into_iter().map(|(name, view)| (name, stored(view))).collect()
}

fn names() -> Vec<String> {
    tensors().into_keys().collect()
}

fn file(tensors: &BTreeMap<String, Stored>) -> Vec<u8> {
    let views = tensors.iter().map(|(name, tensor)| {
        let view = TensorView::new(tensor.dtype, tensor.shape.clone(), &tensor.data).expect("bytes for its shape");
        (name.as_str(), view)
    });
    safetensors::serialize(views, None).expect("a file")
}

fn config() -> Value {
    let text = std::fs::read_to_string(folder("t5-v1_0").join("config.json")).expect("a golden's config.json");
    serde_json::from_str(&text).expect("JSON")
}

/// The configuration with one value replaced.
fn changed(name: &str, value: Value) -> String {
    let mut config = config();
    config[name] = value;
    config.to_string()
}

fn parameters(file: &[u8]) -> Result<diorama::pass::Parameters> {
    let checkpoint = Checkpoint::open(&[("model.safetensors", file)])?;
    checkpoint.parameters(&models::build(&config().to_string(), &names())?.graph)
}

fn logits(tensors: &BTreeMap<String, Stored>) -> Vec<f32> {
    let model = models::build(&config().to_string(), &names()).expect("T5");
    let parameters = parameters(&file(tensors)).expect("a sound checkpoint");
    let mut engine = block_on(Engine::open(model, parameters, Choice::Cpu)).expect("the CPU");
    let input = Input { ids: vec![7, 33, 12, 1], decoder_ids: vec![0, 5], ..Input::default() };
    block_on(engine.run(&input, &[])).expect("a run").logits.remove(0).data
}

/// The one sentence of a fault: of the configuration or of the weights, on one line.
fn refused<T>(what: &str, outcome: Result<T>) -> String {
    let Err(fault) = outcome else { panic!("{what} was taken") };
    assert!(matches!(fault, Error::Config(_) | Error::Weights(_) | Error::Shape(_)), "{what}: {fault:?}");
    let sentence = fault.to_string();
    assert!(!sentence.contains('\n') && sentence.len() > 20, "{what}: one sentence: {sentence}");
    sentence
}
