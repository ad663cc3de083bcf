//! What tests share: databases, a clock that stands still, ids in a row, tasks and tokens.
//! A dev-dependency only.

#![expect(clippy::expect_used, reason = "a test that cannot be set up stops at once")]

pub mod change;
pub mod clock;
pub mod postgres;
pub mod python;
pub mod sqlite;
pub mod task;
pub mod token;

pub use clock::{Ids, now};
pub use task::a_task;
