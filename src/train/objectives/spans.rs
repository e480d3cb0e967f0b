//! Span corruption: Raffel et al. 2020, §3.1.4 and figure 2. A share of the tokens is hidden in spans, a sentinel in place of each; the target has each
//! sentinel with what stood there, and one more sentinel at its end.
//!
//! Differs from the released code: a span may also stand at the beginning, and none need stand at the end; the last sentinel is the paper's.

use super::draws::Draws;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spans {
    /// Of the tokens.
    pub share: f64,
    /// Tokens of a span, on average.
    pub mean: f64,
}

impl Default for Spans {
    fn default() -> Self {
        Spans { share: 0.15, mean: 3.0 }
    }
}

impl Spans {
    /// Of a text of `n` ≥ 2 tokens: how many are hidden, and in how many spans.
    fn counts(self, n: usize) -> (usize, usize) {
        let hidden = ((n as f64 * self.share).round() as usize).max(1).min(n - 1);
        let spans = ((hidden as f64 / self.mean).round() as usize).min(n - hidden + 1).max(1);
        (hidden, spans)
    }

    /// Of a text of `n` ≥ 2 tokens: the lengths of source and target, each with a token that ends it.
    fn lengths(self, n: usize) -> (usize, usize) {
        let (hidden, spans) = self.counts(n);
        (n - hidden + spans + 1, hidden + spans + 2)
    }

    /// The longest text whose source and target have room in `context` tokens; none where not even two tokens have.
    pub fn room(self, context: usize) -> Option<usize> {
        let fits = |n: usize| self.lengths(n).0 <= context && self.lengths(n).1 <= context;
        // One token more never makes either of them shorter, so the bound can be halved in on.
        let (mut room, mut beyond) = (1, context.saturating_mul(2).saturating_add(2));
        while beyond - room > 1 {
            let middle = room + (beyond - room) / 2;
            if fits(middle) {
                room = middle;
            } else {
                beyond = middle;
            }
        }
        (room > 1).then_some(room)
    }

    /// Sentinels that a text of `n` tokens takes.
    pub fn sentinels(self, n: usize) -> usize {
        self.counts(n.max(2)).1 + 1
    }

    /// Source and target of a text of at least two tokens, without the token that ends them.
    pub fn corrupt(self, ids: &[u32], sentinels: &[u32], draws: &mut Draws) -> (Vec<u32>, Vec<u32>) {
        let (hidden, spans) = self.counts(ids.len());
        let lengths = draws.parts(hidden, spans);
        // What is left stands before, between and after the spans. Only between two must there be a token: hence two more than there are.
        let gaps = draws.parts(ids.len() - hidden + 2, spans + 1);
        let (mut source, mut target, mut at) = (vec![], vec![], 0);
        for (i, length) in lengths.iter().enumerate() {
            let gap = gaps[i] - usize::from(i == 0);
            source.extend_from_slice(&ids[at..at + gap]);
            source.push(sentinels[i]);
            target.push(sentinels[i]);
            target.extend_from_slice(&ids[at + gap..at + gap + length]);
            at += gap + length;
        }
        source.extend_from_slice(&ids[at..]);
        target.push(sentinels[spans]);
        (source, target)
    }
}

#[cfg(test)]
mod tests {
    use super::super::draws::Purpose;
    use super::*;

    const SENTINELS: [u32; 5] = [99, 98, 97, 96, 95];

    /// The text that a source and a target stand for.
    fn restored(source: &[u32], target: &[u32]) -> Vec<u32> {
        let after = |sentinel: u32| {
            let at = target.iter().position(|id| *id == sentinel).expect("in the target");
            target[at + 1..].iter().copied().take_while(|id| !SENTINELS.contains(id)).collect::<Vec<u32>>()
        };
        source.iter().flat_map(|id| if SENTINELS.contains(id) { after(*id) } else { vec![*id] }).collect()
    }

    #[test]
    fn three_spans_of_sixty_tokens() {
        let text: Vec<u32> = (0..60).collect();
        let (mut first, mut last) = (0, 0);
        for stream in 0..500 {
            let (source, target) = Spans::default().corrupt(&text, &SENTINELS, &mut Draws::of(2, Purpose::Step, stream));
            // 15 % of 60 are 9 tokens, in 3 spans of 3 on average.
            assert_eq!((source.len(), target.len()), (60 - 9 + 3, 9 + 4));
            let order = |ids: &[u32]| ids.iter().copied().filter(|id| *id >= 95).collect::<Vec<u32>>();
            assert_eq!(order(&source), [99, 98, 97], "sentinels in order");
            assert_eq!(order(&target), [99, 98, 97, 96], "and one at the end");
            assert_eq!(target.last(), Some(&96));
            assert!(source.windows(2).all(|pair| pair[0] < 95 || pair[1] < 95), "a token between two spans");
            assert_eq!(restored(&source, &target), text);
            first += usize::from(source[0] == 99);
            last += usize::from(source.last() == Some(&97));
        }
        assert!(first > 0 && last > 0, "the ends may be hidden, too");
    }

    #[test]
    fn the_shortest_text_has_one_span() {
        let (source, target) = Spans::default().corrupt(&[7, 8], &SENTINELS, &mut Draws::of(0, Purpose::Step, 0));
        assert!((source == [99, 8] && target == [99, 7, 98]) || (source == [7, 99] && target == [99, 8, 98]));
    }

    #[test]
    fn a_context_has_room_for_more_tokens_than_it_is_long() {
        let spans = Spans::default();
        let room = spans.room(512).expect("room");
        assert!(spans.lengths(room).0 <= 512 && spans.lengths(room + 1).0 > 512 && room > 560, "{room}");
        assert_eq!((spans.room(2), spans.room(3), spans.room(4)), (None, None, Some(3)), "2 tokens, a sentinel and the end");
    }
}
