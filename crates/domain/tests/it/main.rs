//! The domain from outside: vectors that others use, whole lives of tasks, properties.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod completion;
mod digest;
mod dst;
mod parts;
mod patches;
mod properties;
mod reminders;
mod rrule_rows;
mod rule_sets;
mod rules;
mod scope;
mod series;
mod skip;
mod snooze;
mod support;
mod timetables;
mod vectors;
mod zones;
