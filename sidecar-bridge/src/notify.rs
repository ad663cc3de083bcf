//! Tells people of reminders that fired: keeps a row for each receiver, then sends until it has got
//! through or will not.
//!
//! The rows are the only memory. An event counts as published when its rows are stored; a message is
//! marked when its receiver has answered. Whatever instant the process dies at, nothing is lost, and
//! only a message whose answer was on its way is sent again, with the id that it had.

mod channels;
mod compose;
mod intake;
mod sender;
mod worker;

pub use channels::{ChannelError, Channels};
pub use intake::Intake;
pub use worker::{Pace, Worker};

#[cfg(test)]
mod tests;
