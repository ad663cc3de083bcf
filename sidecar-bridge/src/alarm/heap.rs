//! Alarms in the order of their time: a heap, beside it the entry that counts for each reminder.
//!
//! Moving or cancelling an alarm leaves its old entry in the heap, which is passed over when its
//! turn comes; when such entries are more than half, all are swept out at once. 100,000 alarms take
//! 10 MB at most.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Alarm;

/// Stale entries that are not worth a sweep.
const STALE_MIN: usize = 1024;

/// Alarms in the order of their time.
#[derive(Debug, Default)]
pub struct Heap {
    queue: BinaryHeap<Reverse<Entry>>,
    current: HashMap<Uuid, Due>,
}

/// Ordered by time first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    due: Due,
    reminder_id: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at_ms: i64,
    generation: u32,
}

impl Heap {
    /// Sets or moves the alarm of a reminder, unless one of this or a newer generation is set.
    pub fn schedule(&mut self, alarm: Alarm) {
        let Alarm { reminder_id, generation, fire_at } = alarm;
        if self.current.get(&reminder_id).is_some_and(|due| due.generation >= generation) {
            return;
        }
        // Rounded up: a fraction of a millisecond must not make it early.
        let at_ms = -(-fire_at.timestamp_micros()).div_euclid(1000);
        let due = Due { at_ms, generation };
        self.current.insert(reminder_id, due);
        self.queue.push(Reverse(Entry { due, reminder_id }));
        self.sweep();
    }

    /// Takes the alarm of a reminder back.
    pub fn cancel(&mut self, reminder_id: Uuid) {
        self.current.remove(&reminder_id);
        self.sweep();
    }

    /// The time of the next alarm.
    pub fn earliest(&mut self) -> Option<DateTime<Utc>> {
        while let Some(Reverse(entry)) = self.queue.peek() {
            if is_current(&self.current, entry) {
                return DateTime::from_timestamp_millis(entry.due.at_ms);
            }
            self.queue.pop();
        }
        None
    }

    /// Forgets the alarms that go off by `now` and says how many they were.
    pub fn take_due(&mut self, now: DateTime<Utc>) -> usize {
        let before = self.current.len();
        while let Some(Reverse(entry)) = self.queue.peek() {
            let stale = !is_current(&self.current, entry);
            if !stale && entry.due.at_ms > now.timestamp_millis() {
                break;
            }
            if !stale {
                self.current.remove(&entry.reminder_id);
            }
            self.queue.pop();
        }
        before - self.current.len()
    }

    /// Alarms that are set.
    pub fn len(&self) -> usize {
        self.current.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.current.is_empty()
    }

    /// Entries in memory, stale ones included.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> usize {
        self.queue.len()
    }

    fn sweep(&mut self) {
        if self.queue.len() > 2 * self.current.len() + STALE_MIN {
            self.queue.retain(|Reverse(entry)| is_current(&self.current, entry));
        }
    }
}

fn is_current(current: &HashMap<Uuid, Due>, entry: &Entry) -> bool {
    current.get(&entry.reminder_id) == Some(&entry.due)
}
