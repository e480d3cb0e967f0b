//! The WebAssembly module: library → `www/wasm/`, once for every browser and once more for those that have relaxed SIMD.
//!
//! Both have the same functions and so one script; `www/engine/relaxed.js` chooses between the binaries.
//!
//! wasm-opt is left out on purpose: the module becomes a tenth smaller but, compressed, 2 % larger, and a build 45 s longer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::shell::{find_program, output, run, say};
use crate::system;

pub const TARGET: &str = "wasm32-unknown-unknown";

/// Where wasm-bindgen writes; the scripts in `www/` import from here.
pub const OUT: &str = "www/wasm";

/// The binary for every browser, in [`OUT`], as wasm-bindgen names it.
pub const PLAIN: &str = "diorama_bg.wasm";

/// The binary for browsers that have relaxed SIMD: a product and its sum are one instruction there.
pub const RELAXED: &str = "diorama_relaxed_bg.wasm";

/// Every browser that has WebGPU has 128-bit SIMD in wasm as well. Without LLVM's loop strength reduction a load keeps its constant
/// offset instead of an addition beside it: a tenth faster in the matrix products, and smaller. Places of panics are named without the folder in which a
/// registry's sources lie on the machine that builds.
pub fn flags() -> String {
    let home = std::env::var("CARGO_HOME").map(PathBuf::from).ok().or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
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
        cargo.env("RUSTFLAGS", flags()).env_remove("CARGO_ENCODED_RUSTFLAGS").env("CARGO_TARGET_DIR", self.folder());
        match self {
            Toolchain::Rustup => &mut cargo,
            Toolchain::Debian { linker } => cargo
                .arg("-Zbuild-std=std,panic_abort")
                .env("RUSTC", DEBIAN_RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker),
        };
        cargo
    }

    fn folder(&self) -> &str {
        match self {
            Toolchain::Rustup => "target/wasm",
            Toolchain::Debian { .. } => "target/wasm-debian",
        }
    }

    /// `cargo rustc` of the module and the file that it writes. Only this crate is compiled with relaxed SIMD, where the loops are. The second module has a
    /// target folder of its own, so that neither is built anew where nothing changed; both at once take as long as one where there are two cores.
    fn module(&self, relaxed: Relaxed) -> (Command, PathBuf) {
        let mut folder = self.folder().to_string();
        let mut cargo = self.cargo("rustc");
        cargo.args(["--profile", "wasm"]);
        if relaxed == Relaxed::Yes {
            folder += "-relaxed";
            // Its warnings are the other's.
            cargo.env("CARGO_TARGET_DIR", &folder).args(["--quiet", "--", "-C", "target-feature=+relaxed-simd"]);
        }
        (cargo, Path::new(&folder).join(TARGET).join("wasm/diorama.wasm"))
    }
}

/// Whether the module is the one with relaxed SIMD.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relaxed {
    No,
    Yes,
}

/// Compiles the library and writes `diorama.js`, `diorama.d.ts`, [`PLAIN`] and [`RELAXED`] to [`OUT`].
pub fn build() -> Result<()> {
    let toolchain = Toolchain::ensure()?;
    say("compiling the library to WebAssembly, with and without relaxed SIMD");
    let [(mut cargo, plain), (mut another, relaxed)] = [Relaxed::No, Relaxed::Yes].map(|relaxed| toolchain.module(relaxed));
    std::thread::scope(|scope| {
        let another = scope.spawn(|| run(&mut another));
        run(&mut cargo)?;
        another.join().expect("a command fails without a panic")
    })?;
    let aside = Path::new(toolchain.folder()).join("relaxed");
    bind(&plain, Path::new(OUT))?;
    bind(&relaxed, &aside)?;
    for script in ["diorama.js", "diorama.d.ts"] {
        let same = fs::read(aside.join(script))? == fs::read(Path::new(OUT).join(script))?;
        ensure!(same, "the module with relaxed SIMD has other functions: its {script} differs");
    }
    fs::copy(aside.join(PLAIN), Path::new(OUT).join(RELAXED)).context("cannot copy the module with relaxed SIMD")?;
    Ok(())
}

/// Writes the script, its types and the binary to `out`.
fn bind(module: &Path, out: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("diorama").typescript(true).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.web(true)?.generate(out).with_context(|| format!("wasm-bindgen cannot read {}", module.display()))
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
