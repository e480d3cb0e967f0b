//! Objectives: what a model is asked to learn from tokenised data, as a batch for each step. Pure functions of the data, the seed and the step.
//!
//! - `draws`: seeded draws, epochs, the share that is held out
//! - `read`: lines of a file → data
//! - `masking`, `spans`, `sentences`, `replaced`, `windows`: what each objective does to ids
//! - `settings`: what an objective needs, checked
//! - `stream`: the batches
//! - `rows`: texts padded to a batch

pub(super) mod draws;
mod masking;
mod read;
mod replaced;
pub(super) mod rows;
mod sentences;
mod settings;
mod spans;
mod stream;
mod windows;

pub use draws::{Draws, Purpose};
pub use masking::{Deeds, Masking, Vocabulary, When, corrupt};
pub use read::read;
pub use settings::{Settings, SpecialIds};
pub use spans::Spans;
pub use stream::Stream;

/// How texts become rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All texts in one, cut into windows of the context's length.
    Packed,
    /// Each text a row of its own; a longer one goes on in further rows.
    Lines,
}

/// An objective.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Recipe {
    /// The next token.
    Clm(Rows),
    /// Masked tokens.
    Mlm(Masking, Rows),
    /// Masked tokens, and whether one segment follows another.
    Nsp(Masking),
    /// Masked tokens, and which of two segments comes first.
    Sop(Masking),
    /// Masked tokens for a generator (this share of them); what it writes is the discriminator's batch ([`Stream::replaced`]).
    Rtd(f64, Rows),
    /// Hidden spans.
    Span(Spans, Rows),
    /// A target for each source; of a decoder, an answer for each prompt.
    Pairs,
    /// A class for each text.
    Cls,
}

impl Recipe {
    /// By the name that the command gives it, with the published settings.
    pub fn named(name: &str, rows: Rows) -> Option<Recipe> {
        Some(match name {
            "clm" => Recipe::Clm(rows),
            "mlm" => Recipe::Mlm(Masking::default(), rows),
            "nsp" => Recipe::Nsp(Masking::default()),
            "sop" => Recipe::Sop(Masking::default()),
            "rtd" => Recipe::Rtd(Masking::default().share, rows),
            "span" => Recipe::Span(Spans::default(), rows),
            "pairs" => Recipe::Pairs,
            "cls" => Recipe::Cls,
            _ => return None,
        })
    }

    pub fn name(&self) -> &'static str {
        match self {
            Recipe::Clm(_) => "clm",
            Recipe::Mlm(..) => "mlm",
            Recipe::Nsp(_) => "nsp",
            Recipe::Sop(_) => "sop",
            Recipe::Rtd(..) => "rtd",
            Recipe::Span(..) => "span",
            Recipe::Pairs => "pairs",
            Recipe::Cls => "cls",
        }
    }
}

/// Tokenised data, without special tokens.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `clm`, `mlm`, `rtd`, `span`.
    Texts(Vec<Vec<u32>>),
    /// `nsp`, `sop`: the sentences of each document.
    Documents(Vec<Vec<Vec<u32>>>),
    /// `pairs`: source and target.
    Pairs(Vec<[Vec<u32>; 2]>),
    /// `cls`: a text and its class.
    Labelled(Vec<(Vec<u32>, u32)>),
}
