//! Parents before their parts.

use std::collections::HashMap;

use domain::task::DEPTH_MAX;

use crate::{found::Found, item::Item, loss::Place};

/// The items in the order of the file, each followed by its parts. A parent that is not in the file,
/// or that is a part of its own part, is lost; what is nested too deep moves up.
pub(crate) fn ordered(items: Vec<(Item, Place)>, found: &mut Found<'_>) -> Vec<Item> {
    let index: HashMap<String, usize> =
        items.iter().enumerate().map(|(at, (item, _))| (item.key.clone(), at)).collect();
    let mut items: Vec<(Option<Item>, Place)> =
        items.into_iter().map(|(item, place)| (Some(item), place)).collect();
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut tops = Vec::new();
    for (at, (item, place)) in items.iter_mut().enumerate() {
        let Some(item) = item else { continue };
        let parent = item.parent.as_ref().and_then(|parent| index.get(parent)).copied();
        match parent.filter(|parent| *parent != at).and_then(|parent| parts.get_mut(parent)) {
            Some(parts) => parts.push(at),
            None => {
                if let Some(parent) = item.parent.take() {
                    found.lose(
                        place,
                        "parent",
                        &parent,
                        "is not in this file; the task stands alone",
                    );
                }
                tops.push(at);
            }
        }
    }
    let mut walk = Walk { items: &mut items, parts: &parts, ordered: Vec::new() };
    for top in tops {
        walk.from(top, found);
    }
    // What is left goes round in a circle, or hangs below one.
    for at in 0..walk.items.len() {
        if let Some((Some(item), place)) = walk.items.get_mut(at) {
            let parent = item.parent.take().unwrap_or_default();
            let why = "is a part of its own part; the task stands alone";
            found.lose(place, "parent", &parent, why);
            walk.from(at, found);
        }
    }
    walk.ordered
}

struct Walk<'a> {
    items: &'a mut Vec<(Option<Item>, Place)>,
    parts: &'a [Vec<usize>],
    ordered: Vec<Item>,
}

impl Walk<'_> {
    /// Takes an item and all below it, each once.
    fn from(&mut self, top: usize, found: &mut Found<'_>) {
        // An item, and the keys of those above it.
        let mut waiting = vec![(top, Vec::<String>::new())];
        while let Some((at, mut above)) = waiting.pop() {
            let Some((slot, place)) = self.items.get_mut(at) else { continue };
            let Some(mut item) = slot.take() else { continue };
            if above.len() > DEPTH_MAX {
                let parent = item.parent.take().unwrap_or_default();
                let why =
                    format!("tasks are nested {DEPTH_MAX} levels deep at most; the task moved up");
                found.lose(place, "parent", &parent, why);
                above.truncate(DEPTH_MAX);
                item.parent = above.last().cloned();
            }
            above.push(item.key.clone());
            self.ordered.push(item);
            let parts = self.parts.get(at).map(Vec::as_slice).unwrap_or_default();
            waiting.extend(parts.iter().rev().map(|part| (*part, above.clone())));
        }
    }
}
