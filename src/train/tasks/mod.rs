//! Generated tasks: data that a rule makes, so that what there is to learn is known. Pure functions of the seed and the step.
//!
//! - `task`: the rules, each with its vocabulary
//! - `walk`: random walks on a graph, with their entropy
//! - here: batches of them, with what is held out

mod task;
mod walk;

use std::collections::BTreeSet;

use super::batch::{Batch, IGNORED};
use super::objectives::draws::{Draws, Epochs, Purpose, split};
use super::objectives::rows::{Row, batch};
use crate::error::{Error, Result};
use crate::models::Family;
use task::Example;
pub use task::Task;
use walk::Walk;

/// How a generated task is served.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Serving {
    /// A decoder reads question and answer as one text; an encoder-decoder reads the question and writes the answer.
    pub family: Family,
    /// Texts of a batch.
    pub batch: usize,
    /// Of all examples: never trained on. Tasks whose examples are never the same twice have none.
    pub held_out: f64,
    pub seed: u64,
}

/// The batches of a generated task.
pub struct Generated {
    task: Task,
    serving: Serving,
    walk: Option<Walk>,
    /// What a decoder reads between question and answer.
    between: Vec<u32>,
    /// Of modular addition, which has few examples: those to train on and those held out, by their numbers.
    table: Option<(Vec<usize>, Vec<usize>)>,
    epochs: Epochs,
}

/// Examples of a batch that is held out, of tasks with more examples than can be listed.
const HELD_OUT: usize = 256;

/// Draws after which a task counts as having too few examples for its share.
const PATIENCE: usize = 100_000;

impl Generated {
    /// # Errors
    /// Sizes that leave nothing to learn; a family that the task does not fit; a share that leaves no examples on one side.
    pub fn open(task: Task, serving: Serving) -> Result<Generated> {
        task.check()?;
        let refused = |why: &str| Err(Error::Input(format!("the task {}: {why}", task.name())));
        match serving.family {
            Family::Decoder => {}
            Family::EncoderDecoder if task.asks() => {}
            Family::EncoderDecoder => return refused("it has no question and answer; train a decoder on it"),
            Family::Encoder => return refused("an encoder writes no answer; train a decoder or an encoder-decoder on it"),
        }
        if serving.batch == 0 {
            return refused("a batch has no texts; give --batch at least 1");
        }
        if !(0.0..1.0).contains(&serving.held_out) {
            return refused(&format!("the share that is held out is {}; it must be at least 0 and below 1", serving.held_out));
        }
        let walk = if let Task::Walk { nodes, degree, .. } = task { Some(Walk::new(nodes, degree, serving.seed)) } else { None };
        let table = task.table().map(|n| split(n, serving.held_out, 1, serving.seed));
        let epochs = Epochs::new(serving.seed, table.as_ref().map_or(1, |(kept, _)| kept.len()));
        let made = Generated { task, serving, walk, between: task.asks_with(), table, epochs };
        let draws = || Draws::of(serving.seed, Purpose::World, 1);
        let both = made.draw(false, &mut draws()).is_some() && (!made.holds_out() || made.draw(true, &mut draws()).is_some());
        match both {
            true => Ok(made),
            false => {
                refused("it has too few different examples for the share that is held out; choose another share or longer texts")
            }
        }
    }

    /// What each id stands for, in order: padding, the end, and the task's own tokens.
    pub fn vocabulary(&self) -> Vec<String> {
        self.task.vocabulary()
    }

    /// The longest row that the decoder side of a batch can have, in tokens.
    pub fn longest(&self) -> usize {
        self.task.longest(self.serving.family)
    }

    /// The least loss that any model can have on average, in nats for each label, where it is known exactly.
    pub fn entropy(&self) -> Option<f64> {
        self.walk.as_ref().map(Walk::entropy)
    }

    /// The batch of a step.
    pub fn batch(&mut self, step: u64) -> Batch {
        let Serving { seed, batch, .. } = self.serving;
        let mut draws = Draws::of(seed, Purpose::Step, step);
        if let Some((kept, _)) = &self.table {
            let examples = self.epochs.at(step, batch).into_iter().map(|turn| self.task.entry(kept[turn.example]));
            return self.rows(&examples.collect::<Vec<_>>());
        }
        let examples: Vec<Example> =
            (0..batch).map(|_| self.draw(false, &mut draws).expect("tried when the task was opened")).collect();
        self.rows(&examples)
    }

    /// What is held out: of modular addition all of it, otherwise 256 different examples, or as many as there are.
    pub fn held_out(&self) -> Vec<Batch> {
        if !self.holds_out() {
            return vec![];
        }
        let examples: Vec<Example> = match &self.table {
            Some((_, held)) => held.iter().map(|number| self.task.entry(*number)).collect(),
            None => {
                let mut draws = Draws::of(self.serving.seed, Purpose::HeldOut, 0);
                let mut seen = BTreeSet::new();
                let drawn = (0..4 * HELD_OUT).filter_map(|_| self.draw(true, &mut draws));
                drawn.filter(|example| seen.insert(example.question.clone())).take(HELD_OUT).collect()
            }
        };
        examples.chunks(self.serving.batch).map(|examples| self.rows(examples)).collect()
    }

    fn holds_out(&self) -> bool {
        self.serving.held_out > 0.0 && self.task.asks()
    }

    /// An example of one side; none where it is not found.
    fn draw(&self, held: bool, draws: &mut Draws) -> Option<Example> {
        if let Some((kept, out)) = &self.table {
            let side = if held { out } else { kept };
            return (!side.is_empty()).then(|| self.task.entry(side[draws.below(side.len())]));
        }
        (0..PATIENCE).map(|_| self.task.draw(self.walk.as_ref(), draws)).find(|example| self.is_held(example) == held)
    }

    /// By the question's own draw: each question is on the same side whenever it comes.
    fn is_held(&self, example: &Example) -> bool {
        let number = example.question.iter().fold(0u64, |sum, id| sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*id));
        self.holds_out() && Draws::of(self.serving.seed, Purpose::Split, number).share() < self.serving.held_out
    }

    fn rows(&self, examples: &[Example]) -> Batch {
        let labels = |ids: &[u32]| ids.iter().map(|id| i64::from(*id)).collect::<Vec<i64>>();
        let row = |example: &Example| match self.serving.family {
            Family::EncoderDecoder => {
                let ended = |ids: &[u32]| [ids, &[task::END]].concat();
                Row { ids: ended(&example.question), labels: labels(&ended(&example.answer)), types: vec![] }
            }
            _ => {
                let question = [&example.question[..], &self.between].concat();
                let answer = [&example.answer[..], self.task.ends_with()].concat();
                let asked = vec![IGNORED; question.len()];
                Row { labels: [asked, labels(&answer)].concat(), ids: [question, answer].concat(), types: vec![] }
            }
        };
        batch(&examples.iter().map(row).collect::<Vec<_>>(), task::PAD)
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn questions_have_the_right_answers() {
        let answers: [(Task, fn(&str) -> String); 4] = [
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
        assert!(
            told(Task::Brackets { kinds: 1, pairs: 2 }, serving(Family::EncoderDecoder, 0.0)).contains("train a decoder on it")
        );
        assert!(told(Task::named("copy").expect("copy"), serving(Family::Encoder, 0.0)).contains("an encoder writes no answer"));
        assert!(
            told(Task::Copy { letters: 2, length: 1 }, serving(Family::Decoder, 0.001)).contains("too few different examples")
        );
    }
}
