//! The shapes of the HTTP API, which are those of events and effects as well.

mod due;
mod new_task;
mod patch;
mod reminder;
mod repeat;
mod snapshot;
mod words;

pub use due::Due;
pub use new_task::{NewTask, parse_new_task};
pub use patch::{TaskPatch, parse_patch};
pub use reminder::{ReminderSnapshot, Trigger};
pub use repeat::Repeat;
pub use snapshot::{SeriesPlace, TaskSnapshot};
pub use words::{Mode, MonthEnd, Priority, ReminderState, Status};
