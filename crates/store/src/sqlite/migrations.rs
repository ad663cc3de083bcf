//! The numbered list of migrations. Forward only; what was released is never changed.
//!
//! Every statement must do no harm when it is run again or by two processes at once: `if not exists`,
//! nothing dropped that the version before still uses. Columns may be added by `alter table`.

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    /// From 1, without gaps.
    pub(crate) number: u32,
    /// Name of its file.
    pub(crate) name: &'static str,
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
    /// Its statements, one by one: databases run no more than one at a call.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &'static str> {
        split(self.text)
    }
}

/// Splits at every `;` that ends a line, and a trigger at its `end;`. Comments before a statement are
/// left out.
fn split(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let statement = skip_comments(rest);
        let end = if statement.starts_with("create trigger") {
            statement.find("\nend;").map(|at| at + "\nend".len())
        } else {
            statement.find(";\n")
        };
        let end = end.unwrap_or(statement.len());
        rest = statement.get(end + 1..).unwrap_or_default();
        (end > 0).then(|| &statement[..end])
    })
}

fn skip_comments(text: &str) -> &str {
    let text = text.trim_start();
    match text.strip_prefix("--") {
        None => text,
        Some(comment) => skip_comments(comment.split_once('\n').map_or("", |(_, rest)| rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &'static str, expect: &[&str]) {
        assert_eq!(split(text).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn statements_end_with_their_line() {
        check("a;\nb\n  c;\n", &["a", "b\n  c"]);
        check("-- first\n\n-- a;\na;\n-- done\n", &["a"]);
        check("", &[]);
    }

    #[test]
    fn a_trigger_ends_with_its_end() {
        let trigger = "create trigger t on v begin\n  a;\n  b;\nend";
        check("create trigger t on v begin\n  a;\n  b;\nend;\nc;\n", &[trigger, "c"]);
    }

    #[test]
    fn numbers_and_files_are_in_step() {
        for (index, migration) in ALL.iter().enumerate() {
            assert_eq!(migration.number as usize, index + 1);
            assert!(migration.statements().count() > 1, "{}", migration.name);
        }
    }

    #[test]
    fn nothing_is_done_twice() {
        for statement in ALL.iter().flat_map(Migration::statements) {
            let first = statement.lines().next().unwrap();
            let safe = first.contains(" if not exists ")
                || first.starts_with("alter table")
                || first.starts_with("insert or ignore");
            assert!(safe, "not idempotent: {first}");
        }
    }
}
