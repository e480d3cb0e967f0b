//! Objectives: what the batches of each hold, and that each is one that a model of its class takes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use diorama::graph::Graph;
use diorama::models::{self, Family, Model};
use diorama::train::objectives::{
    Data, Deeds, Masking, Recipe, Rows, Settings, Spans, SpecialIds, Stream, Vocabulary, When, corrupt, read,
};
use diorama::train::{Batch, add_loss};

const VOCAB: usize = 60;

/// Ids 0 to 9 are special, the others stand for text.
fn settings(family: Family) -> Settings {
    let special = SpecialIds {
        pad: 0,
        cls: Some(1),
        sep: Some(2),
        mask: Some(3),
        bos: None,
        eos: Some(4),
        sentinels: vec![9, 8, 7, 6],
        others: vec![5],
    };
    Settings { family, vocab: VOCAB, special, batch: 4, context: 12, held_out: 0.2, seed: 1 }
}

fn text(from: usize, length: usize) -> Vec<u32> {
    (from..from + length).map(|i| 10 + (i % 50) as u32).collect()
}

/// Texts of 1 to 15 tokens.
fn texts() -> Data {
    Data::Texts((0..40).map(|i| text(7 * i, 1 + i * 4 % 15)).collect())
}

fn cases() -> Vec<(Recipe, Data, Settings)> {
    let fixed = Masking { when: When::Static { copies: 2 }, ..Masking::default() };
    let documents = || Data::Documents((0..20).map(|d| (0..1 + d % 5).map(|s| text(11 * d + 5 * s, 3)).collect()).collect());
    let pairs = || Data::Pairs((0..40).map(|i| [text(i, 1 + i % 8), text(3 * i, 1 + i % 5)]).collect());
    let labelled = Data::Labelled((0..40).map(|i| (text(i, 1 + i % 14), (i % 2) as u32)).collect());
    let [encoder, both, decoder] = [Family::Encoder, Family::EncoderDecoder, Family::Decoder].map(settings);
    vec![
        (Recipe::Clm(Rows::Packed), texts(), decoder.clone()),
        (Recipe::Clm(Rows::Lines), texts(), decoder.clone()),
        (Recipe::Mlm(Masking::default(), Rows::Packed), texts(), encoder.clone()),
        (Recipe::Mlm(fixed, Rows::Lines), texts(), encoder.clone()),
        (Recipe::Nsp(Masking::default()), documents(), encoder.clone()),
        (Recipe::Sop(Masking::default()), documents(), encoder.clone()),
        (Recipe::Rtd(0.15, Rows::Packed), texts(), encoder.clone()),
        (Recipe::Span(Spans::default(), Rows::Packed), texts(), both.clone()),
        (Recipe::Pairs, pairs(), both),
        (Recipe::Pairs, pairs(), decoder),
        (Recipe::Cls, labelled, encoder),
    ]
}

fn open((recipe, data, settings): (Recipe, Data, Settings)) -> Stream {
    Stream::open(recipe, data, settings).expect("a stream")
}

fn rows(batch: &Batch, name: &str) -> Vec<Vec<i64>> {
    let array = &batch.arrays[name];
    array.data.chunks(array.shape[1]).map(|row| row.iter().map(|number| *number as i64).collect()).collect()
}

#[test]
fn a_step_alone_is_the_step_of_a_run() {
    for (i, case) in cases().into_iter().enumerate() {
        let mut run = open(case.clone());
        let batches: Vec<Batch> = (0..30).map(|step| run.batch(step)).collect();
        let mut alone = open(case.clone());
        assert_eq!((alone.batch(29), alone.batch(3)), (batches[29].clone(), batches[3].clone()), "case {i}");
        assert_ne!(batches[3], batches[4], "case {i}");
        let mut other = open((case.0, case.1.clone(), Settings { seed: 2, ..case.2.clone() }));
        assert_ne!(other.batch(3), batches[3], "case {i}: another seed");
        assert_eq!(run.held_out(), alone.held_out(), "case {i}");
        assert!(!run.held_out().is_empty(), "case {i}");
        assert!(open((case.0, case.1, Settings { held_out: 0.0, ..case.2 })).held_out().is_empty(), "case {i}");
    }
}

