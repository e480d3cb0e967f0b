//! What the operating system must offer. Installed with apt-get where that is allowed (Debian, as root), named otherwise.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell::{find_program, run, say, succeeds};

/// One thing that the tests need and the Debian package that brings it.
struct Need {
    what: &'static str,
    package: &'static str,
    present: fn() -> bool,
}

const BROWSER_TESTS: [Need; 4] = [
    Need { what: "Chromium", package: "chromium", present: || find_program(&CHROMIUM).is_some() },
    Need { what: "Firefox", package: "firefox-esr", present: || find_program(&["firefox-esr", "firefox"]).is_some() },
    Need { what: "a Vulkan driver", package: "mesa-vulkan-drivers", present: has_vulkan_driver },
    Need { what: "the Vulkan loader", package: "libvulkan1", present: has_vulkan_loader },
];

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Makes sure that both browsers, the Vulkan loader and a Vulkan driver are there.
pub fn ensure_test_packages() -> Result<()> {
    let missing: Vec<&Need> = BROWSER_TESTS.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what: Vec<&str> = missing.iter().map(|need| need.what).collect();
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    say(format!("this system lacks {}", what.join(", ")));
    install(&packages)?;
    for need in missing {
        if !(need.present)() {
            bail!("{} is still missing after the installation of Debian's package {}", need.what, need.package);
        }
    }
    Ok(())
}

/// Installs Debian packages, or fails with the command that would.
pub fn install(packages: &[&str]) -> Result<()> {
    let by_hand = format!("apt-get update && apt-get install --yes --no-install-recommends {}", packages.join(" "));
    if !may_install() {
        bail!("cannot install packages here (that takes Debian and root); please run: {by_hand}");
    }
    say(&by_hand);
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().args(["update", "--quiet"]))?;
    run(apt().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages))
}

/// Makes sure that `cargo fmt` and `cargo clippy` exist; rustup's minimal profile leaves them out.
pub fn ensure_rust_components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !succeeds(Command::new("cargo").args([subcommand, "--version"])) {
            say(format!("rustup component add {component}"));
            run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

fn may_install() -> bool {
    Path::new("/etc/debian_version").exists()
        && find_program(&["apt-get"]).is_some()
        && crate::shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

fn has_vulkan_driver() -> bool {
    ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"].iter().any(|folder| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.map(|file| file.path()).any(|file| file.extension().is_some_and(|extension| extension == "json"))
    })
}

fn has_vulkan_loader() -> bool {
    let known = Command::new("/sbin/ldconfig").arg("-p").output();
    known.is_ok_and(|list| String::from_utf8_lossy(&list.stdout).contains("libvulkan.so.1"))
}
