//! puzzle-tiny: five kinds of puzzles, and an induction head.

use crate::shown::{Draws, Shown};

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

fn reversed(word: &str) -> String {
    word.chars().rev().collect()
}

fn sorted(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

#[test]
fn puzzle_tiny_solves_its_puzzles() {
    let (mut shown, mut draws) = (Shown::open("puzzle-tiny"), Draws::new(1));
    let end = shown.id("<|endoftext|>");
    let vocab = shown.engine.model.vocab;
    type Make = fn(&mut Draws) -> (String, String);
    let tasks: [(&str, Make); 5] = [
        ("copy", |draws| {
            let n = 1 + draws.below(10);
            let word = draws.letters(LETTERS, n);
            (format!("copy {word}="), word)
        }),
        ("reverse", |draws| {
            let n = 2 + draws.below(7);
            let word = draws.letters(LETTERS, n);
            (format!("reverse {word}="), reversed(&word))
        }),
        ("sort", |draws| {
            let n = 2 + draws.below(6);
            let word = draws.letters(LETTERS, n);
            (format!("sort {word}="), sorted(&word))
        }),
        ("recall", |draws| {
            let n = 2 + draws.below(4);
            let pairs: Vec<(char, usize)> = draws.letters(LETTERS, n).chars().map(|key| (key, draws.below(10))).collect();
            let (key, value) = *draws.of(&pairs);
            let listed: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}{value}")).collect();
            (format!("recall {} {key}=", listed.join(" ")), value.to_string())
        }),
        ("addition", |draws| {
            let (a, b) = (draws.below(100), draws.below(100));
            (format!("{a}+{b}="), (a + b).to_string())
        }),
    ];
    for (task, make) in tasks {
        let mut wrong = vec![];
        for _ in 0..200 {
            let (question, answer) = make(&mut draws);
            let mut ids = shown.ids(&format!("{question}{answer}"));
            ids.push(end);
            let scores = shown.run(&ids, &[]).0;
            let best = |place: usize| {
                let row = &scores[place * vocab..(place + 1) * vocab];
                (0..vocab).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("a token") as u32
            };
            // The begin token stands before the question. Every place knows the right answer before it: all are right exactly where writing is.
            if (question.len()..ids.len() - 1).any(|place| best(place) != ids[place + 1]) {
                wrong.push(question);
            }
        }
        assert!(wrong.len() <= 4, "{task}: {} of 200 wrong, {wrong:?}", wrong.len());
    }
}

#[test]
fn puzzle_tiny_has_an_induction_head() {
    let (mut shown, mut draws) = (Shown::open("puzzle-tiny"), Draws::new(2));
    let (layer, head) = shown.place("induction");
    let (mut total, mut counted) = (0.0, 0);
    for _ in 0..20 {
        let n = 20 + draws.below(8);
        let unit = draws.letters("abcdefghijklmnopqrstuvwxyz0123456789", n);
        let pattern = shown.pattern(&shown.ids(&format!("{unit}{unit}")), layer);
        for query in n + 1..2 * n {
            (total, counted) = (total + pattern(head, query, query - n + 1), counted + 1);
        }
    }
    assert!(total / counted as f32 >= 0.9, "prefix score {}", total / counted as f32);
}
