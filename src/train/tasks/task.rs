//! The rules of generated tasks. Ids 0 and 1 are padding and the end, as T5 has them; a task's own tokens follow.

use super::walk::Walk;
use crate::error::{Error, Result};
use crate::models::{Family, Model};
use crate::train::objectives::draws::Draws;

pub const PAD: u32 = 0;
pub const END: u32 = 1;
/// The first of a task's own tokens.
const FIRST: u32 = 2;

/// Letters that stand for tokens, before numbers do.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// `length` letters of `letters`, and the same again.
    Copy { letters: usize, length: usize },
    /// Different letters, and the same from the end. (The recipe: 5 of 26.)
    Reverse { letters: usize, length: usize },
    /// Different letters, and the same in the order of the alphabet.
    Sort { letters: usize, length: usize },
    /// Two numbers of up to `digits` decimal digits, and their sum.
    Addition { digits: usize },
    /// a + b modulo `modulus`: one token each for a, b, `=` and the sum (Power et al. 2022, §2).
    ModularAddition { modulus: usize },
    /// `pairs` pairs of brackets of up to four kinds, closed in the order in which they must be (Dyck words); the text ends.
    Brackets { kinds: usize, pairs: usize },
    /// A random stretch of `shortest` to `longest` letters, again and again up to `length` tokens: induction heads are learned from it (Olsson et al. 2022).
    Repeated { letters: usize, shortest: usize, longest: usize, length: usize },
    /// A walk of `length` nodes on a random graph.
    Walk { nodes: usize, degree: usize, length: usize },
}

/// What is given and what is asked for. Where a task asks nothing, all of it is the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Example {
    pub question: Vec<u32>,
    pub answer: Vec<u32>,
}

