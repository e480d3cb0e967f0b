//! What can be asked on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use diorama::device::Choice;
use diorama::train::Schedule;

/// Tiny transformers, with every activation in sight.
#[derive(Parser)]
#[command(version)]
pub struct Command {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Subcommand)]
pub enum Action {
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
        /// An ELECTRA generator's folder: it fills the places of --mask, and DIR, the discriminator, reads what comes out.
        #[arg(long, requires = "mask")]
        generator: Option<PathBuf>,
        /// Places that the generator fills: tokens counted from 0.
        #[arg(long, value_delimiter = ',', requires = "generator")]
        mask: Vec<usize>,
        /// The token that hides what was there; the tokenizer's [MASK] or <mask> where left out.
        #[arg(long, requires = "generator")]
        mask_id: Option<u32>,
        /// Of the generator's draws; 0 takes the likeliest token.
        #[arg(long, default_value_t = 1.0)]
        temperature: f32,
        #[arg(long, default_value_t = 0)]
        seed: u64,
        #[arg(long, default_value = "cpu")]
        device: DeviceName,
        /// Hooks to write, e.g. '*.hook_pattern'; may be given several times.
        #[arg(long)]
        capture: Vec<String>,
        /// Hooks to change: a JSON list of { hook, at: { axis: index or [indices] }, and set, scale, add: a number, or from: a safetensors file or an earlier hook }
        #[arg(long, value_name = "FILE.json", conflicts_with = "generator")]
        intervene: Option<PathBuf>,
        /// A safetensors file for logits and hooks, f32 under their names.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Learns from batches with AdamW, and writes what came out.
    Train(Train),
    /// Loss and gradients of one batch: of every weight, and of the captured hooks.
    Gradients(Gradients),
    /// A new model with fresh weights, drawn as its architecture publishes it.
    New(New),
    /// Writes on, token by token; greedy unless a temperature is given.
    Generate {
        dir: PathBuf,
        #[command(flatten)]
        source: Source,
        /// Fewer where the model has no position for more. Where left out: what generation_config.json says, or 64
        #[arg(long)]
        max_new_tokens: Option<usize>,
        /// 0, the default without a cut, takes the likeliest token
        #[arg(long)]
        temperature: Option<f32>,
        /// Draw among the K likeliest tokens; 0, the default, cuts none
        #[arg(long)]
        top_k: Option<usize>,
        /// Draw among the likeliest tokens that together have this probability; 1, the default, cuts none
        #[arg(long)]
        top_p: Option<f32>,
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// 1, the default, writes one text without a search
        #[arg(long)]
        beams: Option<usize>,
        #[arg(long, default_value = "cpu")]
        device: DeviceName,
        /// Hooks to change in every step, as for run; positions count over prompt and new tokens
        #[arg(long, value_name = "FILE.json")]
        intervene: Option<PathBuf>,
        /// Prints {"ids": […], "text": …}.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub struct Gradients {
    pub dir: PathBuf,
    /// A safetensors file of whole numbers under the names of transformers' arguments: input_ids [batch pos], labels, …
    #[arg(long, value_name = "FILE")]
    pub batch: PathBuf,
    /// Hooks to write, each with its gradient; may be given several times.
    #[arg(long)]
    pub capture: Vec<String>,
    /// Hooks to change, as for run; the gradient runs back through the change. A hook's name with _grad behind it changes its gradient
    #[arg(long, value_name = "FILE.json")]
    pub intervene: Option<PathBuf>,
    #[arg(long, default_value = "cpu")]
    pub device: DeviceName,
    /// A safetensors file for the loss, the gradient of each weight, and the hooks.
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Args)]
pub struct New {
    /// A config.json as Hugging Face has it.
    pub config: PathBuf,
    /// A tokenizer.json to lie beside it.
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The model's folder; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Args)]
pub struct Train {
    pub dir: PathBuf,
    /// A safetensors file as for gradients, its tensors with a leading axis: batch s mod its length serves step s.
    #[arg(long, value_name = "FILE", conflicts_with = "objective", required_unless_present = "objective")]
    pub batches: Option<PathBuf>,
    /// What to learn from --data: clm (the next token), mlm (masked tokens), nsp or sop (and sentence pairs), span (T5's), pairs (source, tab, target), cls (label, tab, text), rtd (replaced tokens, with --generator)
    #[arg(long, value_name = "NAME", requires = "data")]
    pub objective: Option<String>,
    /// A text file for --objective, read with the model's tokenizer
    #[arg(long, value_name = "FILE", requires = "objective")]
    pub data: Option<PathBuf>,
    /// A masked language model's folder, with the same vocabulary: with --objective rtd it fills the masked places by its own draws, and learns only with --joint
    #[arg(long, value_name = "DIR", requires = "objective")]
    pub generator: Option<PathBuf>,
    /// The generator learns, too, by masked language modelling, with weights and an optimizer of its own (ELECTRA's joint training)
    #[arg(long, requires = "generator")]
    pub joint: bool,
    /// With --joint, a folder for the generator as it was trained; as of --out
    #[arg(long, value_name = "DIR", requires = "joint")]
    pub generator_out: Option<PathBuf>,
    /// Texts of a batch, with --objective
    #[arg(long, default_value_t = 16)]
    pub batch: usize,
    /// Tokens of a text, with --objective
    #[arg(long, default_value_t = 64)]
    pub context: usize,
    /// Of the data: never trained on, and measured at the end
    #[arg(long, default_value_t = 0.05)]
    pub held_out: f64,
    /// Of the order of the data, its corruption, and dropout's masks
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    #[arg(long, value_name = "N", conflicts_with = "minutes", required_unless_present = "minutes")]
    pub steps: Option<usize>,
    /// As many steps as fit into this time
    #[arg(long, value_name = "F")]
    pub minutes: Option<f64>,
    /// Weights that learn, by their names in model.safetensors, e.g. 'lm_head.*'; may be given several times. All where left out
    #[arg(long, value_name = "GLOB")]
    pub train: Vec<String>,
    /// Weights that stay as they are, e.g. '*embeddings*'; may be given several times. A tied matrix is one weight under all its names
    #[arg(long, value_name = "GLOB")]
    pub freeze: Vec<String>,
    /// AdamW, or SGD with momentum as PyTorch has it: its decay is part of the gradient
    #[arg(long, default_value = "adamw")]
    pub optimizer: OptimizerName,
    /// Of sgd: how much of the last steps' gradients goes on; 0.9 where left out
    #[arg(long, value_name = "F")]
    pub momentum: Option<f32>,
    /// Averages each weight over the steps: after a step the average is so much (0.999, say) of what it was, and for the rest the new weight. --out then writes the averages as the model, and the weights themselves beside the optimizer's state, from which training goes on
    #[arg(long, value_name = "F")]
    pub ema: Option<f32>,
    /// The probability with which training leaves out each number at the architecture's places of dropout: embeddings, attention patterns, what is added to the residual stream
    #[arg(long, value_name = "F", default_value_t = 0.0)]
    pub dropout: f32,
    /// The learning rate
    #[arg(long, default_value_t = 1e-3)]
    pub lr: f32,
    #[arg(long, value_delimiter = ',', default_values_t = [0.9, 0.95], num_args = 1)]
    pub betas: Vec<f32>,
    #[arg(long, default_value_t = 1e-8)]
    pub eps: f32,
    /// Of matrices; biases and norms do not decay
    #[arg(long, default_value_t = 0.1)]
    pub weight_decay: f32,
    /// The norm to which all gradients together are scaled down; 0: never
    #[arg(long, default_value_t = 1.0)]
    pub clip: f32,
    /// Steps over which the rate grows
    #[arg(long, default_value_t = 0)]
    pub warmup: usize,
    #[arg(long, default_value = "constant")]
    pub schedule: ScheduleName,
    /// Hooks and gradients to change in every step, as for gradients; what is written are the weights alone
    #[arg(long, value_name = "FILE.json")]
    pub intervene: Option<PathBuf>,
    #[arg(long, default_value = "cpu")]
    pub device: DeviceName,
    /// A folder for what was trained, as Hugging Face has it; it must not exist, or be empty. It holds the optimizer's state, too: training it goes on
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// A line of JSON for each step
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OptimizerName {
    Adamw,
    Sgd,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum ScheduleName {
    Constant,
    Cosine,
    Linear,
}

impl From<ScheduleName> for Schedule {
    fn from(name: ScheduleName) -> Self {
        match name {
            ScheduleName::Constant => Schedule::Constant,
            ScheduleName::Cosine => Schedule::Cosine,
            ScheduleName::Linear => Schedule::Linear,
        }
    }
}

#[derive(Args)]
pub struct Source {
    #[arg(long, conflicts_with = "ids", required_unless_present = "ids")]
    pub text: Option<String>,
    #[arg(long, requires = "text", conflicts_with = "ids")]
    pub text_pair: Option<String>,
    /// Token ids, without a tokenizer.
    #[arg(long, value_delimiter = ',')]
    pub ids: Vec<u32>,
    #[arg(long, value_delimiter = ',')]
    pub token_type_ids: Vec<u32>,
    /// 1 for a token, 0 for padding.
    #[arg(long, value_delimiter = ',')]
    pub attention_mask: Vec<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum DeviceName {
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
