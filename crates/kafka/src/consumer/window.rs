//! The records of a partition that are taken in and not committed, and how far all are done.

use std::collections::VecDeque;

/// Offsets in the order in which they came. Kafka leaves some out, so they are kept one by one.
#[derive(Debug, Default)]
pub(super) struct Window {
    open: VecDeque<(i64, bool)>,
    position: Option<i64>,
}

impl Window {
    /// Another record has come. Offsets only grow; one that does not has been seen.
    pub(super) fn take(&mut self, offset: i64) -> bool {
        let last = self.open.back().map(|(last, _)| *last).or(self.position.map(|next| next - 1));
        let is_new = last.is_none_or(|last| offset > last);
        if is_new {
            self.open.push_back((offset, false));
        }
        is_new
    }

    /// The record at `offset` is done.
    pub(super) fn done(&mut self, offset: i64) {
        if let Ok(at) = self.open.binary_search_by_key(&offset, |(one, _)| *one) {
            self.open[at].1 = true;
        }
        while let Some((first, true)) = self.open.front().copied() {
            self.position = Some(first + 1);
            self.open.pop_front();
        }
    }

    /// The offset to go on from: everything before it is done.
    pub(super) fn position(&self) -> Option<i64> {
        self.position
    }

    /// Records that are taken in and not done, or done after one that is not.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Window;

    #[test]
    fn a_gap_holds_the_position_back() {
        let mut window = Window::default();
        assert!([3, 4, 7].into_iter().all(|offset| window.take(offset)));
        window.done(4);
        window.done(7);
        assert_eq!(window.position(), None);
        window.done(3);
        assert_eq!((window.position(), window.len()), (Some(8), 0));
        assert!(!window.take(7), "it has been done");
    }

    proptest! {
        #[test]
        fn the_position_never_passes_what_is_not_done(
            gaps in prop::collection::vec(1_i64..4, 1..60),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        ) {
            let mut window = Window::default();
            let mut open = BTreeSet::new();
            let mut offset = 0;
            for gap in gaps {
                offset += gap;
                window.take(offset);
                open.insert(offset);
            }
            for index in order {
                if open.is_empty() { break; }
                let one = *index.get(&open.iter().copied().collect::<Vec<_>>());
                window.done(one);
                open.remove(&one);
                let first_open = open.first().copied().unwrap_or(offset + 1);
                prop_assert!(window.position().unwrap_or(0) <= first_open);
            }
            if open.is_empty() {
                prop_assert_eq!(window.position(), Some(offset + 1));
            }
        }
    }
}
