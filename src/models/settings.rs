//! The values of a `config.json` or `generation_config.json`, asked for by name; where a file leaves one out, the default of the reference stands.
//!
//! Read by hand instead of by derived code, which for four structures took 12 kB of the page's compressed wasm.

use serde_json::{Map, Value};

use crate::error::{Error, Result, shown, written};

/// Far more of one axis of a weight than any published model has; ids and positions stay exact in f32.
pub const MOST_WIDE: usize = 1 << 24;
pub const MOST_LAYERS: usize = 1 << 10;
/// Numbers of one attention head, of which published models have up to 512.
pub const MOST_HEAD: usize = 1 << 16;

/// A field's name in its class, and the general name under which a file may give it, too: the `attribute_map` of the reference.
pub type Alias = (&'static str, &'static str);

#[derive(Clone, Copy)]
pub struct Settings<'v> {
    /// Its name, for errors.
    pub file: &'static str,
    pub fields: &'v Map<String, Value>,
    aliases: &'static [Alias],
}

impl<'v> Settings<'v> {
    /// The object that a file holds.
    pub fn of(file: &'static str, value: &'v Value) -> Result<Self> {
        let fields = value.as_object();
        let fields = fields.ok_or_else(|| Error::Config(format!("{file} holds no object; fetch the file again")))?;
        Ok(Settings { file, fields, aliases: &[] })
    }

    /// The same, where each field may also stand under its general name, which wins when a file has both: the reference sets it last.
    pub fn with_aliases(self, aliases: &'static [Alias]) -> Self {
        Settings { aliases, ..self }
    }

    /// A size: at least 1. Above `most` the file is damaged: it is refused here, before a product of sizes overflows or a
    /// graph of that many layers fills the memory.
    pub fn size(self, name: &str, default: usize, most: usize) -> Result<usize> {
        sized(self.named(name), self.whole(name)?.unwrap_or(default as u64), most)
    }

    /// An id; below 0 it means none, as published files write it (`"pad_token_id": -1`).
    pub fn id(self, name: &str) -> Result<Option<u32>> {
        let misfit = || self.misfit(name, "an id below 4294967296");
        match self.get(name).map(one_id) {
            None => Ok(None),
            Some(id) => id.ok_or_else(misfit),
        }
    }

    /// One id or several, as published files have it; those below 0 are left out. `null` means none, other than leaving it out.
    pub fn ids(self, name: &str, default: Option<u32>) -> Result<Vec<u32>> {
        match self.fields.get(name) {
            None => Ok(default.into_iter().collect()),
            Some(Value::Null) => Ok(vec![]),
            Some(Value::Array(list)) => {
                let ids: Option<Vec<Option<u32>>> = list.iter().map(one_id).collect();
                Ok(ids.ok_or_else(|| self.misfit(name, "a list of ids"))?.into_iter().flatten().collect())
            }
            Some(one) => Ok(one_id(one).ok_or_else(|| self.misfit(name, "an id"))?.into_iter().collect()),
        }
    }

    pub fn number(self, name: &str) -> Result<Option<f64>> {
        self.get(name).map(|value| value.as_f64().ok_or_else(|| self.misfit(name, "a number"))).transpose()
    }

    /// A small number that keeps a norm from dividing by zero.
    pub fn epsilon(self, name: &str, default: f32) -> Result<f32> {
        let epsilon = self.number(name)?.map_or(default, |number| number as f32);
        match epsilon.is_finite() && epsilon >= 0.0 {
            true => Ok(epsilon),
            false => Err(self.misfit(name, "a number of at least 0")),
        }
    }

