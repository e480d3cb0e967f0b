//! The `diorama` command: look at a checkpoint, run it, let it write. For course authors, and for checks from outside.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use diorama::capture::{Trace, select};
use diorama::device::Choice;
use diorama::error::{Error, Result};
use diorama::generate::{Engine, Input, Sampling};
use diorama::graph::Kind;
use diorama::models::{self, Model};
use diorama::pass::Parameters;
use diorama::tensor::Tensor;
use diorama::text::Text;
use diorama::weights::Checkpoint;
use safetensors::tensor::{Dtype, View};
use serde::Deserialize;

/// Tiny transformers, with every activation in sight.
#[derive(Parser)]
#[command(version)]
struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Says what a model folder holds: architecture, sizes, hooks with their axes.
    Inspect { dir: PathBuf },
    /// One pass over an input; writes logits and captured hooks.
    Run {
        dir: PathBuf,
        #[command(flatten)]
        source: Source,
        /// What the decoder has written so far; its start token comes first by itself.
        #[arg(long, conflicts_with = "decoder_ids")]
        decoder_text: Option<String>,
        /// All that the decoder reads, start token included.
        #[arg(long, value_delimiter = ',')]
        decoder_ids: Vec<u32>,
        #[arg(long, default_value = "cpu")]
        device: DeviceName,
        /// Hooks to write, e.g. '*.hook_pattern'; may be given several times.
        #[arg(long)]
        capture: Vec<String>,
        /// A safetensors file for logits and hooks, f32 under their names.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Writes on, token by token; greedy unless a temperature is given.
    Generate {
        dir: PathBuf,
        #[command(flatten)]
        source: Source,
        #[arg(long, default_value_t = 64)]
        max_new_tokens: usize,
        #[arg(long)]
        temperature: Option<f32>,
        #[arg(long, default_value_t = 0)]
        top_k: usize,
        #[arg(long, default_value_t = 1.0)]
        top_p: f32,
        #[arg(long, default_value_t = 0)]
        seed: u64,
        #[arg(long, default_value_t = 1)]
        beams: usize,
        #[arg(long, default_value = "cpu")]
        device: DeviceName,
        /// Prints {"ids": […], "text": …}.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Source {
    #[arg(long, conflicts_with = "ids", required_unless_present = "ids")]
    text: Option<String>,
    #[arg(long, requires = "text")]
    text_pair: Option<String>,
    /// Token ids, without a tokenizer.
    #[arg(long, value_delimiter = ',')]
    ids: Vec<u32>,
    #[arg(long, value_delimiter = ',')]
    token_type_ids: Vec<u32>,
    /// 1 for a token, 0 for padding.
    #[arg(long, value_delimiter = ',')]
    attention_mask: Vec<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum DeviceName {
    Cpu,
    Gpu,
    Auto,
}

impl From<DeviceName> for Choice {
    fn from(name: DeviceName) -> Self {
        match name {
            DeviceName::Cpu => Choice::Cpu,
            DeviceName::Gpu => Choice::Gpu,
            DeviceName::Auto => Choice::Auto,
        }
    }
}

fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(asked) if !asked.use_stderr() => asked.exit(),
        Err(fault) => {
            let text = fault.to_string();
            let sentence: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            eprintln!("{}; see diorama --help", sentence.join(" "));
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
        Action::Inspect { dir } => inspect(&dir),
        Action::Run { dir, source, decoder_text, decoder_ids, device, capture, out } => {
            let folder = Folder { dir: &dir };
            let (model, parameters) = folder.load()?;
            let mut input = source.input(&folder)?;
            input.decoder_ids = match decoder_text {
                Some(text) => [vec![model.special.decoder_start], folder.text()?.encode_plain(&text)?].concat(),
                None => decoder_ids,
            };
            // A bad input is refused before a device is opened.
            input.check(&model)?;
            select(&model.graph, &capture, &[])?;
            let mut engine = Engine::open(model, parameters, device.into()).await?;
            let trace = engine.run(&input, &capture).await?;
            match out {
                Some(path) => write(&path, &trace).map(|()| String::new()),
                None => Ok(trace.logits.iter().chain(&trace.activations).map(summary).collect()),
            }
        }
        Action::Generate { dir, source, max_new_tokens, temperature, top_k, top_p, seed, beams, device, json } => {
            let folder = Folder { dir: &dir };
            let (model, parameters) = folder.load()?;
            let input = source.input(&folder)?;
            input.check(&model)?;
            // A cut without a temperature means: sample, at temperature 1.
            let cut = top_k > 0 || top_p < 1.0;
            let temperature = temperature.unwrap_or(if cut { 1.0 } else { 0.0 });
            let sampling = Sampling { temperature, top_k, top_p, seed, listed: 1 };
            sampling.check()?;
            let mut engine = Engine::open(model, parameters, device.into()).await?;
            let ids = if beams != 1 {
                engine.beam_search(&input, beams, max_new_tokens).await?
            } else {
                sample(&mut engine, &input, sampling, max_new_tokens).await?
            };
            let text = if folder.has_text() { Some(folder.text()?.decode(&ids)?) } else { None };
            Ok(match (json, text) {
                (true, text) => format!("{}\n", serde_json::json!({ "ids": ids, "text": text })),
                (false, Some(text)) => format!("{text}\n"),
                (false, None) => format!("{}\n", ids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
            })
        }
    }
}

async fn sample(engine: &mut Engine, input: &Input, sampling: Sampling, max_new_tokens: usize) -> Result<Vec<u32>> {
    let mut session = engine.start(input)?;
    while session.ids().len() < max_new_tokens {
        if engine.step(&mut session, &sampling, &[], None).await?.done {
            break;
        }
    }
    Ok(session.ids().to_vec())
}

impl Source {
    fn input(&self, folder: &Folder) -> Result<Input> {
        let ids = match &self.text {
            Some(text) if text.is_empty() => return Err(Error::Input("the text is empty; give at least one word".into())),
            Some(text) => folder.text()?.encode(text, self.text_pair.as_deref())?,
            None => self.ids.clone(),
        };
        Ok(Input {
            ids,
            decoder_ids: vec![],
            attention_mask: self.attention_mask.clone(),
            token_type_ids: self.token_type_ids.clone(),
        })
    }
}

/// `model.safetensors.index.json`: which file holds each tensor.
#[derive(Deserialize)]
struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

/// A model folder as Hugging Face publishes it.
struct Folder<'a> {
    dir: &'a Path,
}

impl Folder<'_> {
    fn load(&self) -> Result<(Model, Parameters)> {
        let config = self.read("config.json")?;
        let config = String::from_utf8(config).map_err(|_| Error::Config("config.json is not UTF-8 text".into()))?;
        let files = self.weights()?;
        let named: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let checkpoint = Checkpoint::open(&named)?;
        let model = models::build(&config, &checkpoint.names())?;
        let parameters = checkpoint.parameters(&model.graph)?;
        Ok((model, parameters))
    }

    /// One file, or the several that an index names.
    fn weights(&self) -> Result<Vec<(String, Vec<u8>)>> {
        const INDEX: &str = "model.safetensors.index.json";
        if !self.dir.join(INDEX).exists() {
            return Ok(vec![("model.safetensors".into(), self.read("model.safetensors")?)]);
        }
        let index: ShardIndex = serde_json::from_slice(&self.read(INDEX)?)
            .map_err(|fault| Error::Weights(format!("{INDEX} has no weight_map of file names ({fault}); fetch it again")))?;
        let shards: BTreeSet<String> = index.weight_map.into_values().collect();
        shards.into_iter().map(|name| self.read(&name).map(|bytes| (name, bytes))).collect()
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.dir.join(name);
        std::fs::read(&path).map_err(|fault| {
            Error::Input(format!(
                "{} cannot be read ({fault}); give a folder with config.json and model.safetensors",
                path.display()
            ))
        })
    }

    fn has_text(&self) -> bool {
        self.dir.join("tokenizer.json").exists()
    }

    fn text(&self) -> Result<Text> {
        Text::open(&self.dir.join("tokenizer.json"))
    }
}

