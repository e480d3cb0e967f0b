//! Text ↔ tokens for the native command, through Hugging Face's `tokenizers`. The page has their JavaScript library: this
//! crate would add 671 kB of gzip to its wasm. A test holds both to the same ids and the same text.

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
        let mut tokenizer = Tokenizer::from_file(path).map_err(refused)?;
        // Some are published with the padding and the cut of their training batches, which are not part of a text.
        tokenizer.with_padding(None).with_truncation(None).map_err(refused)?;
        Ok(Text { tokenizer })
    }

    /// Ids with the special tokens that the model expects around a text, or around a pair; and which of the two each belongs to.
    pub fn encode(&self, text: &str, pair: Option<&str>) -> Result<(Vec<u32>, Vec<u32>)> {
        let encoding = match pair {
            Some(pair) => self.tokenizer.encode((text, pair), true),
            None => self.tokenizer.encode(text, true),
        };
        let encoding = encoding.map_err(refused)?;
        Ok((encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec()))
    }

    /// The id of a token that stands for something, such as `[MASK]`.
    pub fn special(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }

    /// Ids of a text alone.
    pub fn encode_plain(&self, text: &str) -> Result<Vec<u32>> {
        Ok(self.tokenizer.encode(text, false).map_err(refused)?.get_ids().to_vec())
    }

    /// The text of these ids, special tokens left out. Bytes at its end that do not form a character yet are held back, as on the page.
    pub fn decode(&self, ids: &[u32]) -> Result<String> {
        let mut text = self.tokenizer.decode(ids, true).map_err(refused)?;
        text.truncate(text.trim_end_matches(char::REPLACEMENT_CHARACTER).len());
        Ok(text)
    }
}

fn refused(fault: tokenizers::Error) -> Error {
    Error::Input(format!("the tokenizer refused the text: {fault}"))
}