    /// A number above 0.
    pub fn positive(self, name: &str) -> Result<Option<f32>> {
        let fits = |number: &f32| number.is_finite() && *number > 0.0;
        match self.number(name)?.map(|number| number as f32) {
            Some(number) if !fits(&number) => Err(self.misfit(name, "a number above 0")),
            number => Ok(number),
        }
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
            Some(fields) => Ok(Settings { fields, aliases: &[], ..self }),
            None => Err(self.misfit(name, "an object")),
        };
        self.get(name).map(part).transpose()
    }

    /// The published class that the file names first, among those that a family has; the family's first where the file names none.
    /// Of another class, the head would be a guess.
    pub fn class(self, known: &[&'static str]) -> Result<&'static str> {
        let misfit = || self.misfit("architectures", "a list of class names");
        let Some(classes) = self.get("architectures") else { return Ok(known[0]) };
        let Some(first) = classes.as_array().ok_or_else(misfit)?.first() else { return Ok(known[0]) };
        let named = first.as_str().ok_or_else(misfit)?;
        let found = known.iter().find(|class| **class == named);
        found.copied().ok_or_else(|| {
            let (named, known) = (shown(named), known.join(", "));
            Error::Config(format!("{named} is not built in; of this family, {known} are"))
        })
    }

    pub fn whole(self, name: &str) -> Result<Option<u64>> {
        self.get(name).map(|value| value.as_u64().ok_or_else(|| self.misfit(name, "a whole number"))).transpose()
    }

    /// Refuses `null` in the fields that the reference's class declares without it. Elsewhere it says the same as leaving the field out.
    pub fn filled(self, names: &[&str]) -> Result<()> {
        match names.iter().find(|name| self.fields.get(self.named(name)).is_some_and(Value::is_null)) {
            Some(name) => Err(self.misfit(name, "a value")),
            None => Ok(()),
        }
    }

    /// Whether the file has the field, be it `null`.
    pub fn has(self, name: &str) -> bool {
        self.fields.contains_key(self.named(name))
    }

    pub fn get(self, name: &str) -> Option<&'v Value> {
        self.fields.get(self.named(name)).filter(|value| !value.is_null())
    }

    pub fn misfit(self, name: &str, wanted: &str) -> Error {
        let name = self.named(name);
        let got = self.fields.get(name).map_or("nothing".into(), written);
        Error::Config(format!("{name} is {got} in {}; {wanted} is expected", self.file))
    }

    /// The name under which the file has this field.
    fn named(self, name: &str) -> &str {
        let general = self.aliases.iter().find(|(own, general)| *own == name && self.fields.contains_key(*general));
        general.map_or(name, |(_, general)| general)
    }
}

/// `None` for what is no id, `Some(None)` for a number below 0.
fn one_id(value: &Value) -> Option<Option<u32>> {
    match value.as_i64() {
        Some(n) if n < 0 => Some(None),
        Some(n) => Some(Some(u32::try_from(n).ok()?)),
        None => None,
    }
}

/// What a decoder reads first: a token of its vocabulary.
pub fn start(settings: Settings, default: u32, vocab: usize) -> Result<u32> {
    const NAME: &str = "decoder_start_token_id";
    within(NAME, settings.id(NAME)?.unwrap_or(default), vocab)
}

/// An id that the model looks up.
pub fn within(name: &str, id: u32, vocab: usize) -> Result<u32> {
    match id as usize >= vocab {
        true => Err(Error::Config(format!("{name} {id} is outside the vocabulary of {vocab} tokens"))),
        false => Ok(id),
    }
}

/// The check of [`Settings::size`] for a size that follows from others.
pub fn sized(name: &str, n: u64, most: usize) -> Result<usize> {
    match n {
        0 => Err(Error::Config(format!("{name} is 0; it must be at least 1"))),
        n if n > most as u64 => {
            Err(Error::Config(format!("{name} is {n}; more than {most} is not a size that this program runs")))
        }
        n => Ok(n as usize),
    }
}

/// A product of sizes, in 64 bits also where a `usize` has 32.
pub fn product(name: &str, factors: [usize; 2], most: usize) -> Result<usize> {
    sized(name, factors[0] as u64 * factors[1] as u64, most)
}

/// The width of each of `heads` that share `width`.
pub fn split(name: &str, width: usize, heads: usize) -> Result<usize> {
    match width.is_multiple_of(heads) {
        true => Ok(width / heads),
        false => Err(Error::Config(format!("{name} {width} does not divide into {heads} heads"))),
    }
}
