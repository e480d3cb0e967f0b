//! The licences of what the site is made of, in full, as they ask of every copy: the project's own two beside `THIRD-PARTY.txt`, which has those of the
//! npm packages in the bundles, of the crates in the WebAssembly module, and of Rust's standard library.
//!
//! The texts are the packages' own files. A package without any comes under the Apache License where it offers that, since its text is the same for
//! everybody and names no holder; otherwise the build stops. Rust's standard library comes compiled, without its sources' texts: `notices/rust-std.txt`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::shell::output;
use crate::wasm;

/// The project's own licences, in its root.
pub const OWN: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// The file of the others, in the site.
pub const FILE: &str = "THIRD-PARTY.txt";

/// Where `bundle.js` lists the folders of the packages that are in its bundles, one a line.
pub const BUNDLED: &str = "target/bundled-packages.txt";

/// Something of another maker in the site.
struct Package {
    /// With its version.
    name: String,
    /// As an SPDX expression.
    license: String,
    folder: PathBuf,
}

/// Writes all of it into a site whose scripts are bundled.
pub fn write(site: &Path) -> Result<()> {
    for file in OWN {
        fs::copy(file, site.join(file)).with_context(|| format!("cannot copy {file}"))?;
    }
    let bundled = fs::read_to_string(BUNDLED).with_context(|| format!("cannot read {BUNDLED}"))?;
    let mut packages = bundled.lines().map(|folder| npm_package(Path::new(folder))).collect::<Result<Vec<_>>>()?;
    packages.extend(crates()?);
    fs::write(site.join(FILE), notices(&packages)?).with_context(|| format!("cannot write {FILE}"))
}

/// The file's text: each licence once, under the names of all that come with it.
fn notices(packages: &[Package]) -> Result<String> {
    let apache = fs::read_to_string(OWN[1])?;
    let mut by_text: BTreeMap<String, (String, Vec<&Package>)> = BTreeMap::new();
    by_text.insert(plain(&apache), (apache, vec![]));
    for package in packages {
        for text in texts(package)? {
            by_text.entry(plain(&text)).or_insert((text, vec![])).1.push(package);
        }
    }
    let mut sections: Vec<(String, Vec<&Package>)> = by_text.into_values().collect();
    // The text that most come with first: the Apache License, which the sections below refer to.
    sections.sort_by_key(|(text, of)| {
        (!is_apache(text), std::cmp::Reverse(of.len()), of.first().map(|package| package.name.clone()))
    });
    let mut told = format!(
        "Diorama is made with the work of others, named here with the texts of their licences. Its own are in {} and {}.\n",
        OWN[0], OWN[1]
    );
    for package in packages {
        told += &format!("\n{}: {}", package.name, package.license);
    }
    told += "\nThe Rust standard library: MIT OR Apache-2.0, and others\n";
    let rule = "=".repeat(100);
    for (text, of) in sections {
        let names: Vec<&str> = of.iter().map(|package| package.name.as_str()).collect();
        told += &format!("\n{rule}\n{}\n\n{}\n", names.join(", "), text.trim_end());
    }
    told += &format!("\n{rule}\n{}", include_str!("../notices/rust-std.txt"));
    Ok(told)
}

/// The texts that a package brings along: its licences and notices.
fn texts(package: &Package) -> Result<Vec<String>> {
    let mut files: Vec<PathBuf> = fs::read_dir(&package.folder)
        .with_context(|| format!("cannot read {}", package.folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.is_file() && is_notice(&file.file_name().unwrap_or_default().to_string_lossy()));
    files.sort();
    if files.is_empty() && package.license.contains("Apache-2.0") {
        return Ok(vec![fs::read_to_string(OWN[1])?]);
    }
    if files.is_empty() {
        bail!(
            "{} ({}) ships no licence text, and the site must carry one: take another package, or add its text to xtask/src/notices.rs",
            package.name,
            package.license
        );
    }
    let read = |file: &PathBuf| Ok(String::from_utf8_lossy(&fs::read(file)?).into_owned());
    files.iter().map(read).collect()
}

fn is_notice(file: &str) -> bool {
    let file = file.to_lowercase();
    let named = ["license", "licence", "unlicense", "copying", "copyright", "notice"].iter().any(|start| file.starts_with(start));
    named && [".rs", ".js", ".toml", ".json", ".html"].iter().all(|ending| !file.ends_with(ending))
}

fn is_apache(text: &str) -> bool {
    plain(text).starts_with("apache license version 2.0")
}

/// A text without what does not matter between two copies of it: line breaks and letter case.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn npm_package(folder: &Path) -> Result<Package> {
    let file = folder.join("package.json");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let manifest: Value = serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))?;
    let field = |name: &str| manifest[name].as_str().with_context(|| format!("{} has no {name}", file.display()));
    Ok(Package {
        name: format!("{} {} (npm)", field("name")?, field("version")?),
        license: field("license")?.to_owned(),
        folder: folder.to_owned(),
    })
}

