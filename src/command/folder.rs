//! A model folder as Hugging Face publishes it, on disk.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use diorama::error::{Error, Result, shown_longer};
use diorama::json::parse;
use diorama::models::{self, Model};
use diorama::pass::Parameters;
use diorama::text::Text;
use diorama::weights::{Checkpoint, Table};
use serde::Deserialize;

/// `model.safetensors.index.json`: which file holds each tensor.
#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

/// A model folder as Hugging Face publishes it.
pub struct Folder<'a> {
    dir: &'a Path,
    /// Opened once, when it is first asked for.
    text: OnceCell<Text>,
}

impl<'a> Folder<'a> {
    pub fn at(dir: &'a Path) -> Self {
        Folder { dir, text: OnceCell::new() }
    }

    /// The model without its numbers. What its configuration or its tables of contents rule out is refused here, before the weights are read.
    pub fn look(&self) -> Result<Model> {
        self.described(&[])?;
        let mut table = Table::default();
        for name in self.weights()? {
            let (head, size) = self.head(&name)?;
            table.add(&name, &head, size)?;
        }
        let model = self.described(&table.names())?;
        table.check(&model.graph)?;
        Ok(model)
    }

    pub fn load(&self) -> Result<(Model, Parameters)> {
        self.load_named().map(|(model, parameters, _)| (model, parameters))
    }

    /// The same, and the names of the checkpoint's tensors.
    pub fn load_named(&self) -> Result<(Model, Parameters, Vec<String>)> {
        self.look()?;
        let files = self.weights()?.into_iter().map(|name| Ok((self.read(&name)?, name))).collect::<Result<Vec<_>>>()?;
        let named: Vec<(&str, &[u8])> = files.iter().map(|(bytes, name)| (name.as_str(), bytes.as_slice())).collect();
        let checkpoint = Checkpoint::open(&named)?;
        let model = self.described(&checkpoint.distinct_names(&models::TIED))?;
        let parameters = checkpoint.parameters(&model.graph)?;
        Ok((model, parameters, checkpoint.names()))
    }

    /// What the configuration describes, for a checkpoint of these tensors.
    fn described(&self, tensors: &[String]) -> Result<Model> {
        let mut model = models::build(&self.read_text("config.json")?, tensors)?;
        if let Some(generation) = self.optional("generation_config.json")? {
            model.generate_by(&generation)?;
        }
        Ok(model)
    }

    /// One file, or the several that an index names. The one goes first, as for the reference and the page.
    fn weights(&self) -> Result<Vec<String>> {
        const WHOLE: &str = "model.safetensors";
        const INDEX: &str = "model.safetensors.index.json";
        if self.dir.join(WHOLE).exists() || !self.dir.join(INDEX).exists() {
            return Ok(vec![WHOLE.into()]);
        }
        let index: ShardIndex = serde_json::from_value(parse(INDEX, &self.read_text(INDEX)?)?).map_err(|fault| {
            Error::Weights(format!("{INDEX} has no weight_map of file names ({}); fetch it again", shown_longer(fault)))
        })?;
        let shards: BTreeSet<String> = index.weight_map.into_values().collect();
        Ok(shards.into_iter().collect())
    }

    /// The beginning of a safetensors file, with its whole table of contents where it has one, and the file's length in bytes.
    fn head(&self, name: &str) -> Result<(Vec<u8>, u64)> {
        let read = || {
            let mut file = File::open(self.dir.join(name))?;
            let size = file.metadata()?.len();
            let mut head = vec![];
            file.by_ref().take(8).read_to_end(&mut head)?;
            let claimed = head.first_chunk::<8>().map_or(0, |length| u64::from_le_bytes(*length));
            // A table that is longer than its file is refused by its length alone.
            if claimed <= size {
                file.take(claimed).read_to_end(&mut head)?;
            }
            Ok((head, size))
        };
        read().map_err(|fault| self.unreadable(name, fault))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        std::fs::read(self.dir.join(name)).map_err(|fault| self.unreadable(name, fault))
    }

    fn unreadable(&self, name: &str, fault: std::io::Error) -> Error {
        let path = shown_longer(self.dir.join(name).display());
        Error::Input(format!("{path} cannot be read ({fault}); give a folder with config.json and model.safetensors"))
    }

    fn read_text(&self, name: &str) -> Result<String> {
        String::from_utf8(self.read(name)?).map_err(|_| Error::Config(format!("{name} is not UTF-8 text")))
    }

    fn optional(&self, name: &str) -> Result<Option<String>> {
        self.dir.join(name).exists().then(|| self.read_text(name)).transpose()
    }

    /// The id of the token that hides another.
    pub fn mask_id(&self) -> Result<u32> {
        self.text()?.mask().ok_or_else(|| {
            Error::Input(format!(
                "the tokenizer of {} has no [MASK] or <mask>; take a generator's folder",
                shown_longer(self.dir.display())
            ))
        })
    }

    /// The text of `config.json`.
    pub fn config(&self) -> Result<String> {
        self.read_text("config.json")
    }

    /// A file that may be absent.
    pub fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.dir.join(name).exists().then(|| self.read(name)).transpose()
    }

    pub fn has_text(&self) -> bool {
        self.dir.join("tokenizer.json").exists()
    }

    /// The tokenizer. What a reader has to know of how it was read goes to standard error.
    pub fn text(&self) -> Result<&Text> {
        if let Some(text) = self.text.get() {
            return Ok(text);
        }
        let text = Text::open_folder(self.dir)?;
        for notice in text.notices() {
            eprintln!("note: {notice}");
        }
        Ok(self.text.get_or_init(|| text))
    }
}
