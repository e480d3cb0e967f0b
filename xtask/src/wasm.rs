//! The WebAssembly module: library → `www/wasm/`.
//!
//! wasm-opt is left out on purpose: the module becomes a tenth smaller but, compressed, 2 % larger, and a build 45 s longer.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::shell::{find_program, output, run, say};
use crate::system;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Where wasm-bindgen writes; the scripts in `www/` import from here.
pub const OUT: &str = "www/wasm";

/// Every browser that has WebGPU has 128-bit SIMD in wasm as well. Without LLVM's loop strength reduction a load keeps its constant
/// offset instead of an addition beside it: a tenth faster in the matrix products, and smaller. Places of panics are named without the folder in which a
/// registry's sources lie on the machine that builds.
pub fn flags() -> String {
    let home = std::env::var("CARGO_HOME").map(PathBuf::from).ok().or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    let folders = registries.into_iter().flatten().flatten().map(|folder| folder.path());
    let renamed = folders.map(|folder| format!(" --remap-path-prefix={}=", folder.display()));
    renamed.fold("-C target-feature=+simd128 -C llvm-args=-disable-lsr".to_string(), |flags, rename| flags + &rename)
}

/// The compiler that can build for wasm here.
pub enum Toolchain {
    /// rustup's, with the target's standard library
    Rustup,
    /// Debian's, which builds the standard library from source; its linker comes from rustup
    Debian { linker: PathBuf },
}

impl Toolchain {
    /// Finds a compiler for wasm, and installs what it lacks.
    pub fn ensure() -> Result<Toolchain> {
        let sysroot = PathBuf::from(output(Command::new("rustc").args(["--print", "sysroot"]))?);
        if has_target(&sysroot) {
            return Ok(Toolchain::Rustup);
        }
        say(format!("rustup target add {TARGET} (this may take a minute)"));
        match run(Command::new("rustup").args(["target", "add", TARGET])) {
            Ok(()) if has_target(&sysroot) => return Ok(Toolchain::Rustup),
            Ok(()) => say(format!("rustup has added {TARGET} to a toolchain other than {}", sysroot.display())),
            Err(error) => say(format!("{error}")),
        }
        say("falling back to Debian's compiler, with the standard library built from source");
        if !Path::new(DEBIAN_CARGO).exists() || !Path::new(DEBIAN_RUSTC).exists() || !Path::new(DEBIAN_SOURCE).exists() {
            system::install(&["rustc-web", "cargo-web", "rust-web-src"])?;
        }
        Ok(Toolchain::Debian { linker: find_linker(&sysroot)? })
    }

    /// `cargo SUBCOMMAND --lib` for wasm, in a target folder of its own: native and wasm builds do not evict each other's work.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = match self {
            Toolchain::Rustup => Command::new("cargo"),
            Toolchain::Debian { .. } => Command::new(DEBIAN_CARGO),
        };
        cargo.args([subcommand, "--lib", "--no-default-features", "--target", TARGET]);
        cargo.env("RUSTFLAGS", flags()).env_remove("CARGO_ENCODED_RUSTFLAGS");
        match self {
            Toolchain::Rustup => cargo.args(["--target-dir", "target/wasm"]),
            Toolchain::Debian { linker } => cargo
                .args(["--target-dir", "target/wasm-debian", "-Zbuild-std=std,panic_abort"])
                .env("RUSTC", DEBIAN_RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker),
        };
        cargo
    }

    fn module(&self) -> PathBuf {
        let folder = match self {
            Toolchain::Rustup => "target/wasm",
            Toolchain::Debian { .. } => "target/wasm-debian",
        };
        Path::new(folder).join(TARGET).join("wasm/diorama.wasm")
    }
}

/// Compiles the library and writes `diorama.js`, `diorama.d.ts` and `diorama_bg.wasm` to [`OUT`].
pub fn build() -> Result<()> {
    let toolchain = Toolchain::ensure()?;
    say("compiling the library to WebAssembly");
    run(toolchain.cargo("build").args(["--profile", "wasm"]))?;
    let module = toolchain.module();
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&module).out_name("diorama").typescript(true).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.web(true)?.generate(OUT).with_context(|| format!("wasm-bindgen cannot read {}", module.display()))
}

const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library";

fn has_target(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
}

/// Any linker that writes wasm will do; rustup's toolchain has one beside its compiler.
fn find_linker(sysroot: &Path) -> Result<PathBuf> {
    let host = output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let bundled = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
    if bundled.exists() {
        return Ok(bundled);
    }
    let on_path = || find_program(&["rust-lld", "wasm-ld"]);
    if on_path().is_none() {
        system::install(&["lld"])?;
    }
    on_path().with_context(|| format!("no linker for wasm: neither {} nor wasm-ld exists", bundled.display()))
}
