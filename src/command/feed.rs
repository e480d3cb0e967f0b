//! Where the batches of a training run come from: a file of them, or an objective on a text.

use diorama::device::Device;
use diorama::error::{Error, Result};
use diorama::models::Model;
use diorama::train::objectives::{Recipe, Rows, Settings, SpecialIds, Stream, read};
use diorama::train::{Batch, Trainer};

use super::arguments::Train;
use super::folder::Folder;
use super::train::arrays;

pub enum Feed {
    Given(Vec<Batch>),
    Made(Box<Stream>),
}

/// Batches of the held-out share that are measured at the end.
const MEASURED: usize = 64;

impl Feed {
    pub fn open(asked: &Train, folder: &Folder, model: &Model) -> Result<Feed> {
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
            Error::Input(format!("--objective \"{name}\" is not known; there are clm, mlm, nsp, sop, span, pairs and cls"))
        })?;
        if let Recipe::Rtd(..) = recipe {
            let message = "the objective rtd needs a generator's draws, which this command does not make; give batches of them with --batches";
            return Err(Error::Input(message.into()));
        }
        let text = std::fs::read_to_string(data)
            .map_err(|fault| Error::Input(format!("{} cannot be read as text ({fault}); give a UTF-8 file", data.display())))?;
        let tokenizer = folder.text()?;
        let names = model.classes.as_ref().map_or(&[][..], |classes| &classes.labels);
        let data = read(&recipe, &text, names, &mut |text| tokenizer.encode_plain(text))?;
        let settings = Settings {
            family: model.family,
            vocab: model.vocab,
            special: SpecialIds::find(model, &|token| tokenizer.id(token)),
            batch: asked.batch,
            context: asked.context.min(model.max_positions.unwrap_or(usize::MAX)),
            held_out: asked.held_out,
            seed: asked.seed,
        };
        Ok(Feed::Made(Box::new(Stream::open(recipe, data, settings)?)))
    }

    pub fn batch(&mut self, step: usize) -> Batch {
        match self {
            Feed::Given(batches) => batches[step % batches.len()].clone(),
            Feed::Made(stream) => stream.batch(step as u64),
        }
    }

    /// What the reader should know of the data.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Feed::Made(stream) if stream.cut() > 0 => {
                vec![format!("{} of {} examples were cut to --context", stream.cut(), stream.examples())]
            }
            _ => vec![],
        }
    }

    /// The mean loss over what was held out; none where nothing was.
    pub async fn held_out_loss(&self, trainer: &Trainer, device: &mut Device) -> Result<Option<f32>> {
        let Feed::Made(stream) = self else { return Ok(None) };
        let batches = stream.held_out();
        let (mut sum, mut count) = (0.0, 0);
        for batch in batches.iter().take(MEASURED) {
            sum += trainer.loss(device, batch).await?;
            count += 1;
        }
        Ok((count > 0).then(|| sum / count as f32))
    }
}
