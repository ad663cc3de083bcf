//! What makes a task the same when it is read again.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::item::Item;

/// Longest key, in bytes; a longer id is hashed.
const KEY_MAX_BYTES: usize = 255;
/// So many bytes of a hash are written, as hexadecimal digits.
const HASH_BYTES: usize = 16;

/// Hands out keys, each one once.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    given: HashMap<String, usize>,
}

impl Keys {
    /// The key for an item whose file knows it by `id`; without one, for what it says. Of equal ones
    /// the second is `…#2`.
    pub(crate) fn of(&mut self, id: &str, item: &Item) -> String {
        let base = match id.trim() {
            "" => hash(&content(item)),
            id => plain(id),
        };
        loop {
            let number = self.given.entry(base.clone()).or_insert(0);
            *number += 1;
            let key = if *number == 1 { base.clone() } else { format!("{base}#{number}") };
            // An id may look like one of ours: `a#2`.
            if key == base || !self.given.contains_key(&key) {
                self.given.entry(key.clone()).or_insert(1);
                return key;
            }
        }
    }
}

/// The key under which another item names this id.
pub(crate) fn plain(id: &str) -> String {
    let id = id.trim();
    let is_plain = id.len() <= KEY_MAX_BYTES && !id.contains(char::is_control);
    if is_plain { id.to_owned() } else { hash(id) }
}

/// What a task is told apart by. Not what is done to it, whether it is done, its priority, its tags;
/// and not its due date, which moves: `every day` is another day tomorrow.
fn content(item: &Item) -> String {
    let created = item.created_at.map(|at| at.to_rfc3339()).unwrap_or_default();
    let parent = item.parent.as_deref().unwrap_or_default();
    [&item.title, &item.description, parent, &created].join("\u{1f}")
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(HASH_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
