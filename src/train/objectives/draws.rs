//! Random draws that a seed brings back: ChaCha8 with the seed as its key and the step as its stream, so that any step can be made again alone.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a draw is for. Each has a key of its own, so that one does not repeat the numbers of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The batch of a training step.
    Step,
    /// Which examples are held out. Stream 0.
    Split,
    /// The order of the examples in an epoch, which is the stream.
    Epoch,
    /// The batches of held-out examples: their number is the stream.
    HeldOut,
    /// A masked copy of an example, drawn once and kept (static masking): the stream counts copies of examples.
    Copy,
    /// What an ELECTRA generator writes at a step.
    Generator,
    /// A generated task's own data: a graph, pairs of numbers.
    World,
}

/// Draws of one stream.
pub struct Draws(ChaCha8Rng);

impl Draws {
    pub fn of(seed: u64, purpose: Purpose, stream: u64) -> Self {
        const FAR: u64 = 0x9e37_79b9_7f4a_7c15; // an odd number without a pattern: keys lie far apart
        let mut random = ChaCha8Rng::seed_from_u64(seed ^ (purpose as u64).wrapping_mul(FAR));
        random.set_stream(stream);
        Draws(random)
    }

    /// A whole number from 0, below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u32::try_from(n).expect("lists of examples and vocabularies have fewer than 2³² entries");
        self.0.random_range(0..n) as usize
    }

    /// From 0 up to, but not including, 1.
    pub fn share(&mut self) -> f64 {
        self.0.random()
    }

    pub fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    /// `count` different numbers below `n`, in the order in which they were drawn.
    pub fn some(&mut self, n: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for i in 0..count {
            let j = i + self.below(n - i);
            all.swap(i, j);
        }
        all.truncate(count);
        all
    }

    /// A number as a sum of `count` numbers of at least 1, each such sum as likely as the others.
    pub fn parts(&mut self, total: usize, count: usize) -> Vec<usize> {
        let mut cuts: Vec<usize> = self.some(total - 1, count - 1).into_iter().map(|cut| cut + 1).collect();
        cuts.sort_unstable();
        cuts.push(total);
        let starts: Vec<usize> = [0].into_iter().chain(cuts.iter().copied()).collect();
        cuts.iter().zip(starts).map(|(cut, start)| cut - start).collect()
    }
}

/// Examples epoch by epoch, each epoch in an order of its own.
pub struct Epochs {
    seed: u64,
    n: usize,
    /// The order that was looked at last.
    known: Option<(u64, Vec<usize>)>,
}

/// An example in its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub example: usize,
    pub epoch: u64,
}

impl Epochs {
    pub fn new(seed: u64, n: usize) -> Self {
        Epochs { seed, n, known: None }
    }

    /// The examples of a step: `batch` of them, one epoch after the other.
    pub fn at(&mut self, step: u64, batch: usize) -> Vec<Turn> {
        let (n, first) = (self.n as u64, step.wrapping_mul(batch as u64));
        let turn = |number: u64| {
            let epoch = number / n;
            if self.known.as_ref().is_none_or(|(known, _)| *known != epoch) {
                self.known = Some((epoch, Draws::of(self.seed, Purpose::Epoch, epoch).some(self.n, self.n)));
            }
            let order = &self.known.as_ref().expect("just made").1;
            Turn { example: order[(number % n) as usize], epoch }
        };
        (first..first + batch as u64).map(turn).collect()
    }
}

/// The numbers below `n`, parted: those to train on, and a share of them that is held out. Where any are to be held out, `least` are, and one is left.
pub fn split(n: usize, share: f64, least: usize, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let wanted = if share > 0.0 { ((n as f64 * share).round() as usize).max(least) } else { 0 };
    let mut held = Draws::of(seed, Purpose::Split, 0).some(n, wanted.min(n.saturating_sub(1)));
    held.sort_unstable();
    let kept = (0..n).filter(|example| held.binary_search(example).is_err()).collect();
    (kept, held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_stands_alone() {
        let draw = |seed, purpose, stream| {
            let mut draws = Draws::of(seed, purpose, stream);
            [draws.below(1 << 30), draws.below(1 << 30)]
        };
        assert_eq!(draw(1, Purpose::Step, 5), draw(1, Purpose::Step, 5));
        for other in [draw(2, Purpose::Step, 5), draw(1, Purpose::Split, 5), draw(1, Purpose::Step, 6)] {
            assert_ne!(draw(1, Purpose::Step, 5), other);
        }
    }

    #[test]
    fn parts_make_up_the_whole() {
        for stream in 0..200 {
            let parts = Draws::of(0, Purpose::Step, stream).parts(9, 4);
            assert!(parts.len() == 4 && parts.iter().sum::<usize>() == 9 && parts.iter().all(|part| *part >= 1), "{parts:?}");
        }
        assert_eq!(Draws::of(0, Purpose::Step, 0).parts(3, 3), [1, 1, 1]);
    }

    #[test]
    fn an_epoch_has_each_example_once() {
        let (mut run, mut alone) = (Epochs::new(3, 10), Epochs::new(3, 10));
        let turns: Vec<Turn> = (0..10).flat_map(|step| run.at(step, 4)).collect();
        for (epoch, turns) in turns.chunks(10).enumerate() {
            let mut seen: Vec<usize> = turns.iter().map(|turn| turn.example).collect();
            assert!(turns.iter().all(|turn| turn.epoch == epoch as u64));
            seen.sort_unstable();
            assert_eq!(seen, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(
            turns[..10],
            turns[10..20].iter().map(|turn| Turn { epoch: 0, ..*turn }).collect::<Vec<_>>(),
            "each in its own order"
        );
        assert_eq!(alone.at(7, 4), turns[28..32], "step 7 alone is step 7 of the run");
    }

    #[test]
    fn what_is_held_out_is_not_trained_on() {
        let (kept, held) = split(50, 0.1, 1, 4);
        assert_eq!((kept.len(), held.len()), (45, 5));
        assert!(held.iter().all(|example| !kept.contains(example)));
        assert_ne!(split(50, 0.1, 1, 5).1, held);
        assert_eq!(split(50, 0.0, 1, 4).1, [0; 0]);
        assert_eq!((split(3, 0.01, 1, 0).1.len(), split(1, 0.5, 1, 0).0.len()), (1, 1), "at least one of each");
    }
}
