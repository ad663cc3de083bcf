//! All that is particular to SQLite: the schema and the text of every statement.

pub(crate) mod deliveries;
pub(crate) mod leases;
pub(crate) mod migrations;
pub(crate) mod statements;