/// The crates that are compiled into the module: cargo's tree for its target and features, without what runs only while it is built.
fn crates() -> Result<Vec<Package>> {
    let tree =
        ["tree", "--package", "diorama", "--target", wasm::TARGET, "--no-default-features", "--edges", "normal,no-proc-macro"];
    let tree = output(Command::new("cargo").args(tree).args(["--prefix", "none", "--format", "{p}", "--locked"]))?;
    let metadata = ["metadata", "--format-version", "1", "--locked", "--filter-platform", wasm::TARGET];
    let metadata: Value = serde_json::from_str(&output(Command::new("cargo").args(metadata))?)?;
    let known = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let mut names: Vec<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    names.sort();
    names.dedup_by_key(|line| line.trim_end_matches(" (*)"));
    let mut crates = vec![];
    for line in names {
        // "serde v1.0.229", and of the project itself "diorama v0.1.0 (/its/folder)".
        let mut words = line.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next().and_then(|version| version.strip_prefix('v'))) else {
            continue;
        };
        if name == "diorama" {
            continue;
        }
        let package = known.iter().find(|package| package["name"] == name && package["version"] == version);
        let package = package.with_context(|| format!("cargo metadata does not know {name} {version}"))?;
        let manifest = Path::new(package["manifest_path"].as_str().context("a crate has no manifest")?);
        crates.push(Package {
            name: format!("{name} {version} (crate)"),
            license: package["license"].as_str().unwrap_or("see its text").to_owned(),
            folder: manifest.parent().context("a manifest lies in a folder")?.to_owned(),
        });
    }
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_in_the_module_has_its_text() {
        std::env::set_current_dir(crate::shell::root()).unwrap();
        let crates = crates().unwrap();
        // A library of the page, one that only wasm has, and none of the command's or of what runs while it is built.
        let has = |name: &str| crates.iter().any(|package| package.name.starts_with(&format!("{name} ")));
        assert!(crates.len() > 30 && ["serde_json", "wgpu", "web-sys", "libm"].iter().all(|name| has(name)));
        assert!(!["clap", "tokenizers", "syn", "diorama"].iter().any(|name| has(name)));
        let told = notices(&crates).unwrap();
        for package in &crates {
            assert!(told.matches(&package.name).count() > 1, "{} stands over no text", package.name);
        }
        for words in [
            "Permission is hereby granted",
            "TERMS AND CONDITIONS FOR USE",
            "This software is provided 'as-is'",
            "UNICODE LICENSE V3",
            "LLVM Exceptions",
        ] {
            assert!(told.contains(words), "{words}");
        }
    }

    #[test]
    fn a_package_without_a_text_stops_the_build_unless_it_offers_one_that_names_nobody() {
        std::env::set_current_dir(crate::shell::root()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let package = |license: &str| Package {
            name: "bare 1.0.0 (npm)".into(),
            license: license.into(),
            folder: folder.path().to_owned(),
        };
        let fault = notices(&[package("ISC")]).unwrap_err().to_string();
        assert!(fault.contains("bare 1.0.0 (npm) (ISC) ships no licence text"), "{fault}");
        assert!(notices(&[package("MIT OR Apache-2.0")]).unwrap().matches("bare 1.0.0").count() == 2);
        fs::write(folder.path().join("license.js"), "code").unwrap();
        assert!(notices(&[package("ISC")]).is_err());
        fs::write(folder.path().join("LICENCE.md"), "Do as you like.").unwrap();
        assert!(notices(&[package("ISC")]).unwrap().contains("Do as you like."));
    }
}
