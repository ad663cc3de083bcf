//! Starts, stops, kills and restarts real servers on loopback: Postgres, Kafka, Dapr's scheduler and
//! its sidecar. For `xtask` and for tests; it knows nothing of tasks.
//!
//! Each server is ready when its `start` returns, writes its log and its data into a folder of its own
//! and is gone, with everything that it started, when its value is dropped, also by a panic. Where
//! `setpriv` exists, servers also end with the process that started them, however that ended.

mod binaries;
mod daprd;
mod error;
mod kafka;
mod ports;
mod postgres;
mod probe;
mod process;
mod running;
mod scheduler;
mod spawn;
mod stack;

pub use binaries::{Binaries, FILE, VARIABLE};
pub use daprd::{Daprd, Settings as DaprdSettings};
pub use error::{Error, ErrorKind};
pub use kafka::{Files as KafkaFiles, Kafka, prepare as prepare_kafka};
pub use ports::Ports;
pub use postgres::Postgres;
pub use running::{Running, Spec};
pub use scheduler::Scheduler;
pub use spawn::Launch;
pub use stack::Stack;
