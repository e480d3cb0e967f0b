//! The values of a `config.json` or `generation_config.json`, asked for by name; where a file leaves one out, the default of the reference stands.
//!
//! Read by hand instead of by derived code, which for four structures took 12 kB of the page's compressed wasm.

use serde_json::{Map, Value};

use crate::error::{Error, Result, written};

/// Far more of one axis of a weight than any published model has; ids and positions stay exact in f32.
pub const MOST_WIDE: usize = 1 << 24;
pub const MOST_LAYERS: usize = 1 << 10;

#[derive(Clone, Copy)]
pub struct Settings<'v> {
    /// Its name, for errors.
    pub file: &'static str,
    pub fields: &'v Map<String, Value>,
}

impl<'v> Settings<'v> {
    /// The object that a file holds.
    pub fn of(file: &'static str, value: &'v Value) -> Result<Self> {
        let fields = value.as_object();
        let fields = fields.ok_or_else(|| Error::Config(format!("{file} holds no object; fetch the file again")))?;
        Ok(Settings { file, fields })
    }

    /// A size: at least 1. Above `most` the file is damaged: it is refused here, before a product of sizes overflows or a
    /// graph of that many layers fills the memory.
    pub fn size(self, name: &str, default: usize, most: usize) -> Result<usize> {
        sized(name, self.whole(name)?.unwrap_or(default as u64), most)
    }

    pub fn id(self, name: &str) -> Result<Option<u32>> {
        let id = |n| u32::try_from(n).map_err(|_| self.misfit(name, "an id below 4294967296"));
        self.whole(name)?.map(id).transpose()
    }

    /// One id or several, as published files have it. `null` means none, other than leaving it out.
    pub fn ids(self, name: &str, default: Option<u32>) -> Result<Vec<u32>> {
        let id = |value: &Value| value.as_u64().and_then(|n| u32::try_from(n).ok());
        match self.fields.get(name) {
            None => Ok(default.into_iter().collect()),
            Some(Value::Null) => Ok(vec![]),
            Some(Value::Array(list)) => {
                list.iter().map(id).collect::<Option<_>>().ok_or_else(|| self.misfit(name, "a list of ids"))
            }
            Some(one) => id(one).map(|id| vec![id]).ok_or_else(|| self.misfit(name, "an id")),
        }
    }

    pub fn number(self, name: &str) -> Result<Option<f64>> {
        self.get(name).map(|value| value.as_f64().ok_or_else(|| self.misfit(name, "a number"))).transpose()
    }

    /// A small number that keeps a norm from dividing by zero.
    pub fn epsilon(self, name: &str, default: f32) -> Result<f32> {
        Ok(self.number(name)?.map_or(default, |number| number as f32))
    }

    pub fn flag(self, name: &str) -> Result<Option<bool>> {
        self.get(name).map(|value| value.as_bool().ok_or_else(|| self.misfit(name, "true or false"))).transpose()
    }

    pub fn word(self, name: &str) -> Result<Option<&'v str>> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| self.misfit(name, "a string"))).transpose()
    }

    /// The values under a name that holds more names.
    pub fn part(self, name: &str) -> Result<Option<Settings<'v>>> {
        let part = |value: &'v Value| match value.as_object() {
            Some(fields) => Ok(Settings { fields, ..self }),
            None => Err(self.misfit(name, "an object")),
        };
        self.get(name).map(part).transpose()
    }

    /// The published class that the file names first, among those that a family has; the family's first where the file names none.
    /// Of another class, the head would be a guess.
    pub fn class(self, known: &[&'static str]) -> Result<&'static str> {
        let Some(named) = self.get("architectures").and_then(|classes| classes.get(0)?.as_str()) else { return Ok(known[0]) };
        let found = known.iter().find(|class| **class == named);
        found.copied().ok_or_else(|| Error::Config(format!("{named} is not built in; of this family, {} are", known.join(", "))))
    }

    pub fn whole(self, name: &str) -> Result<Option<u64>> {
        self.get(name).map(|value| value.as_u64().ok_or_else(|| self.misfit(name, "a whole number"))).transpose()
    }

    pub fn get(self, name: &str) -> Option<&'v Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    pub fn misfit(self, name: &str, wanted: &str) -> Error {
        let got = self.fields.get(name).map_or("nothing".into(), written);
        Error::Config(format!("{name} is {got} in {}; {wanted} is expected", self.file))
    }
}

/// The JSON of a file.
pub fn parse(file: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|fault| Error::Config(format!("{file} is not JSON ({fault}); fetch the file again")))
}

/// What a decoder reads first: a token of its vocabulary.
pub fn start(settings: Settings, default: u32, vocab: usize) -> Result<u32> {
    match settings.id("decoder_start_token_id")?.unwrap_or(default) {
        start if start as usize >= vocab => {
            Err(Error::Config(format!("decoder_start_token_id {start} is outside the vocabulary of {vocab} tokens")))
        }
        start => Ok(start),
    }
}

/// The same check for a size that follows from others.
pub fn sized(name: &str, n: u64, most: usize) -> Result<usize> {
    match n {
        0 => Err(Error::Config(format!("{name} is 0; it must be at least 1"))),
        n if n > most as u64 => {
            Err(Error::Config(format!("{name} is {n}; more than {most} is not a size that this program runs")))
        }
        n => Ok(n as usize),
    }
}
