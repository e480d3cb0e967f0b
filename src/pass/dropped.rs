//! The mask of dropout: Srivastava et al. 2014, §4, scaled in training as in §10: each number is 0 with probability p, and 1 / (1 − p) times itself otherwise.
//!
//! Whether a number is dropped is a hash of its place and two keys, in whole numbers of 32 bits: so both devices drop the same ones, a gradient has the mask of its activation,
//! and nothing is kept. `shaders/edit.wgsl` has the same hash.

/// Which numbers of a node are dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropped {
    /// Of all numbers, those whose hash is below this are dropped: p · 2³².
    below: u32,
    /// What the others are multiplied by.
    factor: f32,
    keys: [u32; 2],
    /// Where the node's numbers begin among those of the whole batch, of which a pass may have a share.
    pub first: u32,
}

impl Dropped {
    /// With probability `share`, 0 to below 1. Other seeds, steps and nodes (`nth`, counted as one likes) have masks of their own.
    pub fn new(share: f32, seed: u64, step: u64, nth: u32) -> Dropped {
        let words = |number: u64| [number as u32, (number >> 32) as u32];
        let [seed, step] = [seed, step].map(words);
        let key = |start: u32| [seed[0], seed[1], step[0], step[1], nth].into_iter().fold(start, |hash, word| pcg(hash ^ word));
        let below = (f64::from(share) * 2f64.powi(32)) as u32;
        Dropped { below, factor: 1.0 / (1.0 - share), keys: [key(1), key(2)], first: 0 }
    }

    /// What the number at a place of the node is multiplied by.
    pub fn at(&self, place: usize) -> f32 {
        let [before, behind] = self.keys;
        let hash = pcg(pcg(self.first.wrapping_add(place as u32) ^ before).wrapping_add(behind));
        if hash < self.below { 0.0 } else { self.factor }
    }

    /// The numbers that the kernel reads.
    pub(super) fn params(&self) -> [u32; 5] {
        [self.below, self.factor.to_bits(), self.keys[0], self.keys[1], self.first]
    }
}

/// O'Neill 2014, PCG-RXS-M-XS-32, as a hash: Jarzynski & Olano 2020, §3 ("pcg").
fn pcg(x: u32) -> u32 {
    let state = x.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_dropped_and_masks_are_unlike() {
        const N: usize = 100_000;
        let mask = |dropped: Dropped| (0..N).map(|place| dropped.at(place)).collect::<Vec<f32>>();
        for share in [0.1f32, 0.5, 0.9] {
            let masks =
                [(1, 0, 0), (2, 0, 0), (1, 1, 0), (1, 0, 1)].map(|(seed, step, nth)| mask(Dropped::new(share, seed, step, nth)));
            for mask in &masks {
                let dropped = mask.iter().filter(|x| **x == 0.0).count() as f64;
                let deviation = (N as f64 * f64::from(share) * (1.0 - f64::from(share))).sqrt();
                assert!((dropped - N as f64 * f64::from(share)).abs() < 4.0 * deviation, "{share}: {dropped} of {N}");
                let mean = mask.iter().map(|x| f64::from(*x)).sum::<f64>() / N as f64;
                assert!(
                    (mean - 1.0).abs() < 4.0 * deviation / N as f64 / (1.0 - f64::from(share)),
                    "{share}: the mean is {mean}"
                );
            }
            // Two masks agree as often as two that know nothing of each other, also where the one is moved.
            let chance = f64::from(share * share + (1.0 - share) * (1.0 - share));
            for other in &masks[1..] {
                for by in [0, 1, 7] {
                    let same = masks[0][by..].iter().zip(other).filter(|(a, b)| a == b).count() as f64 / (N - by) as f64;
                    assert!((same - chance).abs() < 0.01, "{share}, moved by {by}: {same} where {chance} is expected");
                }
            }
        }
    }

    #[test]
    fn a_share_of_a_batch_has_its_part_of_the_mask() {
        let whole = Dropped::new(0.3, 5, 6, 7);
        let part = Dropped { first: 40, ..whole };
        assert!((0..100).all(|place| part.at(place) == whole.at(40 + place)));
        assert!((0..100).all(|place| Dropped::new(0.0, 5, 6, 7).at(place) == 1.0), "with a share of 0 nothing is dropped");
    }
}
