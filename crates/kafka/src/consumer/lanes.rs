//! Records of one partition by key: those of a key one after another, the keys side by side.

use std::collections::{HashMap, VecDeque, hash_map::Entry};

use crate::record::Received;

/// A key is here while one of its records is being handled; those behind it wait.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    busy: HashMap<String, VecDeque<Received>>,
}

impl Lanes {
    /// Gives the record back when nothing of its key is being handled: then its lane begins.
    pub(super) fn offer(&mut self, received: Received) -> Option<Received> {
        match self.busy.entry(received.key.clone()) {
            Entry::Occupied(mut waiting) => {
                waiting.get_mut().push_back(received);
                None
            }
            Entry::Vacant(free) => {
                free.insert(VecDeque::new());
                Some(received)
            }
        }
    }

    /// The next one of that key. When there is none, its lane ends.
    pub(super) fn next(&mut self, key: &str) -> Option<Received> {
        let next = self.busy.get_mut(key).and_then(VecDeque::pop_front);
        if next.is_none() {
            self.end(key);
        }
        next
    }

    /// What waits behind the key is forgotten; Kafka still has it.
    pub(super) fn end(&mut self, key: &str) {
        self.busy.remove(key);
    }

    /// Whether nothing is being handled.
    pub(super) fn is_idle(&self) -> bool {
        self.busy.is_empty()
    }
}