#[test]
fn padding_is_on_the_right_and_has_no_label() {
    for case in cases() {
        let (name, family, context) = (case.0.name(), case.2.family, case.2.context);
        let mut stream = open(case);
        let held = stream.held_out();
        let batches: Vec<Batch> = (0..40).map(|step| stream.batch(step)).chain(held).collect();
        let mut padded = 0;
        for batch in &batches {
            let (ids, seen) = (rows(batch, "input_ids"), rows(batch, "attention_mask"));
            assert!(ids[0].len() <= context, "{name}");
            for (ids, seen) in ids.iter().zip(&seen) {
                assert!(seen.is_sorted_by(|a, b| a >= b), "{name}: {seen:?}");
                assert!(ids.iter().zip(seen).all(|(id, seen)| (*id == 0) == (*seen == 0)), "{name}: {ids:?}");
                padded += seen.iter().filter(|seen| **seen == 0).count();
            }
            if name == "cls" {
                continue;
            }
            for (labels, seen) in rows(batch, "labels").iter().zip(&seen) {
                assert!(labels.iter().all(|label| *label != 0), "{name}: padding is no label: {labels:?}");
                let beyond = |at: usize| family != Family::EncoderDecoder && seen[at] == 0;
                assert!((0..labels.len()).all(|at| !beyond(at) || labels[at] == -100), "{name}: {labels:?}");
            }
        }
        assert!(padded > 0 || name == "clm", "{name}: texts of different lengths");
    }
}

#[test]
fn special_tokens_are_never_masked() {
    for case in
        cases().into_iter().filter(|case| matches!(case.0, Recipe::Mlm(..) | Recipe::Nsp(_) | Recipe::Sop(_) | Recipe::Rtd(..)))
    {
        let name = case.0.name();
        let mut stream = open(case);
        for batch in (0..60).map(|step| stream.batch(step)) {
            for (ids, labels) in rows(&batch, "input_ids").iter().zip(rows(&batch, "labels")) {
                assert_eq!(ids[0], 1, "{name}: [CLS] stays");
                assert!(labels.iter().all(|label| *label == -100 || *label >= 10), "{name}: {labels:?}");
                assert!(labels.iter().any(|label| *label >= 10), "{name}: one at least is asked for");
                let hidden = ids.iter().zip(&labels).filter(|(id, _)| **id == 3);
                assert!(hidden.into_iter().all(|(_, label)| *label >= 10), "{name}: what is hidden is asked for");
            }
        }
    }
}

#[test]
fn static_masks_come_again_and_dynamic_ones_do_not() {
    // Ten different texts of ten tokens; each text's masks over eight epochs.
    let masks = |when: When| {
        let data = Data::Texts((0..10).map(|i| vec![10 + i; 10]).collect());
        let settings = Settings { held_out: 0.0, batch: 10, vocab: 300, ..settings(Family::Encoder) };
        let mut stream = open((Recipe::Mlm(Masking { when, ..Masking::default() }, Rows::Lines), data, settings));
        let mut seen: Vec<BTreeSet<Vec<usize>>> = vec![BTreeSet::new(); 10];
        for step in 0..8 {
            for labels in rows(&stream.batch(step), "labels") {
                let places: Vec<usize> = (0..12).filter(|at| labels[*at] >= 0).collect();
                assert_eq!(places.len(), 2, "15 % of ten, rounded");
                seen[labels[places[0]] as usize - 10].insert(places);
            }
        }
        seen.iter().map(BTreeSet::len).collect::<Vec<_>>()
    };
    assert!(masks(When::Static { copies: 1 }).iter().all(|different| *different == 1));
    assert!(masks(When::Static { copies: 2 }).iter().all(|different| *different <= 2));
    assert!(masks(When::Dynamic).iter().all(|different| *different > 4), "45 pairs of places");
}

#[test]
fn what_is_held_out_is_never_read_in_training() {
    // Each text has a token of its own.
    let data = Data::Texts((0..30).map(|i| vec![10 + i; 3]).collect());
    let mut stream = open((Recipe::Clm(Rows::Lines), data, settings(Family::Decoder)));
    let words = |batch: &Batch| rows(batch, "input_ids").into_iter().map(|row| row[0]).collect::<Vec<_>>();
    let held: BTreeSet<i64> = stream.held_out().iter().flat_map(words).collect();
    let trained: BTreeSet<i64> = (0..60).flat_map(|step| words(&stream.batch(step))).collect();
    assert_eq!((held.len(), trained.len()), (6, 24));
    assert!(held.is_disjoint(&trained));
}

#[test]
fn a_line_ends_and_a_decoder_learns_its_end() {
    let mut stream =
        open((Recipe::Clm(Rows::Lines), Data::Texts(vec![vec![10, 11]]), Settings { batch: 1, ..settings(Family::Decoder) }));
    let batch = stream.batch(0);
    assert_eq!(rows(&batch, "input_ids"), [[10, 11, 4]]);
    assert_eq!(rows(&batch, "labels"), [[10, 11, 4]], "the model moves them itself");
}

