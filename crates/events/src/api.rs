//! The shapes of the HTTP API, which are those of events and effects as well.

mod due;
mod following;
mod new_task;
mod patch;
mod quick_add;
mod reminder;
mod repeat;
mod snapshot;
mod snooze;
mod words;

pub use due::Due;
pub use following::Following;
pub use new_task::{NewTask, parse_new_task};
pub use patch::{TaskPatch, parse_patch};
pub use quick_add::{QuickAdd, parse_quick_add};
pub use reminder::{ReminderSnapshot, Trigger};
pub use repeat::Repeat;
pub use snapshot::{SeriesPlace, TaskSnapshot};
pub use snooze::{Snooze, parse_snooze};
pub use words::{Mode, MonthEnd, Priority, ReminderState, Scope, Status};
