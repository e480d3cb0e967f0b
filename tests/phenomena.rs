//! What the shipped models are there to show, on texts that no recipe has: a retraining that loses it fails here. Where a head does it,
//! `metrics.json` of the model says which one (`phenomena`), its card too, and the page begins with it.

mod common;

use std::path::{Path, PathBuf};

use common::{activation, engine_in};
use diorama::capture::Intervention;
use diorama::device::Choice;
use diorama::generate::{Engine, Input};
use diorama::tensor::Tensor;
use diorama::text::Text;
use pollster::block_on;
use serde_json::{Value, json};

/// A shipped model with its tokenizer.
struct Shown {
    folder: PathBuf,
    engine: Engine,
    text: Text,
}

impl Shown {
    fn open(name: &str) -> Shown {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models").join(name);
        let (engine, text) = (engine_in(&folder, Choice::Cpu), Text::open_folder(&folder).expect("a tokenizer"));
        Shown { folder, engine, text }
    }

    fn id(&self, token: &str) -> u32 {
        self.text.id(token).unwrap_or_else(|| panic!("{token} is no token"))
    }

    fn ids(&self, text: &str) -> Vec<u32> {
        self.text.encode(text, None).expect("ids").0
    }

    /// The layer and head, counted from 0, that the card names for this.
    fn place(&self, phenomenon: &str) -> (usize, usize) {
        let file = std::fs::read_to_string(self.folder.join("metrics.json")).expect("metrics.json");
        let metrics: Value = serde_json::from_str(&file).expect("JSON");
        let rows = metrics["phenomena"].as_array().expect("phenomena");
        let row =
            rows.iter().find(|row| row["what"] == phenomenon).unwrap_or_else(|| panic!("{phenomenon} is not in metrics.json"));
        let number = |name: &str| row[name].as_u64().expect("a number from 1") as usize - 1;
        (number("layer"), number("head"))
    }

    /// Scores [pos d_vocab], and what was captured, with some hooks changed.
    fn run(&mut self, ids: &[u32], capture: &[&str], changed: &Value) -> (Vec<f32>, Vec<Tensor>) {
        let changed = Intervention::read(&changed.to_string(), &mut |_| Ok(None)).expect("interventions");
        let capture: Vec<String> = capture.iter().map(|hook| (*hook).into()).collect();
        let input = Input { ids: ids.to_vec(), ..Input::default() };
        let trace = block_on(self.engine.run_with(&input, &capture, &changed)).expect("a run");
        (trace.logits[0].data.clone(), trace.activations)
    }

    /// The scores of a layer's heads, [head query_pos key_pos], as a function of the three.
    fn pattern(&mut self, ids: &[u32], layer: usize) -> impl Fn(usize, usize, usize) -> f32 + use<> {
        let (hook, n) = (format!("blocks.{layer}.attn.hook_pattern"), ids.len());
        let found = self.run(ids, &[&hook], &json!([])).1;
        let numbers = activation(&found, &hook).data.clone();
        move |head, query, key| numbers[(head * n + query) * n + key]
    }
}

/// Small draws that come back every time: a linear congruential generator (Knuth's constants).
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }

    /// `n` different characters of this text.
    fn letters(&mut self, from: &str, n: usize) -> String {
        let mut left: Vec<char> = from.chars().collect();
        (0..n).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}

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
    let (mut shown, mut draws) = (Shown::open("puzzle-tiny"), Draws(1));
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
            let scores = shown.run(&ids, &[], &json!([])).0;
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
    let (mut shown, mut draws) = (Shown::open("puzzle-tiny"), Draws(2));
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
