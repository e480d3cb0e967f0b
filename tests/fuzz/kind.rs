//! What the kinds of inputs have in common: files, made at random and then given to the library.

use std::path::Path;

use crate::bases::Bases;
use crate::random::Random;
use crate::{configs, containers, inputs, interventions, tokenizers};

/// One input: the files of a folder, by name.
pub type Files = Vec<(String, Vec<u8>)>;

/// What the library said of an input: its refusals and its notices.
pub type Said = Vec<String>;

pub struct Kind {
    pub name: &'static str,
    pub make: fn(&Bases, &mut Random) -> Files,
    /// Gives the files, which also stand in the folder, to the library.
    pub try_out: fn(&mut Bases, &Files, &Path) -> Said,
}

pub const KINDS: [Kind; 5] = [
    Kind { name: "containers", make: containers::make, try_out: containers::try_out },
    Kind { name: "configs", make: configs::make, try_out: configs::try_out },
    Kind { name: "tokenizers", make: tokenizers::make, try_out: tokenizers::try_out },
    Kind { name: "inputs", make: inputs::make, try_out: inputs::try_out },
    Kind { name: "interventions", make: interventions::make, try_out: interventions::try_out },
];

/// The kind of the input of this number.
pub fn of(number: u64) -> &'static Kind {
    &KINDS[(number % KINDS.len() as u64) as usize]
}

/// A file of an input.
pub fn file<'f>(files: &'f Files, name: &str) -> &'f [u8] {
    files.iter().find(|(known, _)| known == name).map_or(&[], |(_, bytes)| bytes)
}

/// A refusal as it is shown.
pub fn told<T>(said: &mut Said, outcome: diorama::error::Result<T>) -> Option<T> {
    outcome.map_err(|fault| said.push(fault.to_string())).ok()
}
