//! The command, from its arguments to its last line.

mod arguments;
mod beside;
mod feed;
mod folder;
mod intervene;
mod new;
mod notes;
mod progress;
mod publish;
mod tell;
mod train;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use diorama::capture::{Aims, Extent, Intervention, select};
use diorama::error::{Error, Result, shown_longer};
use diorama::generate::{Engine, Input, Sampling};
use diorama::models::Model;
use diorama::tensor::Tensor;

use arguments::{Action, Command, Source};
use folder::Folder;
use notes::Asked;

/// New tokens where neither the command nor the checkpoint says how many.
const NEW_TOKENS: usize = 64;

pub fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(asked) if !asked.use_stderr() => asked.exit(),
        Err(fault) => {
            let text = fault.to_string();
            let sentence: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            eprintln!("{}; see diorama --help", shown_longer(sentence.join(" ")));
            return ExitCode::FAILURE;
        }
    };
    match pollster::block_on(perform(command.action)).and_then(|told| print(&told)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

/// A reader that closes the pipe early (`| head`) has seen enough.
fn print(told: &str) -> Result<()> {
    match std::io::stdout().lock().write_all(told.as_bytes()) {
        Err(fault) if fault.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Input(format!("the result cannot be written to standard output ({fault})")))
        }
        _ => Ok(()),
    }
}

/// What to print: whole lines.
async fn perform(action: Action) -> Result<String> {
    match action {
        Action::Inspect { dir } => Folder::at(&dir).look().map(|model| tell::inspect(&model)),
        Action::Run {
            dir,
            source,
            decoder_text,
            decoder_ids,
            generator,
            mask,
            mask_id,
            temperature,
            seed,
            device,
            capture,
            intervene,
            out,
        } => {
            let folder = Folder::at(&dir);
            let (model, parameters) = folder.load()?;
            let mut input = source.input(&folder, &model)?;
            input.decoder_ids = match decoder_text {
                Some(text) => [vec![model.special.decoder_start], folder.text()?.encode_plain(&text)?].concat(),
                None => decoder_ids,
            };
            // A bad input is refused before a device is opened.
            input.check(&model)?;
            select(&model.graph, &capture, &[])?;
            let interventions = intervene::read(intervene.as_deref())?;
            Aims::find(&model.graph, &interventions, Extent::Whole)?;
            let classes = model.classes.clone();
            let mut engine = Engine::open(model, parameters, device.into()).await?;
            let (trace, told) = match generator {
                None => (engine.run_with(&input, &capture, &interventions).await?, String::new()),
                Some(dir) => {
                    let folder = Folder::at(&dir);
                    let (model, parameters) = folder.load()?;
                    let mut generator = Engine::open(model, parameters, device.into()).await?;
                    let sampling = Sampling { temperature, seed, listed: 1, ..Sampling::default() };
                    let mask_id = mask_id.map_or_else(|| folder.mask_id(), Ok)?;
                    let found = generator.replace_and_detect(&mut engine, &input, &mask, mask_id, &sampling, &capture).await?;
                    let ids: Vec<String> = found.ids.iter().map(u32::to_string).collect();
                    let text = if folder.has_text() { folder.text()?.decode(&found.ids)? } else { String::new() };
                    (found.discriminator, format!("the discriminator read {}  {text}\n", ids.join(",")))
                }
            };
            // What a head gives is written in any case, so a glob that names it too adds nothing.
            let heads: Vec<&str> = trace.logits.iter().map(|tensor| tensor.name.as_str()).collect();
            let hooks = trace.activations.iter().filter(|tensor| !heads.contains(&tensor.name.as_str()));
            let tensors: Vec<&Tensor> = trace.logits.iter().chain(hooks).collect();
            match out {
                Some(path) => tell::write(&path, &tensors).map(|()| told),
                None => {
                    let judged = classes.zip(trace.logits.first()).map(|(classes, logits)| tell::judged(&classes, logits));
                    Ok(told + &tensors.into_iter().map(tell::summary).collect::<String>() + &judged.unwrap_or_default())
                }
            }
        }
        Action::Gradients(asked) => train::gradients(asked).await,
        Action::Train(asked) => train::train(asked).await,
        Action::New(asked) => new::create(asked),
        Action::Generate { dir, source, max_new_tokens, temperature, top_k, top_p, seed, beams, device, intervene, json } => {
            let folder = Folder::at(&dir);
            let (model, parameters) = folder.load()?;
            let input = source.input(&folder, &model)?;
            input.check(&model)?;
            let most = max_new_tokens.map_or_else(|| input.usual_length(&model, NEW_TOKENS), Ok)?;
            let asked = Asked { temperature, top_k, top_p, beams };
            let sampling = Sampling { seed, listed: 1, ..asked.sampling() };
            sampling.check()?;
            let interventions = intervene::read(intervene.as_deref())?;
            Aims::find(&model.graph, &interventions, Extent::Whole)?;
            let notes = asked.notes(&model);
            let mut engine = Engine::open(model, parameters, device.into()).await?;
            let ids = match beams {
                None | Some(1) => sample(&mut engine, &input, sampling, most, &interventions).await?,
                Some(beams) => engine.beam_search(&input, beams, most, &interventions).await?,
            };
            // Beside what was written: a refusal is one line.
            notes.iter().for_each(|note| eprintln!("note: {note}"));
            let text = match folder.text() {
                // Ids need no tokenizer, nor a sound one.
                Err(_) if source.text.is_none() => None,
                text => Some(text?.decode(&ids)?),
            };
            Ok(match (json, text) {
                (true, text) => format!("{}\n", serde_json::json!({ "ids": ids, "text": text })),
                (false, Some(text)) => format!("{text}\n"),
                (false, None) => format!("{}\n", ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
            })
        }
    }
}

async fn sample(
    engine: &mut Engine,
    input: &Input,
    sampling: Sampling,
    max_new_tokens: usize,
    interventions: &[Intervention],
) -> Result<Vec<u32>> {
    let mut session = engine.start(input)?;
    engine.intervene(&mut session, interventions)?;
    let most = max_new_tokens.min(session.room(&engine.model));
    let sampling = Sampling { limit: Some(most), ..sampling };
    while session.ids().len() < most {
        if engine.step(&mut session, &sampling, &[], None).await?.done {
            break;
        }
    }
    Ok(session.ids().to_vec())
}

impl Source {
    fn input(&self, folder: &Folder, model: &Model) -> Result<Input> {
        let (ids, types) = match &self.text {
            Some(text) if text.is_empty() => return Err(Error::Input("the text is empty; give at least one word".into())),
            Some(text) => folder.text()?.encode(text, self.text_pair.as_deref())?,
            None => (self.ids.clone(), vec![]),
        };
        // The tokenizer numbers two texts 0 and 1; some models do not tell them apart (RoBERTa has one type).
        let types = if model.token_types > 1 { types } else { vec![] };
        let token_type_ids = if self.token_type_ids.is_empty() { types } else { self.token_type_ids.clone() };
        Ok(Input { ids, decoder_ids: vec![], attention_mask: self.attention_mask.clone(), token_type_ids })
    }
}
