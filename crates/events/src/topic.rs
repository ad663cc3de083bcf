//! Names of the topics, on every transport. They are fixed: consumers outside subscribe to them.

/// What happened to tasks, with the whole task: for handlers and other services.
pub const TASK_EVENTS: &str = "task-events";
/// Reminders that fired.
pub const REMINDERS: &str = "reminders";
/// What changed, small: for live views.
pub const TASK_UPDATES: &str = "task-updates";
/// All topics that events are written to.
pub const ALL: [&str; 3] = [TASK_EVENTS, REMINDERS, TASK_UPDATES];
/// Records that could not be read, as they came, with the reason and their old place as headers. Not
/// one of [`ALL`]: no event is written to it.
pub const DEAD_LETTERS: &str = "taskloom.dead-letters";
