//! `cargo xtask bench`: Diorama against onnxruntime-web on the same weights in the same browser, then the sizes of the first load; training natively and in the
//! tab, against PyTorch.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::shell::run;
use crate::{npm, site, system};

const SITE: &str = "dist";

#[derive(clap::Args)]
pub struct Options {
    /// Folder of a T5 checkpoint in Hugging Face's layout, in one model.safetensors
    #[arg(long, default_value = "www/models/t5-tiny")]
    model: PathBuf,
    /// Tokens that a generation writes
    #[arg(long, default_value_t = 24)]
    tokens: u32,
    /// Generations that are timed, after the warm-up
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// Measure training only
    #[arg(long)]
    training: bool,
    /// A Python with torch and transformers, for PyTorch's training step; python3 where it has them
    #[arg(long, default_value = "python3")]
    python: PathBuf,
}

pub fn bench(options: &Options) -> Result<()> {
    system::ensure_test_packages()?;
    site::build(Path::new(SITE), None, site::Offline::Kept)?;
    if !options.training {
        generation(options)?;
    }
    let mut node = Command::new("node");
    node.args(["xtask/bench/training.js", "--dist", SITE, "--work", "target/bench-training", "--python"]).arg(&options.python);
    run(&mut node)
}

fn generation(options: &Options) -> Result<()> {
    npm::ensure_packages(Path::new("xtask/bench"))?;
    let mut node = Command::new("node");
    node.args(["xtask/bench/bench.js", "--dist", SITE, "--work", "target/bench"]).arg("--model").arg(&options.model);
    node.args(["--tokens", &options.tokens.to_string(), "--rounds", &options.rounds.to_string()]);
    run(&mut node)
}
