//! Reminders that come late together: people hear of them once.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::change::{Digest, Event, EventBody};

/// As many late reminders still come one by one.
pub const LATE_ALONE_MAX: usize = 5;

/// Puts the reminders of one user that fire together in the order of their times, and, when more
/// than [`LATE_ALONE_MAX`] of them are late, those into one digest.
pub fn group_late(events: &mut [Event], new_id: &mut dyn FnMut() -> Uuid) {
    events.sort_by_key(fire_at);
    let mut late: Vec<_> = events.iter_mut().filter_map(late).collect();
    if late.len() <= LATE_ALONE_MAX {
        return;
    }
    let (id, size) = (new_id(), u32::try_from(late.len()).unwrap_or(u32::MAX));
    for (digest, position) in late.iter_mut().zip(1..) {
        **digest = Some(Digest { id, size, position });
    }
}

fn fire_at(event: &Event) -> Option<DateTime<Utc>> {
    match &event.body {
        EventBody::ReminderTrigger { reminder, .. } => Some(reminder.fire_at),
        _ => None,
    }
}

fn late(event: &mut Event) -> Option<&mut Option<Digest>> {
    match &mut event.body {
        EventBody::ReminderTrigger { late_by_ms: 1.., digest, .. } => Some(digest),
        _ => None,
    }
}