fn inspect(dir: &Path) -> Result<String> {
    let (model, parameters) = Folder { dir }.load()?;
    let count: usize = parameters.values().map(Vec::len).sum();
    let computed = model.graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Op(_))).count();
    let mut told = format!(
        "{}, {}\n{} layers, {} heads, d_model {}, vocabulary {}\n{count} parameters in {} tensors\n{computed} computed nodes, {} \
         hooks:\n",
        model.architecture,
        model.family.name(),
        model.layers,
        model.heads,
        model.d_model,
        model.vocab,
        parameters.len(),
        model.graph.hooks.len()
    );
    for hook in &model.graph.hooks {
        let axes: Vec<&str> = model.graph.node(hook.node).axes.iter().map(|axis| axis.name()).collect();
        told += &format!("  {}  {}\n", hook.name, axes.join(" "));
    }
    Ok(told)
}

/// A line for each tensor, when no file is asked for.
fn summary(tensor: &Tensor) -> String {
    let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
    let (min, max) = tensor.data.iter().fold((f32::MAX, f32::MIN), |(min, max), x| (min.min(*x), max.max(*x)));
    format!("{}  {}  from {min} to {max}\n", tensor.name, shape.join("×"))
}

/// A tensor's bytes, as safetensors wants them.
struct Bytes<'a>(&'a Tensor);

impl View for Bytes<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        bytemuck::cast_slice(&self.0.data).into()
    }

    fn data_len(&self) -> usize {
        self.0.data.len() * size_of::<f32>()
    }
}

/// Tensors under their names; the file's metadata has the axes of each.
fn write(path: &Path, trace: &Trace) -> Result<()> {
    let hooks = trace.activations.iter().filter(|tensor| tensor.name != "logits");
    let tensors: Vec<&Tensor> = trace.logits.iter().chain(hooks).collect();
    let axes = |tensor: &Tensor| tensor.axes.iter().map(|axis| axis.name()).collect::<Vec<_>>().join(" ");
    let metadata: HashMap<String, String> = tensors.iter().map(|tensor| (tensor.name.clone(), axes(tensor))).collect();
    let views = tensors.iter().map(|tensor| (tensor.name.as_str(), Bytes(tensor)));
    safetensors::serialize_to_file(views, Some(metadata), path)
        .map_err(|fault| Error::Input(format!("{} cannot be written ({fault}); choose another --out", path.display())))
}
