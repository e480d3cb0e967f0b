//! `cargo xtask …`: builds, serves, tests and measures Diorama.
//!
//! Reading order: `shell` and `system` (other programs), then `wasm`, `npm`, `notices`, `site` (the build), then one file per subcommand.

mod notices;
mod npm;
mod publish;
mod shell;
mod site;
mod system;
mod wasm;

mod bench;
mod fuzz;
mod golden;
mod serve;
mod test;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, serves, tests and measures Diorama")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the static site; any file server can host it, under any path
    Build {
        /// Folder to write
        #[arg(long, default_value = "dist")]
        out: PathBuf,
        /// The address under which the site will be found, for canonical links and a site map
        #[arg(long)]
        base: Option<String>,
        /// Leave a brotli and a gzip form beside each file, for hosts that send those
        #[arg(long)]
        compressed: bool,
    },
    /// Build the site, serve it on 127.0.0.1 and rebuild it when its sources change
    Serve {
        /// First port to try
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Run everything that checks the project, browsers included
    Test {
        /// Run only this step, and what it needs (may be given more than once)
        #[arg(long, value_name = "STEP", value_parser = clap::builder::PossibleValuesParser::new(test::step_names()))]
        only: Vec<String>,
    },
    /// Try damaged inputs, made at random from a seed
    Fuzz(fuzz::Options),
    /// Measure speed against onnxruntime-web, and sizes
    Bench(bench::Options),
    /// Compute the reference activations with Hugging Face transformers
    Golden(golden::Options),
}

fn main() -> Result<()> {
    std::env::set_current_dir(shell::root())?;
    match Arguments::parse().task {
        Task::Build { out, base, compressed } => {
            site::build(&out, base.as_deref(), site::Offline::Kept)?;
            if compressed { site::compress(&out) } else { Ok(()) }
        }
        Task::Serve { port } => serve::serve(port),
        Task::Test { only } => test::test(&only),
        Task::Fuzz(options) => fuzz::fuzz(&options),
        Task::Bench(options) => bench::bench(&options),
        Task::Golden(options) => golden::golden(&options),
    }
}
