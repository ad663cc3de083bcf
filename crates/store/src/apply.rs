//! One `ChangeSet`, one statement.

use domain::change::ChangeSet;

use crate::{ApplyError, Dialect, Sql, SqlError, SqlErrorKind, Store, document::Document};

/// A `ChangeSet` that was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// `seq` of its first event; of the user's next event when it has none.
    pub first_seq: u64,
}

impl<S: Sql> Store<S> {
    /// Applies all of it, or nothing when a condition does not hold. One statement, so atomic on
    /// every host and durable when this returns.
    pub fn apply(&self, change: &ChangeSet) -> Result<Applied, ApplyError> {
        let mut document = serde_json::to_string(&Document::from(change))
            .map_err(|error| SqlError::of(SqlErrorKind::Other, error.to_string()))?;
        if self.sql.dialect() == Dialect::Postgres {
            show_nuls(&mut document);
        }
        let rows = self.run(text!(self, statements::APPLY), &[document.into()])?;
        let last_seq: Option<u64> = rows.read_one(|row| row.take())?.flatten();
        let next_seq = last_seq.unwrap_or_default() + 1;
        Ok(Applied { first_seq: next_seq.saturating_sub(change.events.len() as u64) })
    }
}

/// Postgres has no text with a NUL in it, so that one becomes the sign for what cannot be shown.
fn show_nuls(json: &mut String) {
    const NUL: &str = "\\u0000";
    if !json.contains(NUL) {
        return;
    }
    let mut shown = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some((before, escape)) = rest.find('\\').map(|at| rest.split_at(at)) {
        shown.push_str(before);
        // An escape that is not that of a NUL is at least two bytes of ASCII: `\\n`, `\\\\`, `\\u`.
        let (own, length) = match escape.starts_with(NUL) {
            true => ("\u{fffd}", NUL.len()),
            false => (&escape[..2], 2),
        };
        shown.push_str(own);
        rest = &escape[length..];
    }
    shown.push_str(rest);
    *json = shown;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expect: &str) {
        let mut shown = json.to_owned();
        show_nuls(&mut shown);
        assert_eq!(shown, expect);
    }

    #[test]
    fn a_nul_is_shown_and_what_looks_like_one_is_kept() {
        check(r#"{"a":"x\u0000y"}"#, "{\"a\":\"x\u{fffd}y\"}");
        check(r#"{"a":"x\\u0000"}"#, r#"{"a":"x\\u0000"}"#);
        check(r#"{"a":"\\\u0000\n\u0000"}"#, "{\"a\":\"\\\\\u{fffd}\\n\u{fffd}\"}");
        check(r#"{"a":"ä\n"}"#, r#"{"a":"ä\n"}"#);
    }
}
