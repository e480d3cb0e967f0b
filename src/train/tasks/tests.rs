//! Each generated task: its answers, its labels, what is held out.

use super::*;

fn serving(family: Family, held_out: f64) -> Serving {
    Serving { family, batch: 4, held_out, seed: 1 }
}

fn open(task: Task, held_out: f64) -> Generated {
    Generated::open(task, serving(Family::Decoder, held_out)).expect("a task")
}

/// The rows of a batch as text; a label that does not count is a dot.
fn shown(generated: &Generated, batch: &Batch, name: &str) -> Vec<String> {
    let words = generated.vocabulary();
    let array = &batch.arrays[name];
    let word = |id: &f64| if *id < 0.0 { "." } else { words[*id as usize].as_str() };
    array.data.chunks(array.shape[1]).map(|row| row.iter().map(word).collect::<String>()).collect()
}

/// The right answer to a question.
type Answer = fn(&str) -> String;

#[test]
fn questions_have_the_right_answers() {
    let answers: [(Task, Answer); 4] = [
        (Task::Copy { letters: 26, length: 5 }, |text| text.to_string()),
        (Task::Reverse { letters: 26, length: 5 }, |text| text.chars().rev().collect()),
        (Task::Sort { letters: 26, length: 5 }, |text| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters.into_iter().collect()
        }),
        (Task::Addition { digits: 3 }, |text| {
            text.split('+').map(|n| n.parse::<u32>().expect("a number")).sum::<u32>().to_string()
        }),
    ];
    for (task, answer) in answers {
        let mut generated = open(task, 0.1);
        for step in 0..50 {
            let batch = generated.batch(step);
            for (text, labels) in shown(&generated, &batch, "input_ids").iter().zip(shown(&generated, &batch, "labels")) {
                let (question, rest) = text.split_once('=').expect("a question");
                let told = rest.split_once("</s>").expect("an end").0;
                assert_eq!(told, answer(question), "{}: {text}", task.name());
                let dots = ".".repeat(question.len() + 1);
                let label = labels
                    .strip_prefix(&dots)
                    .and_then(|rest| rest.strip_prefix(told))
                    .and_then(|rest| rest.strip_prefix("</s>"));
                assert!(label.is_some_and(|rest| rest.chars().all(|c| c == '.')), "labels on the answer alone: {labels}");
            }
            assert!(batch.arrays["input_ids"].shape[1] <= generated.longest());
        }
    }
}

#[test]
fn an_encoder_decoder_writes_the_answer() {
    let mut generated =
        Generated::open(Task::Reverse { letters: 26, length: 5 }, serving(Family::EncoderDecoder, 0.0)).expect("a task");
    let batch = generated.batch(0);
    for (source, target) in shown(&generated, &batch, "input_ids").iter().zip(shown(&generated, &batch, "labels")) {
        let reversed: String = source.trim_end_matches("</s>").chars().rev().collect();
        assert_eq!(target, reversed + "</s>");
    }
    assert_eq!((batch.arrays["labels"].shape[1], generated.longest(), generated.vocabulary().len()), (6, 6, 29));
}

#[test]
fn modular_addition_is_a_table_of_which_a_share_is_trained_on() {
    let mut generated = Generated::open(Task::ModularAddition { modulus: 7 }, serving(Family::Decoder, 0.7)).expect("a task");
    let key = |row: &[f64]| (row[0] as usize - 2, row[1] as usize - 2);
    let mut pairs = |batch: &Batch| {
        let array = &batch.arrays["input_ids"];
        assert_eq!(array.shape[1], 4, "a, b, =, sum");
        let rows: Vec<&[f64]> = array.data.chunks(4).collect();
        assert!(rows.iter().all(|row| row[2] == 9.0 && (key(row).0 + key(row).1) % 7 == row[3] as usize - 2));
        rows.iter().map(|row| key(row)).collect::<BTreeSet<_>>()
    };
    let trained: BTreeSet<_> = (0..30).flat_map(|step| pairs(&generated.batch(step))).collect();
    let held: BTreeSet<_> = generated.held_out().iter().flat_map(&mut pairs).collect();
    assert_eq!((trained.len(), held.len()), (15, 34), "30 % and 70 % of 49");
    assert!(trained.is_disjoint(&held));
}

