//! How a published model wants its texts written: the fields of `generation_config.json`, or of a `config.json` that has no such file beside it.
//!
//! As `transformers` 5.23 reads them (`GenerationConfig`, `GenerationMixin._prepare_generated_length`). What the fields do to scores is in
//! `generate/rules.rs`; what is not done is told, one [`Notice`] each.

use serde_json::Value;

use super::notices::{Notice, Sampler, notices};
use super::settings::Settings;
use crate::error::{Error, Result, shown_longer, written};

/// The settings of one file, checked against the vocabulary.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Generation {
    pub rules: Rules,
    /// Tokens of prompt and text together.
    pub max_length: Option<usize>,
    /// Tokens of the text alone: where both are given, this one counts.
    pub max_new_tokens: Option<usize>,
    /// The exponent of the length by which a beam's score is divided; 1 where left out.
    pub length_penalty: Option<f32>,
    pub early_stopping: EarlyStopping,
    /// The draw that the file asks for; nothing here draws unless it is asked to.
    pub sampler: Sampler,
    /// The beams that the file asks for; a search is one only when it is asked for, too.
    pub beams: usize,
    /// What a reader should know: which settings act, and which do not.
    pub notices: Vec<Notice>,
}

/// When a beam search ends although its best running text could still win.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EarlyStopping {
    /// `false`: when the best running text, at its present length, scores no better than the worst finished one.
    #[default]
    Heuristic,
    /// `true`: as soon as as many texts have ended as there are beams.
    WhenFull,
    /// `"never"`: when the best running text could not win at any length.
    Never,
}

/// What is done to the scores of the next token before one is chosen. Absent and neutral settings do nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Ids in a row, and what is added to the score of the last where the others stand before it.
    pub sequence_bias: Vec<(Vec<u32>, f32)>,
    pub encoder_repetition_penalty: Option<f32>,
    pub repetition_penalty: Option<f32>,
    /// Tokens in a row that may not come twice; 0 for none.
    pub no_repeat_ngram_size: usize,
    pub encoder_no_repeat_ngram_size: usize,
    pub bad_words_ids: Vec<Vec<u32>>,
    /// Tokens of prompt and text together.
    pub min_length: usize,
    /// Tokens of the text alone: where it is given, 0 too, `min_length` does not count.
    pub min_new_tokens: Option<usize>,
    pub forced_bos_token_id: Option<u32>,
    pub forced_eos_token_id: Vec<u32>,
    pub remove_invalid_values: bool,
    /// New tokens before it begins, and the base that grows with each one more.
    pub exponential_decay_length_penalty: Option<(i64, f64)>,
    pub suppress_tokens: Vec<u32>,
    pub begin_suppress_tokens: Vec<u32>,
    pub renormalize_logits: bool,
}

