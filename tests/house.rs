//! The house's rules, read off the sources: who imports whom, who knows which library, one word for each op, files that can
//! be read. `tests/www/unit/rules.test.js` does the same for the page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What each part may import. What that part itself stands on is open to it as well (a device's types are a graph's), and
/// everybody may use `error`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("json", &[]),
    ("text", &["json"]),
    ("tensor", &[]),
    ("ops", &["tensor"]),
    ("graph", &["ops", "tensor"]),
    ("pass", &["graph", "ops", "tensor"]),
    ("models", &["graph", "ops", "tensor", "json"]),
    ("weights", &["pass", "graph", "ops", "tensor", "json"]),
    ("cpu", &["pass", "graph", "ops", "tensor"]),
    ("gpu", &["pass", "graph", "ops", "tensor"]),
    ("capture", &["pass", "graph", "ops", "tensor"]),
    ("device", &["cpu", "gpu", "weights", "capture", "graph"]),
    ("generate", &["device", "models", "text"]),
    ("train", &["device", "models"]),
    ("web", &["generate", "train"]), // all, and nobody imports web
    ("command", &[]),                // another crate: the binary, which sees the library from outside
];

#[test]
fn parts_import_what_the_design_says() {
    let direct: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut seen = BTreeSet::new();
    for source in sources("src") {
        let Some(part) = source.part() else { continue };
        assert!(direct.contains_key(part.as_str()), "{} is not in the table", source.name);
        let allowed = below(&part, &direct);
        for (line, code) in source.code() {
            let place = format!("{}:{line}", source.name);
            assert!(!code.contains("crate::{"), "{place}: one `use` line for each part");
            for imported in after(code, "crate::") {
                let known = imported == part || imported == "error" || allowed.contains(imported.as_str());
                assert!(known, "{place}: {part} may not import {imported}");
                seen.insert((part.clone(), imported));
            }
        }
    }
    for (part, imported) in [("generate", "device"), ("graph", "ops"), ("gpu", "pass"), ("web", "generate")] {
        assert!(seen.contains(&(part.into(), imported.into())), "the reading of `use` lines is broken: {part} uses {imported}");
    }
}

#[test]
fn each_library_is_known_in_one_place() {
    let homes = [
        ("wgpu", &["gpu"][..]),
        ("tokenizers", &["text"]),
        ("wasm_bindgen", &["web"]),
        ("wasm_bindgen_futures", &["web"]),
        ("web_sys", &["web"]),
        ("js_sys", &["web"]),
        ("serde_wasm_bindgen", &["web"]),
        ("safetensors", &["weights", "command"]),
        ("clap", &["command"]),
        ("pollster", &["command"]),
    ];
    let mut found = BTreeSet::new();
    for source in sources("src") {
        let part = source.part().unwrap_or_else(|| source.stem());
        for (line, code) in source.code() {
            for (library, homes) in homes {
                if mentions(code, library) {
                    assert!(homes.contains(&part.as_str()), "{}:{line}: {library} belongs in {homes:?}: {code}", source.name);
                    found.insert(library);
                }
            }
        }
    }
    for library in ["wgpu", "tokenizers", "wasm_bindgen", "safetensors", "clap"] {
        assert!(found.contains(library), "the reading of sources is broken: nobody uses {library}");
    }
}

#[test]
fn an_op_is_one_word_everywhere() {
    let files = sources("src/ops");
    let words: Vec<String> = files.iter().map(Source::stem).filter(|stem| stem != "mod").collect();
    assert!(words.len() >= 13, "{words:?}");
    let cases = read(&root().join("tests/case/cases.rs"))
        + &read(&root().join("tests/case/backward.rs"))
        + &read(&root().join("tests/case/preference.rs"))
        + &read(&root().join("tests/case/update.rs"));
    let list = read(&root().join("src/ops/mod.rs"));
    for word in &words {
        assert!(root().join(format!("shaders/{word}.wgsl")).exists(), "shaders/{word}.wgsl is missing");
        assert!(cases.contains(&format!("fn {word}() -> Vec<Case>")), "tests/case/ has no cases of `{word}`");
        assert!(list.contains(&format!("mod {word};\n")) && list.contains(&format!("\n    {word}: ")), "ops/mod.rs lacks {word}");
        assert!(
            read(&root().join(format!("src/ops/{word}.rs"))).starts_with(&format!("//! `{word}`")),
            "{word}.rs begins with its word"
        );
    }
}

#[test]
fn nothing_is_unwrapped_outside_tests() {
    for source in sources("src").iter().chain(&sources("xtask/src")) {
        for (line, code) in source.code() {
            for word in [".unwrap()", "todo!(", "unimplemented!(", "dbg!("] {
                assert!(!code.contains(word), "{}:{line}: {word} in {code}", source.name);
            }
        }
    }
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let folders = [("src", "rs"), ("tests", "rs"), ("xtask/src", "rs"), ("shaders", "wgsl"), ("training", "py")];
    for (folder, ending) in folders {
        let sources = sources_ending(folder, ending);
        assert!(!sources.is_empty(), "{folder} has no .{ending} file");
        for source in sources {
            let lines = source.text.lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines; about 300 are readable, {MOST_LINES} the most", source.name);
        }
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for source in sources("src") {
        assert!(source.text.starts_with("//! "), "{} begins with a sentence about itself", source.name);
    }
    for source in sources_ending("shaders", "wgsl") {
        assert!(source.text.starts_with("// "), "{} begins with a sentence about itself", source.name);
    }
}

const MOST_LINES: usize = 350;

struct Source {
    /// From the root.
    name: String,
    text: String,
}

impl Source {
    /// The part of the crate that it belongs to; none for `lib.rs` and the command, which stand outside.
    fn part(&self) -> Option<String> {
        let first = self.name.strip_prefix("src/")?.split('/').next()?;
        let part = first.trim_end_matches(".rs");
        (!matches!(part, "lib" | "main")).then(|| part.to_string())
    }

    fn stem(&self) -> String {
        let file = self.name.rsplit('/').next().expect("a name has a last part");
        file.split('.').next().expect("a file has a stem").to_string()
    }

    /// Lines with their numbers, comments and tests left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
        lines.enumerate().map(|(index, line)| (index + 1, line.split("//").next().expect("a split has a first part").trim()))
    }
}

/// Everything that a part stands on.
fn below<'t>(part: &str, direct: &BTreeMap<&'t str, &'t [&'t str]>) -> BTreeSet<&'t str> {
    direct[part].iter().flat_map(|next| below(next, direct).into_iter().chain([*next])).collect()
}

/// Words that follow a path's beginning: `tensor` in `crate::tensor::Axis`.
fn after(code: &str, beginning: &str) -> Vec<String> {
    let rest = code.split(beginning).skip(1);
    rest.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

/// Whether a library's name stands in a path or a `use`, as a word of its own.
fn mentions(code: &str, library: &str) -> bool {
    let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"');
    code.match_indices(library).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + library.len()..]);
        !part_of_word(before.chars().next_back())
            && (after.starts_with("::") || code.starts_with("use ") && after.starts_with(';'))
    })
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn sources(folder: &str) -> Vec<Source> {
    sources_ending(folder, "rs")
}

/// The files of a folder and of those within it, by name.
fn sources_ending(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let name = path.strip_prefix(root()).expect("within the root").to_string_lossy().replace('\\', "/");
                found.push(Source { text: read(&path), name });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}