#[test]
fn a_question_that_is_held_out_is_never_asked_in_training() {
    let mut generated = open(Task::Copy { letters: 3, length: 4 }, 0.25);
    let questions = |batch: &Batch| {
        batch.arrays["input_ids"]
            .data
            .chunks(10)
            .map(|row| row.iter().map(|id| *id as u32).collect::<Vec<u32>>())
            .collect::<Vec<_>>()
    };
    let held: BTreeSet<_> = generated.held_out().iter().flat_map(questions).collect();
    let trained: BTreeSet<_> = (0..400).flat_map(|step| questions(&generated.batch(step))).collect();
    assert!(trained.is_disjoint(&held));
    assert_eq!(trained.len() + held.len(), 81, "all 3⁴ texts are on one side");
    assert!((10..32).contains(&held.len()), "about a quarter: {}", held.len());
}

#[test]
fn brackets_close_in_their_order() {
    let mut generated = open(Task::Brackets { kinds: 2, pairs: 6 }, 0.0);
    for text in (0..30).flat_map(|step| {
        let batch = generated.batch(step);
        shown(&generated, &batch, "labels")
    }) {
        let mut open = vec![];
        for c in text.strip_suffix("</s>").expect("the end").chars() {
            match c {
                '(' => open.push(')'),
                '[' => open.push(']'),
                _ => assert_eq!(open.pop(), Some(c), "{text}"),
            }
        }
        assert!(open.is_empty() && text.len() == 12 + 4, "{text}");
    }
}

#[test]
fn a_stretch_is_repeated() {
    let mut generated = open(Task::named("repeated").expect("a task"), 0.0);
    assert_eq!(generated.vocabulary().len(), 28);
    let mut lengths = BTreeSet::new();
    for text in (0..100).flat_map(|step| {
        let batch = generated.batch(step);
        shown(&generated, &batch, "input_ids")
    }) {
        let period = (8..=16).find(|period| text.as_bytes().windows(period + 1).all(|part| part[0] == part[*period]));
        assert_eq!(text.len(), 32);
        lengths.insert(period.expect("8 to 16 letters, again and again"));
    }
    assert_eq!(lengths.len(), 9, "every length occurs");
}

#[test]
fn a_step_stands_alone_and_seeds_differ() {
    for name in ["copy", "reverse", "sort", "addition", "modular-addition", "brackets", "repeated", "walk"] {
        let task = Task::named(name).expect(name);
        let mut run = open(task, 0.1);
        let batches: Vec<Batch> = (0..5).map(|step| run.batch(step)).collect();
        assert_eq!(open(task, 0.1).batch(4), batches[4], "{name}");
        assert_ne!(batches[3], batches[4], "{name}");
        let other = Serving { seed: 2, ..serving(Family::Decoder, 0.1) };
        assert_ne!(Generated::open(task, other).expect("a task").batch(4), batches[4], "{name}");
        assert_eq!(run.held_out(), open(task, 0.1).held_out(), "{name}");
        assert_eq!(run.held_out().is_empty(), !task.asks(), "{name}");
    }
}

#[test]
fn what_cannot_be_learned_is_refused() {
    let told = |task, serving| Generated::open(task, serving).map(drop).expect_err("refused").to_string();
    let decoder = serving(Family::Decoder, 0.1);
    assert_eq!(
        told(Task::Reverse { letters: 4, length: 5 }, decoder),
        "input: the task reverse: length is 5; 1 to 4 are possible"
    );
    assert!(told(Task::Brackets { kinds: 1, pairs: 2 }, serving(Family::EncoderDecoder, 0.0)).contains("train a decoder on it"));
    assert!(told(Task::named("copy").expect("copy"), serving(Family::Encoder, 0.0)).contains("an encoder writes no answer"));
    assert!(told(Task::Copy { letters: 2, length: 1 }, serving(Family::Decoder, 0.001)).contains("too few different examples"));
}
