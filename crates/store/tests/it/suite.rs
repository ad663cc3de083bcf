//! What holds on each database.

mod apply;
mod at_once;
mod dead_letters;
mod deliveries;
mod leases;
mod list;
mod log;
mod migrate;
mod rejected;
mod relay;
mod search;
mod tasks;

use super::database;