impl Generation {
    /// Reads a file's fields for a model with `vocab` tokens.
    ///
    /// # Errors
    /// A field of another type or out of its range, and an id outside the vocabulary where `transformers` refuses it.
    pub fn read(settings: Settings, vocab: usize) -> Result<Self> {
        let field = |name| Field { settings, name };
        let forced_bos = field("forced_bos_token_id").id(vocab)?;
        // BART's older name for it.
        let forced_first = settings.flag("force_bos_token_to_be_generated")?.unwrap_or(false);
        let rules = Rules {
            sequence_bias: field("sequence_bias").biases(vocab)?,
            encoder_repetition_penalty: field("encoder_repetition_penalty").penalty()?,
            repetition_penalty: field("repetition_penalty").penalty()?,
            no_repeat_ngram_size: field("no_repeat_ngram_size").count()?,
            encoder_no_repeat_ngram_size: field("encoder_no_repeat_ngram_size").count()?,
            bad_words_ids: field("bad_words_ids").sequences(vocab)?,
            min_length: field("min_length").count()?,
            min_new_tokens: field("min_new_tokens").count_or_none()?,
            forced_bos_token_id: if forced_first { field("bos_token_id").id(vocab)? } else { forced_bos },
            forced_eos_token_id: field("forced_eos_token_id").ids(vocab)?,
            remove_invalid_values: settings.flag("remove_invalid_values")?.unwrap_or(false),
            exponential_decay_length_penalty: field("exponential_decay_length_penalty").decay()?,
            suppress_tokens: field("suppress_tokens").known_ids(vocab)?,
            begin_suppress_tokens: field("begin_suppress_tokens").known_ids(vocab)?,
            renormalize_logits: settings.flag("renormalize_logits")?.unwrap_or(false),
        };
        let length = |name| match field(name).count_or_none()? {
            Some(0) => Err(settings.misfit(name, "a number of tokens above 0")),
            length => Ok(length),
        };
        let length_penalty = settings.number("length_penalty")?.map(|number| number as f32);
        let early_stopping = match settings.get("early_stopping") {
            None | Some(Value::Bool(false)) => EarlyStopping::Heuristic,
            Some(Value::Bool(true)) => EarlyStopping::WhenFull,
            Some(Value::String(word)) if word == "never" => EarlyStopping::Never,
            Some(_) => return Err(settings.misfit("early_stopping", "true, false or \"never\"")),
        };
        let mut generation = Generation {
            max_length: length("max_length")?,
            max_new_tokens: length("max_new_tokens")?,
            length_penalty,
            early_stopping,
            sampler: Sampler::read(settings)?,
            beams: field("num_beams").count_or_none()?.unwrap_or(1).max(1),
            rules,
            notices: vec![],
        };
        let ends = field("eos_token_id").known_ids(vocab)?;
        generation.notices = notices(settings, &generation, ends.is_empty())?;
        Ok(generation)
    }

    /// New tokens behind a prompt of `prompt` tokens, as the file limits them; none where it does not.
    pub fn limit(&self, prompt: usize) -> Option<usize> {
        self.max_new_tokens.or(self.max_length.map(|all| all.saturating_sub(prompt)))
    }
}

/// Ids with a meaning of their own, as the file has them.
pub struct SpecialIds {
    /// What ends a text; none where the file names none, whatever the family's default is.
    pub eos: Vec<u32>,
    pub pad: Option<u32>,
    /// What the decoder reads first: `decoder_start_token_id`, else `bos_token_id`.
    pub decoder_start: Option<u32>,
}

impl SpecialIds {
    pub fn read(settings: Settings, vocab: usize) -> Result<Self> {
        let field = |name| Field { settings, name };
        let start = field("decoder_start_token_id").id(vocab)?;
        let bos = field("bos_token_id").known_ids(vocab)?.first().copied();
        let pad = field("pad_token_id").known_ids(vocab)?.first().copied();
        Ok(SpecialIds { eos: field("eos_token_id").known_ids(vocab)?, pad, decoder_start: start.or(bos) })
    }
}

/// One field of the file.
#[derive(Clone, Copy)]
struct Field<'v> {
    settings: Settings<'v>,
    name: &'static str,
}

impl<'v> Field<'v> {
    fn misfit(self, wanted: &str) -> Error {
        self.settings.misfit(self.name, wanted)
    }

    /// A factor of scores; 1 does nothing.
    fn penalty(self) -> Result<Option<f32>> {
        match self.settings.number(self.name)? {
            None | Some(1.0) => Ok(None),
            Some(number) if number > 0.0 => Ok(Some(number as f32)),
            Some(_) => Err(self.misfit("a number above 0")),
        }
    }

    /// A count; what is below 0 counts nothing.
    fn count(self) -> Result<usize> {
        Ok(self.count_or_none()?.unwrap_or(0))
    }

    fn count_or_none(self) -> Result<Option<usize>> {
        let Some(value) = self.settings.get(self.name) else { return Ok(None) };
        let whole = value.as_i64().ok_or_else(|| self.misfit("a whole number"))?;
        Ok(Some(usize::try_from(whole.max(0)).unwrap_or(usize::MAX)))
    }

