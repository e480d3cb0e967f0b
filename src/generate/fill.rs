//! Masked places filled: by a head over words, and by ELECTRA's pair, whose discriminator then says what was put there.
//!
//! Devlin et al. 2018, §3.1 (task 1); Clark et al. 2020, §2: x̂_i ~ p_G(x_i | x_masked), then D(x_corrupt, t) for every t.

use super::engine::Engine;
use super::input::Input;
use super::sample::{Candidate, Sampling, candidates, draw};
use crate::capture::{Intervention, Trace};
use crate::error::{Error, Result};
use crate::models::Family;
use crate::tensor::Axis;

/// What a head over words would write at one place of a text.
#[derive(Clone, Debug)]
pub struct Filled {
    pub position: usize,
    /// The most probable at temperature 0, else a draw.
    pub id: u32,
    /// The most probable first.
    pub candidates: Vec<Candidate>,
}

/// One run of ELECTRA's pair.
#[derive(Clone, Debug)]
pub struct Detected {
    /// The text as the discriminator read it: the generator's tokens at the masked places.
    pub ids: Vec<u32>,
    pub filled: Vec<Filled>,
    pub generator: Trace,
    /// Its logits are scores before the sigmoid: above 0, a token looks replaced.
    pub discriminator: Trace,
}

impl Engine {
    /// Fills `places` from one pass over the input; each place draws for itself, as the masked-word objective trains it.
    ///
    /// # Errors
    /// A model without a head over words, a place outside the text, or an input that does not fit.
    pub async fn fill(
        &mut self,
        input: &Input,
        places: &[usize],
        sampling: &Sampling,
        capture: &[String],
        interventions: &[Intervention],
    ) -> Result<(Trace, Vec<Filled>)> {
        sampling.check()?;
        let head = self.model.outputs.first().map(|&node| self.graph().node(node).axes.as_slice());
        if self.model.family != Family::Encoder || head != Some(&[Axis::Batch, Axis::Pos, Axis::DVocab]) {
            return Err(Error::Input(format!(
                "{} has no head over masked words; take a masked-language model",
                self.model.architecture
            )));
        }
        inside(places, &input.ids)?;
        let trace = self.run_with(input, capture, interventions).await?;
        let logits = &trace.logits[0].data;
        let d_vocab = logits.len() / input.ids.len();
        let fill = |&position: &usize| {
            let candidates = candidates(&logits[position * d_vocab..][..d_vocab], sampling);
            Filled { position, id: draw(&candidates, sampling, position), candidates }
        };
        let filled = places.iter().map(fill).collect();
        Ok((trace, filled))
    }

    /// ELECTRA's pair in one call: this generator fills `places` of the text, which `mask` hides from it, and the discriminator reads the result.
    ///
    /// # Errors
    /// As [`Engine::fill`]; a discriminator that does not score every token, or has another vocabulary.
    pub async fn replace_and_detect(
        &mut self,
        discriminator: &mut Engine,
        input: &Input,
        places: &[usize],
        mask: u32,
        sampling: &Sampling,
        capture: &[String],
    ) -> Result<Detected> {
        let judge = &discriminator.model;
        if judge.outputs.first().map(|&node| judge.graph.node(node).axes.as_slice()) != Some(&[Axis::Batch, Axis::Pos]) {
            return Err(Error::Input(format!(
                "{} does not score every token; take an ElectraForPreTraining",
                judge.architecture
            )));
        }
        if judge.vocab != self.model.vocab {
            let (ours, theirs) = (self.model.vocab, judge.vocab);
            return Err(Error::Input(format!(
                "the generator has {ours} tokens and the discriminator {theirs}; take a pair of one vocabulary"
            )));
        }
        inside(places, &input.ids)?;
        let mut masked = input.clone();
        places.iter().for_each(|&position| masked.ids[position] = mask);
        let (generator, filled) = self.fill(&masked, places, sampling, &[], &[]).await?;
        let mut replaced = input.clone();
        filled.iter().for_each(|filled| replaced.ids[filled.position] = filled.id);
        let trace = discriminator.run(&replaced, capture).await?;
        Ok(Detected { ids: replaced.ids, filled, generator, discriminator: trace })
    }
}

fn inside(places: &[usize], ids: &[u32]) -> Result<()> {
    match places.iter().find(|place| **place >= ids.len()) {
        Some(place) => Err(Error::Input(format!("place {place} lies outside the text, whose {} tokens count from 0", ids.len()))),
        None => Ok(()),
    }
}
