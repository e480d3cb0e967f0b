//! Two segments of a document: next-sentence prediction (Devlin et al. 2018, §3.1, task 2, and the released `create_pretraining_data.py`) and sentence
//! order (Lan et al. 2019, §3.1).
//!
//! A run of sentences that fills the row is cut in two. For the next-sentence task the second half is, half of the time, taken from another document; for
//! sentence order the halves are swapped half of the time. One row in ten is shorter, so that short texts are known, too.
//! Differs from the released code: a run has two sentences at least, so that both kinds of pair are equally frequent.

use super::draws::Draws;

/// Rows that are not filled on purpose.
const SHORT: f64 = 0.1;

/// What the second segment may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// What follows, or a part of another document.
    Next,
    /// What follows, or what came before.
    Order,
}

/// Sentences of documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Documents {
    documents: Vec<Vec<Vec<u32>>>,
    /// Places where a run may begin: a document and a sentence that is not its last.
    starts: Vec<(usize, usize)>,
}

/// Two segments; `odd` where the second does not follow the first: the label 1 of `transformers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub first: Vec<u32>,
    pub second: Vec<u32>,
    pub odd: bool,
}

impl Documents {
    /// Empty sentences and documents are left out.
    pub fn new(documents: impl IntoIterator<Item = Vec<Vec<u32>>>) -> Self {
        let whole = |document: Vec<Vec<u32>>| document.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>();
        let documents: Vec<Vec<Vec<u32>>> = documents.into_iter().map(whole).filter(|document| !document.is_empty()).collect();
        let starts = documents.iter().enumerate().flat_map(|(d, document)| (1..document.len()).map(move |next| (d, next - 1)));
        Documents { starts: starts.collect(), documents }
    }

    /// Whether there is a pair of both kinds.
    pub fn enough(&self, task: Task) -> bool {
        !self.starts.is_empty() && (task == Task::Order || self.documents.len() > 1)
    }

    /// Runs that there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// The run of this number, in two; `room`: tokens of both together, at least two.
    pub fn pair(&self, run: usize, task: Task, room: usize, draws: &mut Draws) -> Pair {
        let (own, start) = self.starts[run];
        let wanted = if draws.share() < SHORT { 2 + draws.below(room - 1) } else { room };
        let mut sentences: Vec<&[u32]> = vec![];
        for sentence in &self.documents[own][start..] {
            if sentences.len() > 1 && sentences.iter().map(|sentence| sentence.len()).sum::<usize>() >= wanted {
                break;
            }
            sentences.push(sentence);
        }
        let middle = 1 + draws.below(sentences.len() - 1);
        let (mut first, mut second) = (sentences[..middle].concat(), sentences[middle..].concat());
        let odd = draws.coin();
        match task {
            Task::Next if odd => second = self.elsewhere(own, wanted.saturating_sub(first.len()).max(1), draws),
            Task::Order if odd => std::mem::swap(&mut first, &mut second),
            _ => {}
        }
        shorten(&mut first, &mut second, wanted, draws);
        Pair { first, second, odd }
    }

    /// Whole sentences of another document that have so many tokens, or reach to its end.
    fn elsewhere(&self, own: usize, tokens: usize, draws: &mut Draws) -> Vec<u32> {
        let other = draws.below(self.documents.len() - 1);
        let document = &self.documents[other + usize::from(other >= own)];
        let mut found = vec![];
        for sentence in &document[draws.below(document.len())..] {
            found.extend_from_slice(sentence);
            if found.len() >= tokens {
                break;
            }
        }
        found
    }
}

/// Takes tokens from the longer segment, from its beginning or its end, until both fit.
fn shorten(first: &mut Vec<u32>, second: &mut Vec<u32>, room: usize, draws: &mut Draws) {
    while first.len() + second.len() > room {
        let longer = if first.len() > second.len() { &mut *first } else { &mut *second };
        if draws.coin() {
            longer.remove(0);
        } else {
            longer.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::draws::Purpose;
    use super::*;

    /// Document d has sentences of three tokens: 100 d + 10 s, and the two after it.
    fn documents() -> Documents {
        let sentence = |d: u32, s: u32| (0..3).map(|i| 100 * d + 10 * s + i).collect::<Vec<u32>>();
        Documents::new((0..5).map(|d| (0..4).map(|s| sentence(d, s)).collect()))
    }

    fn pairs(task: Task, room: usize) -> Vec<Pair> {
        let documents = documents();
        (0..2000).map(|i| documents.pair(i % documents.len(), task, room, &mut Draws::of(1, Purpose::Step, i as u64))).collect()
    }

    #[test]
    fn a_next_sentence_follows_half_of_the_time() {
        assert_eq!(documents().len(), 5 * 3, "each sentence but the last of a document");
        let pairs = pairs(Task::Next, 12);
        for pair in &pairs {
            let (last, next) = (pair.first[pair.first.len() - 1], pair.second[0]);
            assert!(pair.first.len() + pair.second.len() <= 12);
            match pair.odd {
                true => assert_ne!(last / 100, next / 100, "of another document"),
                false => assert_eq!(last / 100, next / 100, "of the same document"),
            }
        }
        let odd = pairs.iter().filter(|pair| pair.odd).count();
        assert!((900..1100).contains(&odd), "half of 2000, deviation 22: {odd}");
        let whole = pairs.iter().filter(|pair| !pair.odd && pair.first.len() + pair.second.len() == 12);
        for pair in whole {
            let text = [pair.first.clone(), pair.second.clone()].concat();
            assert!(
                (0..4).flat_map(|s| (0..3).map(move |i| 10 * s + i)).eq(text.iter().map(|id| id % 100)),
                "the document as it stands"
            );
        }
    }

    #[test]
    fn an_order_is_kept_half_of_the_time() {
        let pairs = pairs(Task::Order, 6);
        for pair in &pairs {
            assert_eq!(pair.first[0] / 100, pair.second[0] / 100, "both of one document");
            assert_eq!(pair.odd, pair.first[0] > pair.second[0]);
        }
        let odd = pairs.iter().filter(|pair| pair.odd).count();
        assert!((900..1100).contains(&odd), "{odd}");
    }

    #[test]
    fn one_document_has_no_other() {
        let one = Documents::new([vec![vec![1], vec![2]]]);
        assert!(one.enough(Task::Order) && !one.enough(Task::Next));
        assert!(!Documents::new([vec![vec![1]], vec![vec![2], vec![]]]).enough(Task::Order));
    }
}
