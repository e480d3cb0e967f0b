//! The keys and values of texts that are being written: each text has its own, up to a limit on the memory of all.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::device::State;

/// What the caches of all texts may hold together, in bytes: three full texts of GPT-2 small, some thousand of a tiny model. Beyond it
/// the least recently used is given up, and its text is read again by its next step. The newest stays, whatever it holds.
pub(super) const MOST_CACHED: usize = 256 << 20;

/// What one text keeps on the device. Freed with the text; empty where it was given up.
#[derive(Default)]
pub(super) struct Cache {
    state: Rc<RefCell<State>>,
}

impl Cache {
    /// Tokens whose keys and values it holds.
    pub fn tokens(&self) -> usize {
        self.state.borrow().tokens()
    }

    /// Takes the state for a pass, or for good.
    pub fn take(&self) -> State {
        self.state.take()
    }
}

/// The caches of an engine's texts, the least recently used first.
#[derive(Default)]
pub(super) struct Caches {
    used: Vec<Weak<RefCell<State>>>,
}

impl Caches {
    /// Puts the state back after a pass: its text is now the one most recently used.
    pub fn put(&mut self, cache: &Cache, state: State, most: usize) {
        cache.state.replace(state);
        let newest = Rc::downgrade(&cache.state);
        self.used.retain(|other| other.strong_count() > 0 && !other.ptr_eq(&newest));
        self.used.push(newest);
        let mut bytes: usize = self.alive().map(|state| state.borrow().bytes()).sum();
        while bytes > most && self.used.len() > 1 {
            if let Some(oldest) = self.used.remove(0).upgrade() {
                bytes -= oldest.take().bytes();
            }
        }
    }

    /// Gives all of them up.
    pub fn clear(&mut self) {
        self.alive().for_each(|state| drop(state.take()));
        self.used.clear();
    }

    /// Memory that they hold now, in bytes.
    pub fn bytes(&self) -> usize {
        self.alive().map(|state| state.borrow().bytes()).sum()
    }

    fn alive(&self) -> impl Iterator<Item = Rc<RefCell<State>>> {
        self.used.iter().filter_map(Weak::upgrade)
    }
}
