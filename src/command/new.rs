//! `diorama new`: a model that has learned nothing yet.

use diorama::error::{Error, Result};
use diorama::models;
use diorama::text::Text;
use diorama::train::{initialise, published};
use diorama::weights;

use super::arguments::New;
use super::publish;

/// Writes the folder of a new model; says what it is.
pub fn create(asked: New) -> Result<String> {
    publish::vacant(&asked.out)?;
    let read = |path: &std::path::Path| {
        std::fs::read_to_string(path).map_err(|fault| Error::Input(format!("{} cannot be read ({fault})", path.display())))
    };
    let config = read(&asked.config)?;
    let model = models::build(&config, &[])?;
    let tokenizer = asked.tokenizer.as_deref().map(read).transpose()?;
    if let Some(path) = &asked.tokenizer {
        let fault =
            || Error::Input(format!("{} is not a tokenizer.json; give one that the tokenizers library reads", path.display()));
        let tokens = Text::open(path).map_err(|_| fault())?.vocab();
        if tokens > model.vocab {
            return Err(Error::Input(format!(
                "the tokenizer has {tokens} tokens, but vocab_size in config.json is {}; make vocab_size at least {tokens}",
                model.vocab
            )));
        }
    }
    let parameters = initialise(&model, &config, asked.seed)?;
    let tensors = published(&model, &config, &parameters, asked.seed)?;
    let mut files = vec![
        ("config.json", weights::config_file(&config, model.architecture)?.into_bytes()),
        ("model.safetensors", weights::model_file(&tensors)?),
    ];
    files.extend(tokenizer.map(|json| ("tokenizer.json", json.into_bytes())));
    publish::folder(&asked.out, &files)?;
    let parameters: usize = tensors.iter().map(|tensor| tensor.data.len()).sum();
    Ok(format!("{} with {parameters} fresh parameters in {}\n", model.architecture, asked.out.display()))
}
