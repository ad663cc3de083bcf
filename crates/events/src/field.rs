//! What is wrong with a field, said so that the sender can put it right.

use std::{borrow::Cow, fmt};

/// A field that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Path as in JSON: `due.time_zone`, `reminders[0].before`; empty when it is the body as a whole.
    pub field: String,
    /// What is wrong with it and what would be accepted.
    pub message: String,
}

impl FieldError {
    /// `field` is a path as in JSON, empty for the body as a whole.
    pub fn new(field: impl Into<String>, message: impl fmt::Display) -> Self {
        Self { field: field.into(), message: message.to_string() }
    }

    /// The same, seen from a level further out: `time_zone` within `due` is `due.time_zone`.
    #[must_use]
    pub fn within(self, outer: &str) -> Self {
        let dot = if outer.is_empty() || self.field.is_empty() || self.field.starts_with('[') {
            ""
        } else {
            "."
        };
        Self { field: format!("{outer}{dot}{}", self.field), message: self.message }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.message),
            field => write!(f, "{field}: {}", self.message),
        }
    }
}

impl std::error::Error for FieldError {}

/// A value as a message may show it: escaped and cut.
pub(crate) fn shown(value: &str) -> String {
    cut(value).chars().flat_map(char::escape_debug).collect()
}

/// A text as a message may show it, when it is escaped already.
pub(crate) fn cut(text: &str) -> Cow<'_, str> {
    const SHOWN_MAX_CHARS: usize = 80;
    match text.char_indices().nth(SHOWN_MAX_CHARS) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, outer: &str, expect: &str) {
        assert_eq!(FieldError::new(field, "is bad").within(outer).to_string(), expect);
    }

    #[test]
    fn a_path_grows_outwards() {
        check("time_zone", "due", "due.time_zone: is bad");
        check("[0].before", "reminders", "reminders[0].before: is bad");
        check("", "due", "due: is bad");
        check("due", "", "due: is bad");
        assert_eq!(FieldError::new("", "is bad").to_string(), "is bad");
    }

    #[test]
    fn a_value_is_shown_escaped_and_cut_between_characters() {
        assert_eq!(shown("short"), "short");
        assert_eq!(shown("two\nlines"), "two\\nlines");
        assert_eq!(shown(&"ä".repeat(81)), format!("{}…", "ä".repeat(80)));
    }
}