impl Task {
    pub fn name(&self) -> &'static str {
        match self {
            Task::Copy { .. } => "copy",
            Task::Reverse { .. } => "reverse",
            Task::Sort { .. } => "sort",
            Task::Addition { .. } => "addition",
            Task::ModularAddition { .. } => "modular-addition",
            Task::Brackets { .. } => "brackets",
            Task::Repeated { .. } => "repeated",
            Task::Walk { .. } => "walk",
        }
    }

    /// All tasks, in the sizes of the recipes.
    pub const ALL: [Task; 8] = [
        Task::Copy { letters: 26, length: 5 },
        Task::Reverse { letters: 26, length: 5 },
        Task::Sort { letters: 26, length: 5 },
        Task::Addition { digits: 3 },
        Task::ModularAddition { modulus: 59 },
        Task::Brackets { kinds: 2, pairs: 8 },
        Task::Repeated { letters: 26, shortest: 8, longest: 16, length: 32 },
        Task::Walk { nodes: 32, degree: 4, length: 64 },
    ];

    /// By the name above, in the sizes of the recipes.
    pub fn named(name: &str) -> Option<Task> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }

    /// One of the task's sizes, by its name, to be changed.
    pub fn size(&mut self, name: &str) -> Option<&mut usize> {
        match (self, name) {
            (Task::Copy { letters, .. } | Task::Reverse { letters, .. }, "letters") => Some(letters),
            (Task::Sort { letters, .. } | Task::Repeated { letters, .. }, "letters") => Some(letters),
            (Task::Copy { length, .. } | Task::Reverse { length, .. } | Task::Sort { length, .. }, "length") => Some(length),
            (Task::Repeated { length, .. } | Task::Walk { length, .. }, "length") => Some(length),
            (Task::Addition { digits }, "digits") => Some(digits),
            (Task::ModularAddition { modulus }, "modulus") => Some(modulus),
            (Task::Brackets { kinds, .. }, "kinds") => Some(kinds),
            (Task::Brackets { pairs, .. }, "pairs") => Some(pairs),
            (Task::Repeated { shortest, .. }, "shortest") => Some(shortest),
            (Task::Repeated { longest, .. }, "longest") => Some(longest),
            (Task::Walk { nodes, .. }, "nodes") => Some(nodes),
            (Task::Walk { degree, .. }, "degree") => Some(degree),
            _ => None,
        }
    }

    /// # Errors
    /// A size that leaves nothing to learn, or no room.
    pub fn check(&self) -> Result<()> {
        let refused = |why: String| Err(Error::Input(format!("the task {}: {why}", self.name())));
        const MOST: usize = 1 << 16; // tokens of a vocabulary or a text
        let between = |what: &str, n: usize, least: usize, most: usize| match (least..=most).contains(&n) {
            true => Ok(()),
            false => refused(format!("{what} is {n}; {least} to {most} are possible")),
        };
        match *self {
            Task::Copy { letters, length } => between("letters", letters, 2, MOST).and(between("length", length, 1, MOST)),
            Task::Reverse { letters, length } | Task::Sort { letters, length } => {
                between("letters", letters, 2, MOST).and(between("length", length, 1, letters.min(MOST)))
            }
            Task::Addition { digits } => between("digits", digits, 1, 9),
            Task::ModularAddition { modulus } => between("modulus", modulus, 2, 2048),
            Task::Brackets { kinds, pairs } => between("kinds", kinds, 1, 4).and(between("pairs", pairs, 1, MOST)),
            Task::Repeated { letters, shortest, longest, length } => between("letters", letters, 2, MOST)
                .and(between("longest", longest, 1, MOST))
                .and(between("shortest", shortest, 1, longest))
                .and(between("length", length, longest + 1, MOST)),
            Task::Walk { nodes, degree, length } => {
                between("nodes", nodes, 2, MOST).and(between("degree", degree, 1, nodes)).and(between("length", length, 2, MOST))
            }
        }
    }

    /// # Errors
    /// A model with too small a vocabulary, or too few positions.
    pub fn check_model(&self, model: &Model) -> Result<()> {
        let (tokens, longest) = (self.vocabulary().len(), self.longest(model.family));
        let refused = |why: String| Err(Error::Input(format!("the task {}: {why}", self.name())));
        match model.max_positions {
            _ if tokens > model.vocab => refused(format!(
                "it has {tokens} tokens, and the model's vocabulary has {}; make vocab_size at least {tokens}",
                model.vocab
            )),
            Some(most) if longest > most => {
                refused(format!("its texts have {longest} tokens, and the model has {most} positions"))
            }
            _ => Ok(()),
        }
    }

    /// Whether there is a question, and so something that can be held out.
    pub fn asks(&self) -> bool {
        !matches!(self, Task::Brackets { .. } | Task::Repeated { .. } | Task::Walk { .. })
    }

    /// What each id stands for, in order.
    pub fn vocabulary(&self) -> Vec<String> {
        let letters =
            |n: usize| (0..n).map(|i| LETTERS.chars().nth(i).map_or_else(|| i.to_string(), String::from)).collect::<Vec<_>>();
        let numbers = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        let words = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let own = match *self {
            Task::Copy { letters: n, .. } | Task::Reverse { letters: n, .. } | Task::Sort { letters: n, .. } => {
                [letters(n), words("=")].concat()
            }
            Task::Addition { .. } => words("0123456789+="),
            Task::ModularAddition { modulus } => [numbers(modulus), words("=")].concat(),
            Task::Brackets { kinds, .. } => words("()[]{}<>")[..2 * kinds].to_vec(),
            Task::Repeated { letters: n, .. } => letters(n),
            Task::Walk { nodes, .. } => numbers(nodes),
        };
        [vec!["<pad>".to_string(), "</s>".to_string()], own].concat()
    }

    /// The longest row of a batch, on the decoder's side of an encoder-decoder. // tokens
    pub fn longest(&self, family: Family) -> usize {
        let (question, answer) = match *self {
            Task::Copy { length, .. } | Task::Reverse { length, .. } | Task::Sort { length, .. } => (length, length),
            Task::Addition { digits } => (2 * digits + 1, digits + 1),
            Task::ModularAddition { .. } => (2, 1),
            Task::Brackets { pairs, .. } => (0, 2 * pairs),
            Task::Repeated { length, .. } | Task::Walk { length, .. } => (0, length),
        };
        match family {
            Family::EncoderDecoder => answer + 1,
            _ => question + usize::from(self.asks()) + answer + self.ends_with().len(),
        }
    }

    /// What stands between question and answer where both are one text: `=`, the last token of the vocabulary.
    pub(super) fn asks_with(&self) -> Vec<u32> {
        let last = || self.vocabulary().len() as u32 - 1;
        self.asks().then(last).into_iter().collect()
    }

    /// What ends a decoder's text: nothing where every text has the same length.
    pub(super) fn ends_with(&self) -> &'static [u32] {
        match self {
            Task::ModularAddition { .. } | Task::Repeated { .. } | Task::Walk { .. } => &[],
            _ => &[END],
        }
    }

    /// How many examples there are, of a task with so few that all are listed.
    pub(super) fn table(&self) -> Option<usize> {
        if let Task::ModularAddition { modulus } = self { Some(modulus * modulus) } else { None }
    }

    /// The example of this number in the table: a and b are its two digits.
    pub(super) fn entry(&self, number: usize) -> Example {
        let Task::ModularAddition { modulus } = *self else { return Example::default() };
        let (a, b) = (number / modulus, number % modulus);
        Example { question: vec![token(a), token(b)], answer: vec![token((a + b) % modulus)] }
    }

    /// Any example. `walk` is there for the task that goes along one.
    pub(super) fn draw(&self, walk: Option<&Walk>, draws: &mut Draws) -> Example {
        let asked = |question: Vec<usize>, answer: Vec<usize>| Example { question: tokens(question), answer: tokens(answer) };
        match *self {
            Task::Copy { letters, length } => {
                let text: Vec<usize> = (0..length).map(|_| draws.below(letters)).collect();
                asked(text.clone(), text)
            }
            Task::Reverse { letters, length } => {
                let text = draws.some(letters, length);
                asked(text.clone(), text.into_iter().rev().collect())
            }
            Task::Sort { letters, length } => {
                let text = draws.some(letters, length);
                let mut sorted = text.clone();
                sorted.sort_unstable();
                asked(text, sorted)
            }
            Task::Addition { digits } => {
                let mut number = || (0..digits).fold(0, |number, _| 10 * number + draws.below(10));
                let (a, b) = (number(), number());
                asked([decimal(a), vec![PLUS], decimal(b)].concat(), decimal(a + b))
            }
            Task::ModularAddition { modulus } => self.entry(draws.below(modulus * modulus)),
            Task::Brackets { kinds, pairs } => asked(vec![], brackets(kinds, pairs, draws)),
            Task::Repeated { letters, shortest, longest, length } => {
                let stretch: Vec<usize> =
                    (0..shortest + draws.below(longest - shortest + 1)).map(|_| draws.below(letters)).collect();
                asked(vec![], stretch.into_iter().cycle().take(length).collect())
            }
            Task::Walk { length, .. } => asked(vec![], walk.map(|walk| walk.draw(length, draws)).unwrap_or_default()),
        }
    }
}

/// `+` among the tokens of addition: digits come first.
const PLUS: usize = 10;

fn decimal(number: usize) -> Vec<usize> {
    number.to_string().bytes().map(|digit| usize::from(digit - b'0')).collect()
}

/// Opens or closes by a coin where both are possible. Token 2 k opens a pair of kind k, 2 k + 1 closes it.
fn brackets(kinds: usize, pairs: usize, draws: &mut Draws) -> Vec<usize> {
    let (mut text, mut open, mut left) = (vec![], vec![], pairs);
    while left > 0 || !open.is_empty() {
        let opens = open.is_empty() || (left > 0 && draws.coin());
        if opens {
            let kind = draws.below(kinds);
            open.push(kind);
            text.push(2 * kind);
            left -= 1;
        } else if let Some(kind) = open.pop() {
            text.push(2 * kind + 1);
        }
    }
    text
}

fn tokens(numbers: Vec<usize>) -> Vec<u32> {
    numbers.into_iter().map(token).collect()
}

fn token(number: usize) -> u32 {
    FIRST + number as u32
}
