//! Text ↔ tokens for the native command, through Hugging Face's `tokenizers`. The page has their JavaScript library: this
//! crate would add 671 kB of gzip to its wasm. A test holds both to the same ids and the same text.

mod added;
mod class;
mod limits;
mod oniguruma;
mod patterns;
mod published;
mod rebuild;
mod settings;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;

use tokenizers::Tokenizer;

use crate::error::{Error, Result, shown_longer};
use patterns::Patterns;
use published::Published;
use settings::Settings;

pub struct Text {
    tokenizer: Tokenizer,
    patterns: Patterns,
    tidy: bool,
    masks: Vec<String>,
    notices: Vec<String>,
}

impl Text {
    /// Reads a `tokenizer.json` by itself.
    pub fn open(path: &Path) -> Result<Self> {
        Self::read(path, None)
    }

    /// Reads a model's folder: `tokenizer.json`, and what the files beside it change.
    pub fn open_folder(dir: &Path) -> Result<Self> {
        Self::read(&dir.join("tokenizer.json"), Settings::read(dir)?.as_ref())
    }

    fn read(path: &Path, settings: Option<&Settings>) -> Result<Self> {
        let refused = |fault: String| {
            let (path, fault) = (shown_longer(path.display()), shown_longer(fault));
            Error::Input(format!("{path} cannot be read as a tokenizer ({fault}); give --ids instead of --text"))
        };
        let json = std::fs::read(path).map_err(|fault| refused(fault.to_string()))?;
        let file = serde_json::from_slice(&json).map_err(|fault| refused(fault.to_string()))?;
        if let Some(fault) = limits::too_long(&file) {
            return Err(refused(fault));
        }
        let Published { mut file, more, split_special, tidy, masks, notices } = Published::resolve(file, settings)?;
        let patterns = Patterns::translate(&mut file).map_err(refused)?;
        let mut tokenizer: Tokenizer = guarded(|| serde_json::from_value(file))?.map_err(|fault| refused(fault.to_string()))?;
        // Some are published with the padding and the cut of their training batches, which are not part of a text.
        let plain = tokenizer.with_padding(None).with_truncation(None).map(drop);
        plain.and_then(|()| tokenizer.add_tokens(more)).map_err(|fault| refused(fault.to_string()))?;
        tokenizer.set_encode_special_tokens(split_special);
        Ok(Text { tokenizer, patterns, tidy, masks, notices })
    }

    /// What a reader has to know of how the tokenizer was read: one sentence each.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The least vocabulary that has all its tokens: the highest id, plus one.
    pub fn vocab(&self) -> usize {
        self.tokenizer.get_vocab(true).values().max().map_or(0, |id| *id as usize + 1)
    }

    /// The id of a token by its exact spelling, e.g. `[CLS]`.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// The id of the token that hides another, by the files or under one of its two usual names.
    pub fn mask(&self) -> Option<u32> {
        self.masks.iter().find_map(|token| self.tokenizer.token_to_id(token))
    }

    /// Ids with the special tokens that the model expects around a text, or around a pair; and which of the two each belongs to.
    /// An empty second text is none, as in `transformers`: a model was trained on pairs of texts, not on a text and an empty place.
    pub fn encode(&self, text: &str, pair: Option<&str>) -> Result<(Vec<u32>, Vec<u32>)> {
        let pair = pair.filter(|pair| !pair.is_empty());
        for text in [text, pair.unwrap_or_default()] {
            limits::require_readable(text)?;
            self.patterns.check(text)?;
        }
        let encoding = guarded(|| match pair {
            Some(pair) => self.tokenizer.encode((text, pair), true),
            None => self.tokenizer.encode(text, true),
        });
        let encoding = encoding?.map_err(refused)?;
        Ok((encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec()))
    }

    /// Ids of a text alone.
    ///
    /// # Errors
    /// A text that is longer than a model reads at once, or that the tokenizer refuses.
    pub fn encode_plain(&self, text: &str) -> Result<Vec<u32>> {
        limits::require_readable(text)?;
        self.encode_data(text)
    }

    /// The same for a text to train on, which may be of any length.
    pub fn encode_data(&self, text: &str) -> Result<Vec<u32>> {
        self.patterns.check(text)?;
        Ok(guarded(|| self.tokenizer.encode(text, false))?.map_err(refused)?.get_ids().to_vec())
    }

    /// The text of these ids, special tokens left out. Bytes at its end that do not form a character yet are held back, as on the page.
    /// Where tokens stand for single bytes, one that is left over spoils all bytes before it: then the text is that of the ids before it.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        let mut longest = String::new();
        for held in 0..LONGEST_CHARACTER.min(ids.len() + 1) {
            let mut text = guarded(|| self.tokenizer.decode(&ids[..ids.len() - held], true))?.map_err(refused)?;
            if self.tidy {
                text = published::tidied(text);
            }
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
    Error::Input(format!("the tokenizer refused the text: {}", shown_longer(fault)))
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
