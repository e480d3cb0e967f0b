//! A text as windows of a context's length: for language modelling any stretch of what is trained on, otherwise one piece after another.

use super::draws::{Draws, split};

/// A text in one, of which some windows are held out. A training window begins anywhere, as long as it lies between two that are held out.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    text: Vec<u32>,
    context: usize,
    /// Where the stretches between windows that are held out begin and end.
    stretches: Vec<(usize, usize)>,
    /// How many places there are to begin at, up to and with each stretch.
    places: Vec<usize>,
    held: Vec<(usize, usize)>,
}

impl Windows {
    pub fn new(text: Vec<u32>, context: usize, held_out: f64, seed: u64) -> Self {
        let n = text.len().div_ceil(context);
        let window = |number: usize| (number * context, (number * context + context).min(text.len()));
        let (kept, held) = split(n, held_out, 1, seed);
        let mut stretches: Vec<(usize, usize)> = vec![];
        for (start, end) in kept.into_iter().map(window) {
            match stretches.last_mut() {
                Some(last) if last.1 == start => last.1 = end,
                _ => stretches.push((start, end)),
            }
        }
        // The next token of a single one is not known.
        stretches.retain(|(start, end)| end - start > 1);
        let held = held.into_iter().map(window).filter(|(start, end)| end - start > 1).collect();
        let mut places = vec![];
        for (start, end) in &stretches {
            places.push(places.last().unwrap_or(&0) + (end - start).saturating_sub(context) + 1);
        }
        Windows { text, context, stretches, places, held }
    }

    /// Places where a window may begin.
    pub fn places(&self) -> usize {
        self.places.last().copied().unwrap_or(0)
    }

    /// Any window of what is trained on, each as likely as the others.
    pub fn draw(&self, draws: &mut Draws) -> &[u32] {
        let place = draws.below(self.places());
        let stretch = self.places.partition_point(|before| *before <= place);
        let (start, end) = self.stretches[stretch];
        let start = start + place - if stretch == 0 { 0 } else { self.places[stretch - 1] };
        &self.text[start..end.min(start + self.context)]
    }

    pub fn held(&self) -> Vec<&[u32]> {
        self.held.iter().map(|(start, end)| &self.text[*start..*end]).collect()
    }
}

/// Texts in pieces of at most `room` tokens, each text for itself.
pub fn pieces(texts: impl IntoIterator<Item = Vec<u32>>, room: usize) -> Vec<Vec<u32>> {
    texts.into_iter().flat_map(|text| text.chunks(room).map(<[u32]>::to_vec).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::draws::Purpose;
    use super::*;

    #[test]
    fn no_training_window_has_a_token_that_is_held_out() {
        let windows = Windows::new((0..103).collect(), 10, 0.2, 3);
        let held: Vec<u32> = windows.held().concat();
        assert_eq!(windows.held().len(), 2, "a fifth of eleven windows");
        let mut seen = vec![0; 103];
        for stream in 0..3000 {
            let window = windows.draw(&mut Draws::of(1, Purpose::Step, stream));
            assert!(window.len() == 10 || window.contains(&102) && window.len() == 3, "{window:?}");
            assert!(window.windows(2).all(|pair| pair[1] == pair[0] + 1), "a stretch of the text");
            assert!(window.iter().all(|id| !held.contains(id)));
            window.iter().for_each(|id| seen[*id as usize] += 1);
        }
        assert!((0..103).all(|id| (seen[id] == 0) == held.contains(&(id as u32))), "all that is not held out is read: {seen:?}");
    }

    #[test]
    fn a_short_text_is_one_window() {
        let windows = Windows::new(vec![4, 5, 6], 10, 0.0, 0);
        assert_eq!((windows.places(), windows.draw(&mut Draws::of(0, Purpose::Step, 0))), (1, &[4, 5, 6][..]));
        assert_eq!(Windows::new(vec![4], 10, 0.0, 0).places(), 0);
    }

    #[test]
    fn pieces_end_with_their_text() {
        assert_eq!(pieces([vec![1, 2, 3], vec![4]], 2), [vec![1, 2], vec![3], vec![4]]);
    }
}
