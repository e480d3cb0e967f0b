//! Where the batches of a training run come from: a file of them, or an objective on a text.

use diorama::device::Device;
use diorama::error::{Error, Result};
use diorama::models::Model;
use diorama::train::objectives::{Recipe, Rows, Settings, SpecialIds, Stream, read};
use diorama::train::{Batch, Generator, Trainer};

use super::arguments::Train;
use super::folder::Folder;
use super::train::arrays;

pub enum Feed {
    Given(Vec<Batch>),
    /// With what fills the masked places of `rtd`.
    Made(Box<Stream>, Option<Box<Generator>>),
}

/// Batches of the held-out share that are measured at the end.
const MEASURED: usize = 64;

/// Of a text, as much as two tokenizers are compared on. // characters
const COMPARED: usize = 10_000;

impl Feed {
    pub async fn open(asked: &Train, folder: &Folder<'_>, model: &Model) -> Result<Feed> {
        let (name, data) = match (&asked.batches, &asked.objective, &asked.data) {
            (Some(path), ..) => {
                let batches = Batch { arrays: arrays(path)?.into_iter().collect() }.rows();
                let none = || Error::Input(format!("{} has no steps; its tensors need a leading axis of steps", path.display()));
                return if batches.is_empty() { Err(none()) } else { Ok(Feed::Given(batches)) };
            }
            (None, Some(name), Some(data)) => (name, data),
            _ => return Err(Error::Input("give --batches, or --objective with --data".into())),
        };
        let recipe = Recipe::named(name, Rows::Packed).ok_or_else(|| {
            Error::Input(format!("--objective \"{name}\" is not known; there are clm, mlm, nsp, sop, span, pairs, cls and rtd"))
        })?;
        let generator = generator(asked, &recipe, model).await?;
        let text = std::fs::read_to_string(data)
            .map_err(|fault| Error::Input(format!("{} cannot be read as text ({fault}); give a UTF-8 file", data.display())))?;
        let tokenizer = folder.text()?;
        if let Some(dir) = asked.generator.as_deref() {
            let beginning: String = text.chars().take(COMPARED).collect();
            let other = Folder::at(dir);
            if other.has_text() && other.text()?.encode_plain(&beginning)? != tokenizer.encode_plain(&beginning)? {
                return Err(Error::Input(
                    "the generator's tokenizer gives other tokens than the model's; they must have the same vocabulary".into(),
                ));
            }
        }
        let names = model.classes.as_ref().map_or(&[][..], |classes| &classes.labels);
        let data = read(&recipe, &text, names, &mut |text| tokenizer.encode_data(text))?;
        let settings = Settings {
            family: model.family,
            vocab: model.vocab,
            special: SpecialIds::find(model, &|token| tokenizer.id(token)),
            batch: asked.batch,
            context: [model.max_positions, generator.as_ref().and_then(|generator| generator.max_positions())]
                .into_iter()
                .flatten()
                .fold(asked.context, usize::min),
            held_out: asked.held_out,
            seed: asked.seed,
        };
        Ok(Feed::Made(Box::new(Stream::open(recipe, data, settings)?), generator))
    }

    /// The batch of a step.
    ///
    /// # Errors
    /// What a generator's device refuses; a generator whose scores are not finite.
    pub async fn batch(&mut self, step: usize) -> Result<Batch> {
        match self {
            Feed::Given(batches) => Ok(batches[step % batches.len()].clone()),
            Feed::Made(stream, generator) => {
                let batch = stream.batch(step as u64);
                filled(stream, generator, step as u64, batch).await
            }
        }
    }

    /// What the reader should know of the data.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Feed::Made(stream, _) if stream.cut() > 0 => {
                vec![format!("{} of {} examples were cut to --context", stream.cut(), stream.examples())]
            }
            _ => vec![],
        }
    }

    /// The mean loss over what was held out; none where nothing was.
    pub async fn held_out_loss(&mut self, trainer: &Trainer, device: &mut Device) -> Result<Option<f32>> {
        let Feed::Made(stream, generator) = self else { return Ok(None) };
        let batches = stream.held_out();
        let (mut sum, mut count) = (0.0, 0);
        for (number, batch) in batches.into_iter().take(MEASURED).enumerate() {
            let batch = filled(stream, generator, u64::MAX - number as u64, batch).await?;
            sum += trainer.loss(device, &batch).await?;
            count += 1;
        }
        Ok((count > 0).then(|| sum / count as f32))
    }
}

/// A batch as the model reads it: of replaced tokens, with what the generator drew.
async fn filled(stream: &Stream, generator: &mut Option<Box<Generator>>, step: u64, batch: Batch) -> Result<Batch> {
    let Some(generator) = generator else { return Ok(batch) };
    let logits = generator.logits(&batch).await?;
    stream.replaced(step, &batch, &mut |_| Ok(logits.clone()))
}

/// What fills the masked places where the objective has replaced tokens.
async fn generator(asked: &Train, recipe: &Recipe, model: &Model) -> Result<Option<Box<Generator>>> {
    let refused = |message: String| Err(Error::Input(message));
    let dir = match (recipe, &asked.generator) {
        (Recipe::Rtd(..), Some(dir)) => dir,
        (Recipe::Rtd(..), None) => {
            return refused("the objective rtd needs a generator that fills the masked places; give a masked language model's folder as --generator".into());
        }
        (_, Some(_)) => return refused(format!("--generator is for the objective rtd, not for {}", recipe.name())),
        (_, None) => return Ok(None),
    };
    if model.architecture != "ElectraForPreTraining" {
        return refused(format!(
            "the objective rtd trains a discriminator (ElectraForPreTraining), and this is {}",
            model.architecture
        ));
    }
    let (fills, parameters) = Folder::at(dir).load()?;
    Ok(Some(Box::new(Generator::open(fills, parameters, model, asked.device.into()).await?)))
}
