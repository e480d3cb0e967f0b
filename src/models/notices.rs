//! What a reader is told of a model's generation settings: those that act, and those that are not taken.

use std::fmt::{Display, Formatter};

use serde_json::Value;

use super::generation::{Generation, Rules, named};
use super::settings::Settings;
use crate::error::Result;

/// One thing to tell. `Display` is a sentence in English; the page has its own by `kind`.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub kind: NoticeKind,
    /// The file that has the settings.
    pub file: &'static str,
    /// Names and values, as `temperature 0.7, top_k 50`; empty where the kind says all.
    pub settings: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// These act on the scores before a token is chosen: what is shown of candidates is what they leave.
    Rules,
    /// The file asks for a draw. Greedy is the default here.
    Sampling,
    /// Cuts of a draw that are not made here.
    Cuts,
    /// The file asks for a beam search. One text is the default here.
    Beams,
    /// Settings that are not carried out.
    LeftOut,
    /// The file names no token that ends a text.
    NoEnd,
}

impl NoticeKind {
    /// One word, by which the page finds its sentence.
    pub fn code(self) -> &'static str {
        match self {
            NoticeKind::Rules => "rules",
            NoticeKind::Sampling => "sampling",
            NoticeKind::Cuts => "cuts",
            NoticeKind::Beams => "beams",
            NoticeKind::LeftOut => "leftOut",
            NoticeKind::NoEnd => "noEnd",
        }
    }
}

impl Display for Notice {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        let Notice { kind, file, settings } = self;
        match kind {
            NoticeKind::Rules => write!(f, "{file} changes the scores before a token is chosen: {settings}"),
            NoticeKind::Sampling => {
                write!(f, "{file} asks for sampling with {settings}; unless a draw is asked for, the likeliest token is taken")
            }
            NoticeKind::Cuts => write!(f, "{file} sets {settings}, which is left out: a draw is cut by top-k and top-p alone"),
            NoticeKind::Beams => {
                write!(f, "{file} asks for a beam search with {settings}; unless a search is asked for, one text is written")
            }
            NoticeKind::LeftOut => write!(f, "{file} sets {settings}, which is left out"),
            NoticeKind::NoEnd => {
                write!(f, "{file} names no eos_token_id of the vocabulary, so no token ends a text, as in transformers")
            }
        }
    }
}

/// The draw that a file asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sampler {
    pub do_sample: bool,
    pub temperature: Option<f64>,
    /// 0 for no cut; 50 for `transformers` where a file that asks for a draw leaves it out.
    pub top_k: Option<u64>,
    pub top_p: Option<f64>,
}

impl Sampler {
    pub fn read(settings: Settings) -> Result<Self> {
        let do_sample = settings.flag("do_sample")?.unwrap_or(false);
        let top_k = settings.whole("top_k")?.or(do_sample.then_some(50));
        Ok(Sampler { do_sample, temperature: settings.number("temperature")?, top_k, top_p: settings.number("top_p")? })
    }

    /// Options of the command that ask for the same draw: those that are not given yet and would change it.
    pub fn options(&self, temperature: bool, top_k: bool, top_p: bool) -> Vec<String> {
        let temperature = (!temperature && (self.do_sample || self.temperature.is_some_and(|t| t != 1.0)))
            .then(|| format!("--temperature {}", self.temperature.unwrap_or(1.0)));
        let top_k = self.top_k.filter(|k| !top_k && *k > 0).map(|k| format!("--top-k {k}"));
        let top_p = self.top_p.filter(|p| !top_p && *p < 1.0).map(|p| format!("--top-p {p}"));
        [temperature, top_k, top_p].into_iter().flatten().collect()
    }
}

