//! The same list of migrations as SQLite's, with the same numbers and names. Forward only; what was
//! released is never changed.
//!
//! A step is one statement and so one transaction: done and recorded, or not done. A lock makes
//! processes that start at once take turns, and who comes second finds the step recorded.

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// From 1, without gaps.
    pub(crate) number: u32,
    name: &'static str,
    text: &'static str,
}

/// All of them, in order.
pub(crate) const ALL: [Migration; 5] = [
    Migration { number: 1, name: "tables", text: include_str!("migrations/0001_tables.sql") },
    Migration {
        number: 2,
        name: "apply_changeset",
        text: include_str!("migrations/0002_apply_changeset.sql"),
    },
    Migration {
        number: 3,
        name: "following_and_snooze",
        text: include_str!("migrations/0003_following_and_snooze.sql"),
    },
    Migration {
        number: 4,
        name: "deliveries",
        text: include_str!("migrations/0004_deliveries.sql"),
    },
    Migration {
        number: 5,
        name: "leases_and_dead_letters",
        text: include_str!("migrations/0005_leases_and_dead_letters.sql"),
    },
];

impl Migration {
    /// The step as one statement, which does nothing when the step is recorded.
    pub(crate) fn statement(&self) -> String {
        let Self { number, name, text } = self;
        format!(
            "do $migration$
begin
  perform pg_advisory_xact_lock(hashtextextended('taskloom.migrations', 0));
  create table if not exists schema_migrations (number integer primary key, name text not null);
  if exists (select from schema_migrations where number = {number}) then return; end if;
{text}
  insert into schema_migrations (number, name) values ({number}, '{name}');
end
$migration$"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::migrations;

    #[test]
    fn both_dialects_have_the_same_steps() {
        let sqlite = migrations::ALL.iter().map(|step| (step.number, step.name));
        assert!(ALL.iter().map(|step| (step.number, step.name)).eq(sqlite));
    }
}
