//! The rules of Taskloom. Values in, decisions out: no I/O, no clock, no randomness, no serde.
//!
//! Time and ids are arguments ([`change::Context`]); what follows from a command is a
//! [`change::ChangeSet`], which the store applies as one statement.

pub mod change;
pub mod command;
pub mod decide;
pub mod recurrence;
pub mod reminder;
pub mod task;
mod text;
pub mod zone;
