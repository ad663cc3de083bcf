//! The parts of an instance, and how they follow their series.

use std::collections::HashMap;

use chrono::TimeDelta;
use uuid::Uuid;

use super::{Refusal, lifecycle, record, reminders};
use crate::{
    change::{ChangeSet, Context},
    reminder::Trigger,
    task::{Due, PARTS_MAX, PARTS_TEXT_MAX_BYTES, Series, Status, Task},
};

/// From one instance of a series to the next.
pub(super) struct Shift {
    from: Uuid,
    to: Uuid,
    /// What makes the ids of the copies: no two completions lead to the same ones, because a part may
    /// have been moved away from an instance that was taken back.
    version: u64,
    /// How far apart their places in the rule are, on the wall clock.
    by: TimeDelta,
}

impl Shift {
    pub(super) fn between(from: &Task, to: Uuid, next: &Series) -> Self {
        let by = from.series.as_ref().map_or(TimeDelta::zero(), |last| next.slot - last.slot);
        Self { from: from.id, to, version: from.version, by }
    }
}

/// The parts of the instance before as parts of the next one: open again, dates and reminders as far
/// away as the series went on. Deleted ones and their parts stay behind, and so does a part that
/// repeats: it has a series of its own. `parts` come parents first; what does not fit into
/// [`PARTS_MAX`] and [`PARTS_TEXT_MAX_BYTES`] stays behind as well.
pub(super) fn carried(
    parts: &[Task],
    shift: &Shift,
    ctx: &mut Context<'_>,
) -> Result<ChangeSet, Refusal> {
    let mut copies = HashMap::from([(shift.from, shift.to)]);
    let mut set = record::nothing(ctx);
    let mut bytes = 0;
    let fits = |part: &&Task| {
        bytes += part.description.len();
        bytes <= PARTS_TEXT_MAX_BYTES
    };
    for part in parts.iter().take(PARTS_MAX).take_while(fits) {
        let parent = part.parent_id.and_then(|id| copies.get(&id).copied());
        let (Some(parent), None, None) = (parent, part.deleted_at, &part.series) else { continue };
        let id = Uuid::new_v5(&parent, format!("{}/{}", part.id, shift.version).as_bytes());
        copies.insert(part.id, id);
        let copy = copy(part, id, parent, shift.by, ctx)?;
        set = set.and(record::created(copy, ctx));
    }
    Ok(set)
}

fn copy(
    part: &Task,
    id: Uuid,
    parent: Uuid,
    by: TimeDelta,
    ctx: &mut Context<'_>,
) -> Result<Task, Refusal> {
    let due = part.due.as_ref().and_then(|due| due.later(by));
    let zone = due.as_ref().and_then(Due::zone).unwrap_or(&ctx.settings.zone).clone();
    let is_possible = |trigger: &Trigger| due.is_some() || matches!(trigger, Trigger::At(_));
    let triggers = part.reminders.iter().filter_map(|known| known.trigger.later(by, &zone));
    let triggers = triggers.filter(is_possible).collect();
    Ok(Task {
        id,
        version: 1,
        status: Status::Open,
        reminders: reminders::set(triggers, &[], due.as_ref(), Status::Open, ctx)?,
        due,
        parent_id: Some(parent),
        completed_at: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        ..part.clone()
    })
}

/// Whether the parts of an instance are those that it came with, and nobody touched one.
pub(super) fn are_untouched(parts: &[Task], instance: &Task) -> bool {
    let is_untouched = |part: &Task| {
        // What a person added later was created later.
        part.created_at == instance.created_at && part.version == 1 && part.deleted_at.is_none()
    };
    parts.len() <= PARTS_MAX && parts.iter().all(is_untouched)
}

/// As if they had never been.
pub(super) fn taken_back(parts: &[Task], ctx: &mut Context<'_>) -> Result<ChangeSet, Refusal> {
    parts
        .iter()
        .try_fold(record::nothing(ctx), |set, part| Ok(set.and(lifecycle::taken_back(part, ctx)?)))
}
