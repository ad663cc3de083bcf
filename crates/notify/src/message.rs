//! What is to be told, whatever the channel.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// A message for one receiver. Every attempt at it carries the same id, by which a receiver knows a
/// repetition.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// 1 to 64 letters, digits, `-` and `_`; never used for another message.
    pub id: String,
    /// What happened, such as `reminder.trigger`.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// One line for people.
    pub title: String,
    /// More for people; may be empty.
    pub body: String,
    /// Where people can go from here.
    pub url: Option<String>,
    /// The same for programs: the payload of the event.
    pub data: Value,
}

/// The longest prefix of `text` that has at most `bytes_max` bytes, with `…` when something is
/// missing.
pub(crate) fn cut(text: &str, bytes_max: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes_max.saturating_sub(MARK.len()));
    format!("{}{MARK}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn what_is_too_long_is_cut_between_letters_and_marked() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcdef", 5), "ab…");
        assert_eq!(cut("äöü", 5), "ä…");
        assert!(cut(&"ü".repeat(5000), 999).len() <= 999);
    }
}