    /// An id of the vocabulary; -1 stands for none.
    fn id(self, vocab: usize) -> Result<Option<u32>> {
        match self.ids(vocab)?[..] {
            [] => Ok(None),
            [id] => Ok(Some(id)),
            _ => Err(self.misfit("one id")),
        }
    }

    /// One id or several, all of the vocabulary.
    fn ids(self, vocab: usize) -> Result<Vec<u32>> {
        self.raw_ids()?.into_iter().filter(|id| *id >= 0).map(|id| self.known(id, vocab)).collect()
    }

    /// The same, ids of no token left out: they can never be chosen.
    fn known_ids(self, vocab: usize) -> Result<Vec<u32>> {
        Ok(self.raw_ids()?.into_iter().filter_map(|id| self.known(id, vocab).ok()).collect())
    }

    fn raw_ids(self) -> Result<Vec<i64>> {
        let wanted = || self.misfit("an id or a list of ids");
        match self.settings.get(self.name) {
            None => Ok(vec![]),
            Some(Value::Array(list)) => list.iter().map(|id| id.as_i64().ok_or_else(wanted)).collect(),
            Some(one) => Ok(vec![one.as_i64().ok_or_else(wanted)?]),
        }
    }

    fn known(self, id: i64, vocab: usize) -> Result<u32> {
        let outside = || Error::Config(format!("{} {id} is outside the vocabulary of {vocab} tokens", self.name));
        u32::try_from(id).ok().filter(|id| (*id as usize) < vocab).ok_or_else(outside)
    }

    fn sequence(self, value: &Value, vocab: usize) -> Result<Vec<u32>> {
        let wanted = || self.misfit("lists of ids");
        let list = value.as_array().filter(|list| !list.is_empty()).ok_or_else(wanted)?;
        list.iter().map(|id| self.known(id.as_i64().ok_or_else(wanted)?, vocab)).collect()
    }

    fn sequences(self, vocab: usize) -> Result<Vec<Vec<u32>>> {
        let Some(value) = self.settings.get(self.name) else { return Ok(vec![]) };
        let list = value.as_array().ok_or_else(|| self.misfit("a list of lists of ids"))?;
        list.iter().map(|ids| self.sequence(ids, vocab)).collect()
    }

    /// `[[[ids], bias], …]`. Of two biases of the same ids the later one counts.
    fn biases(self, vocab: usize) -> Result<Vec<(Vec<u32>, f32)>> {
        let Some(value) = self.settings.get(self.name) else { return Ok(vec![]) };
        let wanted = || self.misfit("a list of pairs, ids and a number");
        let mut biases: Vec<(Vec<u32>, f32)> = vec![];
        for pair in value.as_array().ok_or_else(wanted)? {
            let (Some(ids), Some(bias)) = (pair.get(0), pair.get(1).and_then(Value::as_f64)) else { return Err(wanted()) };
            let ids = self.sequence(ids, vocab)?;
            biases.retain(|(known, _)| *known != ids);
            biases.push((ids, bias as f32));
        }
        Ok(biases)
    }

    fn decay(self) -> Result<Option<(i64, f64)>> {
        let Some(value) = self.settings.get(self.name) else { return Ok(None) };
        let pair = (value.get(0).and_then(Value::as_i64), value.get(1).and_then(Value::as_f64));
        match pair {
            (Some(start), Some(factor)) => Ok(Some((start, factor))),
            _ => Err(self.misfit("a pair: a number of tokens and a factor")),
        }
    }
}

/// `name value` of each setting that the file has, as a sentence lists them.
pub fn named(settings: Settings, names: &[&str]) -> String {
    let present = names.iter().filter_map(|name| settings.get(name).map(|value| format!("{name} {}", written(value))));
    shown_longer(present.collect::<Vec<_>>().join(", "))
}
