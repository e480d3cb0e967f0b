//! What `generate` says on standard error of a checkpoint's generation settings: those that are not taken, and how to ask for them.

use diorama::generate::Sampling;
use diorama::models::{Model, NoticeKind};

/// How tokens are to be chosen, as far as the arguments say it.
#[derive(Clone, Copy)]
pub struct Asked {
    pub temperature: Option<f32>,
    pub top_k: Option<usize>,
    pub top_p: Option<f32>,
    pub beams: Option<usize>,
}

impl Asked {
    /// A cut without a temperature means: sample, at temperature 1.
    pub fn sampling(&self) -> Sampling {
        let (top_k, top_p) = (self.top_k.unwrap_or(0), self.top_p.unwrap_or(1.0));
        let cut = top_k > 0 || top_p < 1.0;
        let temperature = self.temperature.unwrap_or(if cut { 1.0 } else { 0.0 });
        Sampling { temperature, top_k, top_p, ..Sampling::default() }
    }

    /// A sentence for each setting of the checkpoint that does not act on this text and would in `transformers`.
    pub fn notes(&self, model: &Model) -> Vec<String> {
        let generation = &model.generation;
        let sampler = &generation.sampler;
        let searches = self.beams.is_some_and(|beams| beams > 1);
        let draws = !searches && self.sampling().temperature > 0.0;
        let mut notes = vec![];
        for notice in &generation.notices {
            match notice.kind {
                NoticeKind::Rules => {}
                NoticeKind::Beams if self.beams.is_some() => {}
                NoticeKind::Beams => notes.push(format!("{notice}; give --beams {} for it", generation.beams)),
                NoticeKind::Sampling => {}
                NoticeKind::Cuts if !draws && !sampler.do_sample => {}
                NoticeKind::Cuts | NoticeKind::LeftOut | NoticeKind::NoEnd => notes.push(notice.to_string()),
            }
        }
        let missing = sampler.options(self.temperature.is_some(), self.top_k.is_some(), self.top_p.is_some()).join(" ");
        let asked = self.temperature.is_some() || self.top_k.is_some() || self.top_p.is_some();
        let sampling = generation.notices.iter().find(|notice| notice.kind == NoticeKind::Sampling);
        match sampling {
            Some(notice) if searches => notes.push(format!("{notice}, and a beam search draws nothing")),
            Some(notice) if !asked => notes.push(format!("{notice}; give {missing} for it")),
            _ if draws && !missing.is_empty() => {
                notes.push(format!("the model's generation settings would cut this draw further; give {missing} for it"));
            }
            _ => {}
        }
        if searches && asked {
            notes.push("a beam search draws nothing: temperature, top-k and top-p do not act on it".into());
        }
        notes
    }
}
