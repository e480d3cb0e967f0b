//! Text ↔ tokens for the native command, through Hugging Face's `tokenizers`. The page has their JavaScript library: this
//! crate would add 671 kB of gzip to its wasm. A test holds both to the same ids and the same text.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;

use tokenizers::Tokenizer;

use crate::error::{Error, Result};

pub struct Text {
    tokenizer: Tokenizer,
}

impl Text {
    /// Reads a published `tokenizer.json`.
    pub fn open(path: &Path) -> Result<Self> {
        let refused = |fault: tokenizers::Error| {
            Error::Input(format!("{} cannot be read as a tokenizer ({fault}); give --ids instead of --text", path.display()))
        };
        let mut tokenizer = guarded(|| Tokenizer::from_file(path))?.map_err(refused)?;
        // Some are published with the padding and the cut of their training batches, which are not part of a text.
        tokenizer.with_padding(None).with_truncation(None).map_err(refused)?;
        Ok(Text { tokenizer })
    }

    /// Ids with the special tokens that the model expects around a text, or around a pair; and which of the two each belongs to.
    /// An empty second text is none, as in `transformers`: a model was trained on pairs of texts, not on a text and an empty place.
    pub fn encode(&self, text: &str, pair: Option<&str>) -> Result<(Vec<u32>, Vec<u32>)> {
        let encoding = guarded(|| match pair.filter(|pair| !pair.is_empty()) {
            Some(pair) => self.tokenizer.encode((text, pair), true),
            None => self.tokenizer.encode(text, true),
        });
        let encoding = encoding?.map_err(refused)?;
        Ok((encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec()))
    }

    /// The id of a token that stands for something, such as `[MASK]`.
    pub fn special(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// Ids of a text alone.
    pub fn encode_plain(&self, text: &str) -> Result<Vec<u32>> {
        Ok(guarded(|| self.tokenizer.encode(text, false))?.map_err(refused)?.get_ids().to_vec())
    }

    /// The text of these ids, special tokens left out. Bytes at its end that do not form a character yet are held back, as on the page.
    /// Where tokens stand for single bytes, one that is left over spoils all bytes before it: then the text is that of the ids before it.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        let mut longest = String::new();
        for held in 0..LONGEST_CHARACTER.min(ids.len() + 1) {
            let mut text = guarded(|| self.tokenizer.decode(&ids[..ids.len() - held], true))?.map_err(refused)?;
            let complete = text.trim_end_matches(char::REPLACEMENT_CHARACTER).len();
            let whole = complete == text.len();
            text.truncate(complete);
            if text.len() > longest.len() {
                longest = text;
            }
            if whole {
                break;
            }
        }
        Ok(longest)
    }
}

const LONGEST_CHARACTER: usize = 4; // bytes

fn refused(fault: tokenizers::Error) -> Error {
    Error::Input(format!("the tokenizer refused the text: {fault}"))
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The library panics where a file's stages do not fit together, such as a decoder that strips more than there is: to us that is bad input.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T> {
    let before = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    outcome.map_err(|_| {
        let wrong = "the tokenizer fails at this text: the stages of tokenizer.json do not fit together; leave that file out and give --ids";
        Error::Input(wrong.into())
    })
}

/// From now on such a panic prints nothing of its own: its sentence is the error's.
pub fn hush_guarded_panics() {
    let loud = take_hook();
    set_hook(Box::new(move |panic| {
        if !GUARDED.get() {
            loud(panic);
        }
    }));
}
