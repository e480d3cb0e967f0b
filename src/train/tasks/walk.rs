//! A random walk on a graph: text whose entropy is known, so that a loss has a floor that can be drawn.
//!
//! Each node has `degree` successors with probabilities of its own. The walk begins in its stationary distribution π, so the next node, given those
//! before it, has the entropy H = −Σᵢ πᵢ Σⱼ Pᵢⱼ ln Pᵢⱼ at every place (Shannon 1948, §7; Cover and Thomas 2006, theorem 4.2.4): no model can have a lower loss on average.

use crate::train::objectives::draws::{Draws, Purpose};

pub struct Walk {
    /// Of each node: its successors, and their probabilities.
    edges: Vec<Vec<(usize, f64)>>,
    /// How often the walk is at each node.
    stationary: Vec<f64>,
}

impl Walk {
    /// `degree` of 1 to `nodes`. One successor of each node is the next on a round through all of them, so that the walk reaches every node.
    pub fn new(nodes: usize, degree: usize, seed: u64) -> Self {
        let mut draws = Draws::of(seed, Purpose::World, 0);
        let round = draws.some(nodes, nodes);
        let mut edges = vec![vec![]; nodes];
        for (place, node) in round.iter().enumerate() {
            let next = round[(place + 1) % nodes];
            let others = draws.some(nodes, nodes).into_iter().filter(|other| *other != next).take(degree - 1);
            let ends: Vec<usize> = [next].into_iter().chain(others).collect();
            // Weights between 1 and 4: no two nodes are equally hard to foresee, and none is certain.
            let weights: Vec<f64> = ends.iter().map(|_| 1.0 + 3.0 * draws.share()).collect();
            let sum: f64 = weights.iter().sum();
            edges[*node] = ends.into_iter().zip(weights.iter().map(|weight| weight / sum)).collect();
        }
        Walk { stationary: stationary(&edges), edges }
    }

    /// In nats for each token.
    pub fn entropy(&self) -> f64 {
        let at = |edges: &Vec<(usize, f64)>| -edges.iter().map(|(_, p)| p * libm::log(*p)).sum::<f64>();
        self.stationary.iter().zip(&self.edges).map(|(weight, edges)| weight * at(edges)).sum()
    }

    pub fn draw(&self, length: usize, draws: &mut Draws) -> Vec<usize> {
        let mut node = pick(self.stationary.iter().copied().enumerate(), draws);
        let mut path = vec![node];
        while path.len() < length {
            node = pick(self.edges[node].iter().copied(), draws);
            path.push(node);
        }
        path
    }

    /// The probability of one node after another.
    #[cfg(test)]
    fn probability(&self, from: usize, to: usize) -> f64 {
        self.edges[from].iter().filter(|(end, _)| *end == to).map(|(_, p)| p).sum()
    }
}

/// π = πP, by repetition. Every second step stays where it is, so that a graph whose rounds have one length comes to rest, too.
fn stationary(edges: &[Vec<(usize, f64)>]) -> Vec<f64> {
    const MOST: usize = 1_000_000;
    let n = edges.len();
    let mut now = vec![1.0 / n as f64; n];
    for _ in 0..MOST {
        let mut next: Vec<f64> = now.iter().map(|weight| weight / 2.0).collect();
        for (weight, edges) in now.iter().zip(edges) {
            edges.iter().for_each(|(end, p)| next[*end] += weight * p / 2.0);
        }
        let change: f64 = now.iter().zip(&next).map(|(a, b)| (a - b).abs()).sum();
        now = next;
        if change < 1e-14 {
            break;
        }
    }
    now
}

fn pick(weights: impl Iterator<Item = (usize, f64)>, draws: &mut Draws) -> usize {
    let (mut left, mut last) = (draws.share(), 0);
    for (node, weight) in weights {
        last = node;
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entropy_is_what_a_walk_surprises() {
        let walk = Walk::new(12, 3, 5);
        let mut surprise = 0.0;
        for stream in 0..400 {
            let path = walk.draw(101, &mut Draws::of(1, Purpose::Step, stream));
            surprise -= path.windows(2).map(|pair| walk.probability(pair[0], pair[1]).ln()).sum::<f64>();
        }
        let mean = surprise / 40_000.0;
        assert!((mean - walk.entropy()).abs() < 0.01, "{mean}, told {}", walk.entropy());
        assert!(walk.entropy() < 3f64.ln() && walk.entropy() > 2f64.ln(), "three successors, unequally likely");
    }

    #[test]
    fn a_round_is_certain_and_the_stationary_distribution_stays() {
        assert_eq!(Walk::new(7, 1, 0).entropy(), 0.0);
        let walk = Walk::new(9, 4, 2);
        let after: Vec<f64> =
            (0..9).map(|to| (0..9).map(|from| walk.stationary[from] * walk.probability(from, to)).sum()).collect();
        assert!(after.iter().zip(&walk.stationary).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!((walk.stationary.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