#[test]
fn pairs_are_two_texts_or_one() {
    let data = || Data::Pairs(vec![[vec![10, 11, 12], vec![20, 21]]]);
    let first = |settings: Settings| open((Recipe::Pairs, data(), Settings { batch: 1, ..settings })).batch(0);
    let batch = first(settings(Family::EncoderDecoder));
    assert_eq!((rows(&batch, "input_ids"), rows(&batch, "labels")), (vec![vec![10, 11, 12, 4]], vec![vec![20, 21, 4]]));
    let batch = first(settings(Family::Decoder));
    assert_eq!(rows(&batch, "input_ids"), [[10, 11, 12, 20, 21, 4]]);
    assert_eq!(rows(&batch, "labels"), [[-100, -100, -100, 20, 21, 4]], "the prompt is not learned");
    // Five positions: the beginning of the prompt goes, and it is told.
    let short = Settings { batch: 1, context: 5, ..settings(Family::Decoder) };
    let mut stream = open((Recipe::Pairs, data(), short));
    assert_eq!((rows(&stream.batch(0), "input_ids"), stream.cut()), (vec![vec![11, 12, 20, 21, 4]], 1));
}

#[test]
fn a_generator_makes_the_discriminators_batch() {
    let mut stream = open((Recipe::Rtd(0.15, Rows::Packed), texts(), settings(Family::Encoder)));
    let masked = stream.batch(5);
    let [texts, places] = [masked.arrays["input_ids"].shape[0], masked.arrays["input_ids"].data.len()];
    // All that is asked for becomes the token 59.
    let scores: Vec<f32> = (0..places).flat_map(|_| (0..VOCAB).map(|id| if id == 59 { 50.0 } else { -50.0 })).collect();
    let fill = || stream.replaced(5, &masked, &scores, 0..texts).expect("a batch");
    let found = fill();
    assert_eq!(found, fill(), "drawn from the step");
    let (asked, labels, ids) =
        (rows(&masked, "labels").concat(), rows(&found, "labels").concat(), rows(&found, "input_ids").concat());
    let expected = |at: usize| i64::from(asked[at] != -100 && asked[at] != 59);
    assert!((0..ids.len()).all(|at| labels[at] == if ids[at] == 0 { -100 } else { expected(at) }));
    assert!(labels.contains(&1) && !ids.contains(&3), "no mask is left");
}

fn golden(name: &str) -> Model {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/models").join(name);
    models::build(&std::fs::read_to_string(folder.join("config.json")).expect("a config"), &[]).expect("a model")
}

#[test]
fn special_tokens_are_found_by_their_usual_spellings() {
    let words = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "<s>", "</s>", "<extra_id_0>", "<extra_id_1>"];
    let id = |token: &str| words.iter().position(|word| *word == token).map(|id| id as u32);
    let bert = SpecialIds::find(&golden("bert-mlm"), &id);
    assert_eq!(bert, SpecialIds { cls: Some(1), sep: Some(2), mask: Some(3), others: vec![4], ..SpecialIds::default() });
    let t5 = SpecialIds::find(&golden("t5-v1_0"), &id);
    assert_eq!((t5.eos, t5.sentinels, t5.cls), (Some(1), vec![7, 8], None));
    let llama = SpecialIds::find(&golden("llama1"), &|_| None);
    assert_eq!((llama.bos, llama.mask, llama.sentinels), (None, None, vec![]));
}

#[test]
fn a_model_of_the_class_takes_every_batch() {
    let classes = [
        "gpt2",
        "llama1",
        "bert-mlm",
        "roberta-mlm",
        "bert-pretraining",
        "albert-pretraining",
        "electra-mlm",
        "t5-v1_0",
        "t5-v1_1",
        "gpt2",
        "bert-classification",
    ];
    for (case, class) in cases().into_iter().zip(classes) {
        let (model, name) = (golden(class), case.0.name());
        let mut stream = open(case);
        for batch in [stream.batch(0), stream.batch(9)].into_iter().chain(stream.held_out()) {
            let heads = batch.heads(&model).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            let mut graph = Graph::clone(&model.graph);
            let loss = add_loss(&mut graph, &model, &heads).expect("a loss");
            let fed = batch.feed(&model, &loss).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            assert!(fed.labels > 0 && fed.tokens > 0, "{name}");
        }
    }
}

