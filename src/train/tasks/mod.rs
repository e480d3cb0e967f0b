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
mod tests;
