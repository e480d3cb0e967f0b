//! Masked language modelling: Devlin et al. 2018, §3.1, task 1; static and dynamic masks: Liu et al. 2019, §4.1.
//!
//! Of the tokens that stand for text a share is chosen, rounded, at least one. Of these 80 % are hidden behind the mask token, 10 % swapped for any
//! other token, 10 % left as they are, each by a draw of its own; the model is asked for the original at all of them.

use super::draws::{Draws, Purpose};
use crate::train::batch::IGNORED;

/// When masks are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Anew whenever a text is read (RoBERTa).
    Dynamic,
    /// For so many copies of each text, once; epochs take the copies in turn (BERT made ten).
    Static { copies: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Masking {
    /// Of the tokens that stand for text.
    pub share: f64,
    pub when: When,
}

impl Default for Masking {
    fn default() -> Self {
        Masking { share: 0.15, when: When::Dynamic }
    }
}

impl Masking {
    /// The draws by which a text is masked in an epoch where it is all of the data, read once a step: what a view shows is what training does.
    pub fn draws(self, seed: u64, epoch: u64) -> Draws {
        match self.when {
            When::Dynamic => Draws::of(seed, Purpose::Step, epoch),
            When::Static { copies } => self.copy(seed, 0, epoch, copies),
        }
    }

    /// Of static masking: the draws of the copy of an example that an epoch reads.
    pub(super) fn copy(self, seed: u64, example: u64, epoch: u64, copies: u64) -> Draws {
        let copies = copies.max(1);
        Draws::of(seed, Purpose::Copy, example * copies + epoch % copies)
    }
}

/// What becomes of the chosen tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deeds {
    /// 80 % masked, 10 % swapped, 10 % kept (BERT).
    Mixed,
    /// All masked (ELECTRA's generator; Clark et al. 2020, §2).
    Masked,
}

/// The tokens that a corruption knows.
pub struct Vocabulary<'v> {
    pub mask: u32,
    /// Ids that stand for text, in order: only these are chosen, and one of these is what a token is swapped for.
    pub ordinary: &'v [u32],
}

/// The corrupted ids, and for each the original where it was chosen, else −100.
pub fn corrupt(ids: &[u32], share: f64, deeds: Deeds, vocabulary: &Vocabulary, draws: &mut Draws) -> (Vec<u32>, Vec<i64>) {
    let open: Vec<usize> = (0..ids.len()).filter(|at| vocabulary.ordinary.binary_search(&ids[*at]).is_ok()).collect();
    let wanted = ((open.len() as f64 * share).round() as usize).max(1).min(open.len());
    let (mut corrupted, mut labels) = (ids.to_vec(), vec![IGNORED; ids.len()]);
    for chosen in draws.some(open.len(), wanted) {
        let at = open[chosen];
        labels[at] = i64::from(ids[at]);
        corrupted[at] = match if deeds == Deeds::Mixed { draws.below(10) } else { 0 } {
            0..8 => vocabulary.mask,
            8 => vocabulary.ordinary[draws.below(vocabulary.ordinary.len())],
            _ => ids[at],
        };
    }
    (corrupted, labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLS: u32 = 0;
    const SEP: u32 = 1;
    const MASK: u32 = 2;

    fn example(stream: u64, deeds: Deeds) -> (Vec<u32>, Vec<u32>, Vec<i64>) {
        let ordinary: Vec<u32> = (10..1010).collect();
        let text: Vec<u32> = (0..20).map(|i| 10 + i * 3).collect();
        let ids = [vec![CLS], text, vec![SEP]].concat();
        let (corrupted, labels) =
            corrupt(&ids, 0.15, deeds, &Vocabulary { mask: MASK, ordinary: &ordinary }, &mut Draws::of(1, Purpose::Step, stream));
        (ids, corrupted, labels)
    }

    #[test]
    fn three_of_twenty_tokens_are_chosen_and_no_special_one() {
        let mut chosen = [0; 22];
        for stream in 0..1000 {
            let (ids, corrupted, labels) = example(stream, Deeds::Mixed);
            let asked: Vec<usize> = (0..22).filter(|at| labels[*at] != IGNORED).collect();
            assert_eq!(asked.len(), 3, "15 % of 20");
            for at in 0..22 {
                match asked.contains(&at) {
                    true => assert_eq!(labels[at], i64::from(ids[at]), "the label is the original"),
                    false => assert_eq!(corrupted[at], ids[at], "what is not chosen stays"),
                }
            }
            asked.iter().for_each(|at| chosen[*at] += 1);
        }
        assert_eq!((chosen[0], chosen[21]), (0, 0), "[CLS] and [SEP]");
        // Each of the 20 is chosen 150 times of 1000, deviation 11.
        assert!(chosen[1..21].iter().all(|times| (100..200).contains(times)), "{chosen:?}");
    }

    #[test]
    fn eight_of_ten_are_masked_one_swapped_and_one_kept() {
        let (mut masked, mut swapped, mut kept) = (0, 0, 0);
        for stream in 0..2000 {
            let (ids, corrupted, labels) = example(stream, Deeds::Mixed);
            for at in (0..22).filter(|at| labels[*at] != IGNORED) {
                match corrupted[at] {
                    MASK => masked += 1,
                    id if id == ids[at] => kept += 1,
                    id => {
                        assert!(id >= 10, "a token that stands for text");
                        swapped += 1;
                    }
                }
            }
        }
        // 6000 draws: deviations 31 and 23. One swap in a thousand draws the token itself.
        assert!(
            (4650..4950).contains(&masked) && (490..710).contains(&swapped) && (490..710).contains(&kept),
            "{masked} {swapped} {kept}"
        );
    }

    #[test]
    fn a_generator_sees_masks_alone() {
        let (_, corrupted, labels) = example(0, Deeds::Masked);
        assert!((0..22).filter(|at| labels[*at] != IGNORED).all(|at| corrupted[at] == MASK));
    }
}
