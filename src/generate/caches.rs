//! The keys and values of texts that are being written: each text has its own, up to a limit on the memory of all (`Limits`).

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::device::State;

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
    /// Puts the state back after a pass: its text is now the one most recently used. Where all hold more than `most` bytes, the oldest
    /// are given up.
    pub fn put(&mut self, cache: &Cache, state: State, most: u64) {
        cache.state.replace(state);
        let newest = Rc::downgrade(&cache.state);
        self.used.retain(|other| other.strong_count() > 0 && !other.ptr_eq(&newest));
        self.used.push(newest);
        let mut bytes = self.bytes();
        while bytes as u64 > most && self.used.len() > 1 {
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
