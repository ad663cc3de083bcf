//! All that is particular to Postgres: the schema, the text of every statement, its error codes, and
//! the rights that an application's role needs.

pub(crate) mod deliveries;
pub(crate) mod leases;
pub(crate) mod migrations;
pub(crate) mod statements;

use crate::{Conflict, SqlErrorKind, error};

/// `raise exception` in `apply_changeset`.
const RAISED: &str = "P0001";
const UNIQUE_VIOLATION: &str = "23505";

/// Codes, or beginnings of codes, and what the caller can do about them.
const CODES: [(&str, SqlErrorKind); 17] = [
    ("40001", SqlErrorKind::Busy),     // serialization failure
    ("40P01", SqlErrorKind::Busy),     // deadlock
    ("55P03", SqlErrorKind::Busy),     // lock not available
    ("57014", SqlErrorKind::Busy),     // cancelled, as by a timeout
    ("58", SqlErrorKind::Busy),        // input and output
    ("53100", SqlErrorKind::Full),     // disk
    ("53200", SqlErrorKind::Full),     // memory
    ("25006", SqlErrorKind::ReadOnly), // read-only transaction
    ("42501", SqlErrorKind::ReadOnly), // no right to, or not through row level security
    ("42P07", SqlErrorKind::Exists),   // table
    ("42701", SqlErrorKind::Exists),   // column
    ("42710", SqlErrorKind::Exists),   // object
    ("42P06", SqlErrorKind::Exists),   // schema
    ("08", SqlErrorKind::Away),        // connection
    ("57P0", SqlErrorKind::Away),      // shut down, crashed, starting
    ("53300", SqlErrorKind::Away),     // too many connections
    ("25P03", SqlErrorKind::Away),     // was idle in a transaction for too long, and was closed
];

/// Unique indexes whose violation is a conflict: two writers at once that no lock kept apart. Each
/// language has quotes of its own around the name.
const UNIQUE: [(&str, Conflict); 3] = [
    ("tasks_by_series", Conflict::Series),
    ("inbox_pkey", Conflict::Duplicate),
    ("idempotency_pkey", Conflict::Idempotency),
];

/// What a code and its text mean to the caller.
pub(crate) fn classify(sqlstate: &str, message: &str) -> SqlErrorKind {
    let conflict = match sqlstate {
        RAISED => error::conflict(message),
        UNIQUE_VIOLATION => {
            let named = UNIQUE.into_iter().find(|(index, _)| message.contains(index));
            named.map(|(_, conflict)| conflict)
        }
        _ => None,
    };
    let known = || CODES.into_iter().find(|(code, _)| sqlstate.starts_with(code));
    let other = || known().map_or(SqlErrorKind::Other, |(_, kind)| kind);
    conflict.map_or_else(other, SqlErrorKind::Conflict)
}

/// The statements that let a role serve people: it reads and writes rows of the user that it acts for
/// and nothing else. They do no harm when they are run again. The role has to be there.
pub fn grants(role: &str) -> Vec<String> {
    let role = format!("\"{}\"", role.replace('"', "\"\""));
    [
        "usage on schema public",
        "select, insert, update, delete on tasks, task_tags, reminders",
        "select, insert on events, idempotency",
        // Whose deliveries they are nobody needs to know.
        "insert on inbox",
        "select, insert, update on user_seq",
        "select on schema_migrations",
        "execute on function apply_changeset(jsonb)",
    ]
    .map(|right| format!("grant {right} to {role}"))
    .into()
}

#[cfg(test)]
mod tests;