#[test]
fn what_cannot_be_learned_is_refused_in_a_sentence() {
    let told = |recipe, data, settings| Stream::open(recipe, data, settings).map(drop).expect_err("refused").to_string();
    let (encoder, both, decoder) = (settings(Family::Encoder), settings(Family::EncoderDecoder), settings(Family::Decoder));
    let mlm = Recipe::Mlm(Masking::default(), Rows::Packed);
    let without = |change: fn(&mut Settings)| {
        let mut settings = encoder.clone();
        change(&mut settings);
        settings
    };
    let cases = [
        (told(mlm, texts(), decoder.clone()), "the objective mlm trains encoder models, and this one is a decoder"),
        (told(Recipe::Clm(Rows::Packed), texts(), both.clone()), "trains decoder models, and this one is an encoder-decoder"),
        (
            told(mlm, texts(), without(|s| s.special.mask = None)),
            "the objective mlm needs a mask token such as [MASK], which the tokenizer does not have",
        ),
        (told(mlm, texts(), without(|s| s.vocab = 20)), "the model's vocabulary has 20; tokenizer and model belong together"),
        (told(mlm, texts(), without(|s| s.context = 2)), "needs at least 3 positions, and --context is 2"),
        (told(mlm, texts(), without(|s| s.held_out = 1.0)), "the share that is held out is 1; it must be at least 0 and below 1"),
        (told(mlm, texts(), without(|s| s.batch = 0)), "a batch has no texts"),
        (told(mlm, Data::Texts(vec![]), encoder.clone()), "the data has too little text to learn from"),
        (told(mlm, Data::Pairs(vec![]), encoder.clone()), "read for another objective than mlm"),
        (
            told(Recipe::Nsp(Masking::default()), Data::Documents(vec![vec![vec![10], vec![11]]]), encoder.clone()),
            "too few documents",
        ),
        (
            told(Recipe::Span(Spans::default(), Rows::Packed), texts(), Settings { context: 100, ..both }),
            "and the tokenizer has 4; give a shorter --context",
        ),
        (
            told(Recipe::Clm(Rows::Packed), Data::Texts(vec![vec![10]]), Settings { special: SpecialIds::default(), ..decoder }),
            "too little text",
        ),
    ];
    for (told, substance) in cases {
        assert!(told.contains(substance), "{substance:?} is not in: {told}");
    }
}

/// The views of a corruption draw for one text what training draws where this text is all of its data.
#[test]
fn a_text_alone_is_corrupted_as_a_view_shows_it() {
    let settings = |family| Settings { batch: 1, context: 24, held_out: 0.0, ..settings(family) };
    let (ids, ordinary): (Vec<u32>, Vec<u32>) = (text(3, 20), (10..VOCAB as u32).collect());
    for when in [When::Dynamic, When::Static { copies: 3 }] {
        let masking = Masking { share: 0.3, when };
        let mut stream = open((Recipe::Mlm(masking, Rows::Lines), Data::Texts(vec![ids.clone()]), settings(Family::Encoder)));
        let framed = [&[1], &ids[..], &[2]].concat();
        for epoch in 0..7 {
            let vocabulary = Vocabulary { mask: 3, ordinary: &ordinary };
            let (read, _) = corrupt(&framed, masking.share, Deeds::Mixed, &vocabulary, &mut masking.draws(1, epoch));
            assert_eq!(stream.batch(epoch).arrays["input_ids"].data, read.into_iter().map(f64::from).collect::<Vec<_>>());
        }
    }
    let sentinels = settings(Family::EncoderDecoder).special.sentinels;
    let mut stream =
        open((Recipe::Span(Spans::default(), Rows::Lines), Data::Texts(vec![ids.clone()]), settings(Family::EncoderDecoder)));
    let (source, _) = Spans::default().corrupt(&ids, &sentinels, &mut Masking::default().draws(1, 0));
    let ended = source.into_iter().chain([4]).map(f64::from).collect::<Vec<_>>();
    assert_eq!(stream.batch(0).arrays["input_ids"].data, ended);
}

/// The texts in `www/data`, as `credits.json` lists them, read for each objective that they are said to be good for.
#[test]
fn texts_beside_the_page_are_data_for_their_objectives() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("www/data");
    let text = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap_or_else(|fault| panic!("{file}: {fault}"));
    let credits: serde_json::Value = serde_json::from_str(&text("credits.json")).expect("JSON");
    for credit in credits["files"].as_array().expect("a list") {
        let file = credit["file"].as_str().expect("a name");
        for objective in credit["objectives"].as_array().expect("objectives") {
            let recipe = Recipe::named(objective.as_str().expect("a name"), Rows::Packed).expect("an objective");
            let mut encode = |text: &str| Ok(text.chars().map(|_| 10).collect());
            let found = read(&recipe, &text(file), &[None, None], &mut encode).unwrap_or_else(|fault| panic!("{file}: {fault}"));
            let (number, many) = match found {
                Data::Texts(texts) => (texts.len(), if credit["format"] == "documents" { 50 } else { 1 }),
                Data::Documents(documents) => (documents.iter().filter(|sentences| sentences.len() > 1).count(), 50),
                Data::Pairs(pairs) => (pairs.iter().filter(|pair| pair.iter().all(|side| !side.is_empty())).count(), 1000),
                Data::Labelled(texts) => (texts.len(), 1000),
            };
            assert!(number >= many, "{file} for {objective}: {number}");
        }
    }
}
