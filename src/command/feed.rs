//! Where the batches of a training run come from: a file of them, or an objective on a text.

use diorama::device::Device;
use diorama::error::{Error, Result};
use diorama::models::Model;
use diorama::train::objectives::{Recipe, Rows, Settings, SpecialIds, Stream, read};
use diorama::train::{Batch, Feed, Generator, Setup, Trainer};

use super::arguments::Train;
use super::folder::Folder;
use super::train::arrays;

/// Batches of the held-out share that are measured at the end.
const MEASURED: usize = 64;

/// Of a text, as much as two tokenizers are compared on. // characters
const COMPARED: usize = 10_000;

/// The feed that was asked for; `setup` is for a generator that learns, too.
pub async fn open(asked: &Train, folder: &Folder<'_>, model: &Model, setup: &Setup) -> Result<Feed> {
    let (name, data) = match (&asked.batches, &asked.objective, &asked.data) {
        (Some(path), ..) => {
            let batches = Batch { arrays: arrays(path)?.into_iter().collect() }.rows();
            let none = || Error::Input(format!("{} has no steps; its tensors need a leading axis of steps", path.display()));
            return if batches.is_empty() { Err(none()) } else { Feed::given(batches) };
        }
        (None, Some(name), Some(data)) => (name, data),
        _ => return Err(Error::Input("give --batches, or --objective with --data".into())),
    };
    let recipe = Recipe::named(name, Rows::Packed).ok_or_else(|| {
        Error::Input(format!("--objective \"{name}\" is not known; there are clm, mlm, nsp, sop, span, pairs, cls and rtd"))
    })?;
    let generator = generator(asked, &recipe, model, setup).await?;
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
    Ok(Feed::text(Stream::open(recipe, data, settings)?, generator))
}

/// What the reader should know of the data.
pub fn notes(feed: &Feed) -> Vec<String> {
    match feed.cut() {
        (0, _) => vec![],
        (cut, of) => vec![format!("{cut} of {of} examples were cut to --context")],
    }
}

/// The mean loss over what was held out, and that of a generator that learns, in words; nothing where nothing was held out.
pub async fn held_out_loss(feed: &mut Feed, trainer: &Trainer, device: &mut Device) -> Result<String> {
    let (mut sum, mut of_generator, mut count) = (0.0, None, 0);
    for (number, batch) in feed.held_out().into_iter().take(MEASURED).enumerate() {
        let (batch, loss) = feed.measured(number, &batch).await?;
        sum += trainer.loss(device, &batch).await?;
        of_generator = loss.map(|loss| loss + of_generator.unwrap_or(0.0));
        count += 1;
    }
    let mean = |sum: f32| sum / count as f32;
    Ok(match (count, of_generator) {
        (0, _) => String::new(),
        (_, None) => format!("held-out loss {:.4}\n", mean(sum)),
        (_, Some(other)) => format!("held-out loss {:.4}, the generator's {:.4}\n", mean(sum), mean(other)),
    })
}

/// What fills the masked places where the objective has replaced tokens.
async fn generator(asked: &Train, recipe: &Recipe, model: &Model, setup: &Setup) -> Result<Option<Box<Generator>>> {
    let refused = |message: String| Err(Error::Input(message));
    let dir = match (recipe, &asked.generator) {
        (Recipe::Rtd(..), Some(dir)) => dir,
        (Recipe::Rtd(..), None) => {
            return refused("the objective rtd needs a generator that fills the masked places; give a masked language model's folder as --generator".into());
        }
        (_, Some(_)) => return refused(format!("--generator is for the objective rtd, not for {}", recipe.name())),
        (_, None) => return Ok(None),
    };
    let (fills, parameters) = Folder::at(dir).load()?;
    let setup = asked.joint.then(|| setup.for_generator());
    Ok(Some(Box::new(Generator::open(fills, parameters, model, asked.device.into(), setup.as_ref()).await?)))
}
