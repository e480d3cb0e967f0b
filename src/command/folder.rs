//! A model folder as Hugging Face publishes it, on disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diorama::error::{Error, Result};
use diorama::models::json::parse;
use diorama::models::{self, Model};
use diorama::pass::Parameters;
use diorama::text::Text;
use diorama::weights::Checkpoint;
use serde::Deserialize;

/// `model.safetensors.index.json`: which file holds each tensor.
#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

/// A model folder as Hugging Face publishes it.
pub struct Folder<'a> {
    pub dir: &'a Path,
}

impl Folder<'_> {
    pub fn load(&self) -> Result<(Model, Parameters)> {
        let config = self.read_text("config.json")?;
        let files = self.weights()?;
        let named: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let checkpoint = Checkpoint::open(&named)?;
        let mut model = models::build(&config, &checkpoint.distinct_names(&models::TIED))?;
        if let Some(generation) = self.optional("generation_config.json")? {
            model.generate_by(&generation)?;
        }
        let parameters = checkpoint.parameters(&model.graph)?;
        Ok((model, parameters))
    }

    /// One file, or the several that an index names. The one goes first, as for the reference and the page.
    fn weights(&self) -> Result<Vec<(String, Vec<u8>)>> {
        const WHOLE: &str = "model.safetensors";
        const INDEX: &str = "model.safetensors.index.json";
        if self.dir.join(WHOLE).exists() || !self.dir.join(INDEX).exists() {
            return Ok(vec![(WHOLE.into(), self.read(WHOLE)?)]);
        }
        let index: ShardIndex = serde_json::from_value(parse(INDEX, &self.read_text(INDEX)?)?)
            .map_err(|fault| Error::Weights(format!("{INDEX} has no weight_map of file names ({fault}); fetch it again")))?;
        let shards: BTreeSet<String> = index.weight_map.into_values().collect();
        shards.into_iter().map(|name| self.read(&name).map(|bytes| (name, bytes))).collect()
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.dir.join(name);
        std::fs::read(&path).map_err(|fault| {
            Error::Input(format!(
                "{} cannot be read ({fault}); give a folder with config.json and model.safetensors",
                path.display()
            ))
        })
    }

    fn read_text(&self, name: &str) -> Result<String> {
        String::from_utf8(self.read(name)?).map_err(|_| Error::Config(format!("{name} is not UTF-8 text")))
    }

    fn optional(&self, name: &str) -> Result<Option<String>> {
        self.dir.join(name).exists().then(|| self.read_text(name)).transpose()
    }

    /// The id of the token that hides another, under one of its two published names.
    pub fn mask_id(&self) -> Result<u32> {
        let text = self.text()?;
        let named = ["[MASK]", "<mask>"].into_iter().find_map(|token| text.special(token));
        named.ok_or_else(|| {
            Error::Input(format!("the tokenizer of {} has no [MASK] or <mask>; take a generator's folder", self.dir.display()))
        })
    }

    pub fn has_text(&self) -> bool {
        self.dir.join("tokenizer.json").exists()
    }

    pub fn text(&self) -> Result<Text> {
        Text::open(&self.dir.join("tokenizer.json"))
    }
}
