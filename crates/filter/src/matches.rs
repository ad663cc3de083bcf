//! What a filter means: the reference that every database has to agree with.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use domain::{
    reminder::ReminderState,
    task::{Due, Task},
    zone::{self, ZoneName},
};

use crate::{
    resolve::{Bound, Check, Edge, Range, Resolved, Rule},
    term::{IdField, Part},
};

impl Resolved {
    /// Whether the task passes. One that was deleted never does.
    pub fn matches(&self, task: &Task) -> bool {
        let asked = Asked { task, zone: self.zone() };
        task.deleted_at.is_none() && self.root().is_none_or(|rule| asked.passes(rule))
    }
}

struct Asked<'a> {
    task: &'a Task,
    /// Of due days that have none.
    zone: &'a ZoneName,
}

impl Asked<'_> {
    fn passes(&self, rule: &Rule) -> bool {
        match rule {
            Rule::All(rules) => rules.iter().all(|rule| self.passes(rule)),
            Rule::Any(rules) => rules.iter().any(|rule| self.passes(rule)),
            Rule::Not(rule) => !self.passes(rule),
            Rule::Check(check) => self.holds(check),
        }
    }

    fn holds(&self, check: &Check) -> bool {
        let task = self.task;
        match check {
            Check::Text(words) => {
                words.stand_in(&task.title)
                    || words.stand_in(&task.description)
                    || task.tags.iter().any(|tag| words.stand_in(tag))
            }
            Check::Title(any) => any.iter().any(|words| words.stand_in(&task.title)),
            Check::Description(any) => any.iter().any(|words| words.stand_in(&task.description)),
            Check::Status(any) => any.contains(&task.status),
            Check::Priority(any) => any.contains(&task.priority),
            Check::Tag(any) => any.iter().any(|tag| task.tags.iter().any(|own| tag.is(own))),
            Check::Due(ranges) => {
                task.due.as_ref().is_some_and(|due| self.lies_in(ranges, &Time::Due(due)))
            }
            Check::Created(ranges) => self.lies_in(ranges, &Time::Stamp(task.created_at)),
            Check::Updated(ranges) => self.lies_in(ranges, &Time::Stamp(task.updated_at)),
            Check::Completed(ranges) => {
                task.completed_at.is_some_and(|at| self.lies_in(ranges, &Time::Stamp(at)))
            }
            Check::Has(any) => any.iter().any(|part| has(task, *part)),
            Check::Id { field, ids } => {
                let id = match field {
                    IdField::Task => Some(task.id),
                    IdField::Parent => task.parent_id,
                    IdField::Series => task.series.as_ref().map(|series| series.id),
                };
                id.is_some_and(|id| ids.contains(&id))
            }
        }
    }

    fn lies_in(&self, ranges: &[Range], time: &Time<'_>) -> bool {
        let is_within = |edge: Option<Edge>, side: Ordering| {
            edge.is_none_or(|edge| match self.compare(time, edge.bound) {
                Ordering::Equal => edge.is_included,
                order => order == side,
            })
        };
        ranges.iter().any(|range| {
            is_within(range.from, Ordering::Greater) && is_within(range.to, Ordering::Less)
        })
    }

    /// How the time lies to the bound.
    fn compare(&self, time: &Time<'_>, bound: Bound) -> Ordering {
        match (time, bound) {
            (Time::Due(due), Bound::Day(day)) => due.wall_clock().date().cmp(&day),
            (Time::Due(due), Bound::Instant(instant)) => due.last_moment(self.zone).cmp(&instant),
            (Time::Stamp(at), Bound::Instant(instant)) => at.cmp(&instant),
            // Not made by `resolve`, which asks about the person's days by instants.
            (Time::Stamp(at), Bound::Day(day)) => zone::date(*at, self.zone).cmp(&day),
        }
    }
}

enum Time<'a> {
    Due(&'a Due),
    Stamp(DateTime<Utc>),
}

fn has(task: &Task, part: Part) -> bool {
    match part {
        Part::Due => task.due.is_some(),
        Part::Repeat => task.repeat.is_some(),
        Part::Tag => !task.tags.is_empty(),
        Part::Description => !task.description.is_empty(),
        Part::Reminder => {
            task.reminders.iter().any(|reminder| reminder.state == ReminderState::Scheduled)
        }
        Part::Parent => task.parent_id.is_some(),
    }
}