/// A setting, and whether a value of it does nothing.
type Harmless = (&'static str, fn(&Value) -> bool);

/// Settings that change a text in `transformers`, and are not carried out.
const LEFT_OUT: &[Harmless] = &[
    ("guidance_scale", |value| value.as_f64() == Some(1.0)),
    ("watermarking_config", |_| false),
    ("stop_strings", |value| value.as_array().is_some_and(Vec::is_empty)),
    ("max_time", |_| false),
    ("num_return_sequences", |value| value.as_f64().is_some_and(|n| n <= 1.0)),
    ("penalty_alpha", |value| value.as_f64() == Some(0.0)),
    ("num_beam_groups", |value| value.as_f64().is_some_and(|n| n <= 1.0)),
    ("diversity_penalty", |value| value.as_f64() == Some(0.0)),
    ("dola_layers", |_| false),
    ("constraints", |_| false),
    ("force_words_ids", |_| false),
    ("token_healing", |value| value.as_bool() == Some(false)),
];

/// Cuts of a draw, with the value that cuts nothing.
const CUTS: &[(&str, Option<f64>)] =
    &[("min_p", Some(0.0)), ("top_h", None), ("typical_p", Some(1.0)), ("epsilon_cutoff", Some(0.0)), ("eta_cutoff", Some(0.0))];

/// All that there is to tell of a file.
pub fn notices(settings: Settings, generation: &Generation, endless: bool) -> Result<Vec<Notice>> {
    let mut cuts = vec![];
    for (name, neutral) in CUTS {
        if settings.number(name)?.is_some_and(|value| Some(value) != *neutral) {
            cuts.push(*name);
        }
    }
    let acts = |(name, neutral): &&Harmless| settings.get(name).is_some_and(|value| !neutral(value));
    let left_out: Vec<&str> = LEFT_OUT.iter().filter(acts).map(|(name, _)| *name).collect();
    let sampling: &[&str] = if generation.sampler.do_sample { &["do_sample", "temperature", "top_k", "top_p"] } else { &[] };
    let beams: &[&str] = if generation.beams > 1 { &["num_beams"] } else { &[] };
    let kinds = [
        (NoticeKind::Rules, generation.rules.acting()),
        (NoticeKind::Sampling, sampling.to_vec()),
        (NoticeKind::Cuts, cuts),
        (NoticeKind::Beams, beams.to_vec()),
        (NoticeKind::LeftOut, left_out),
    ];
    let told = kinds.into_iter().filter(|(_, names)| !names.is_empty());
    let mut told: Vec<Notice> =
        told.map(|(kind, names)| Notice { kind, file: settings.file, settings: named(settings, &names) }).collect();
    if endless {
        told.push(Notice { kind: NoticeKind::NoEnd, file: settings.file, settings: String::new() });
    }
    Ok(told)
}

impl Rules {
    /// Names of the settings that change scores.
    fn acting(&self) -> Vec<&'static str> {
        let acting = [
            ("sequence_bias", !self.sequence_bias.is_empty()),
            ("encoder_repetition_penalty", self.encoder_repetition_penalty.is_some()),
            ("repetition_penalty", self.repetition_penalty.is_some()),
            ("no_repeat_ngram_size", self.no_repeat_ngram_size > 0),
            ("encoder_no_repeat_ngram_size", self.encoder_no_repeat_ngram_size > 0),
            ("bad_words_ids", !self.bad_words_ids.is_empty()),
            ("min_length", self.min_length > 0 && self.min_new_tokens.is_none()),
            ("min_new_tokens", self.min_new_tokens.is_some_and(|n| n > 0)),
            ("forced_bos_token_id", self.forced_bos_token_id.is_some()),
            ("forced_eos_token_id", !self.forced_eos_token_id.is_empty()),
            ("exponential_decay_length_penalty", self.exponential_decay_length_penalty.is_some()),
            ("suppress_tokens", !self.suppress_tokens.is_empty()),
            ("begin_suppress_tokens", !self.begin_suppress_tokens.is_empty()),
        ];
        acting.into_iter().filter(|(_, acts)| *acts).map(|(name, _)| name).collect()
    }
}
