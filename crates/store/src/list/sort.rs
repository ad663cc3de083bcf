//! The order of a list, and its text: `-priority,due`.

use std::{fmt, str::FromStr};

/// One key of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// From the greatest to the least. What has no value comes last in both directions.
    pub descending: bool,
}

/// By what a list can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// When it came to be.
    Created,
    /// When it is due.
    Due,
    /// Low before urgent.
    Priority,
    /// Open before done.
    Status,
    /// When it was done.
    Completion,
    /// When it changed last.
    Updated,
    /// By title, without the case of ASCII letters.
    Title,
}

/// A list cannot be sorted by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a list can be sorted by created, due, priority, status, completion, updated and title, each \
     with `-` before it for descending"
)]
pub struct UnknownSortKey;

impl SortKey {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Due,
        Self::Priority,
        Self::Status,
        Self::Completion,
        Self::Updated,
        Self::Title,
    ];

    /// The name in a query.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Due => "due",
            Self::Priority => "priority",
            Self::Status => "status",
            Self::Completion => "completion",
            Self::Updated => "updated",
            Self::Title => "title",
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.descending { "-" } else { "" };
        write!(f, "{sign}{}", self.key.name())
    }
}

impl FromStr for Sort {
    type Err = UnknownSortKey;

    fn from_str(text: &str) -> Result<Self, UnknownSortKey> {
        let name = text.strip_prefix('-');
        let descending = name.is_some();
        let name = name.unwrap_or(text);
        let key = SortKey::ALL.into_iter().find(|key| key.name() == name).ok_or(UnknownSortKey)?;
        Ok(Self { key, descending })
    }
}

/// An order as one text.
pub(super) fn text(order: &[Sort]) -> String {
    order.iter().map(Sort::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_reads_back_in_both_directions() {
        for key in SortKey::ALL {
            for descending in [false, true] {
                let sort = Sort { key, descending };
                assert_eq!(sort.to_string().parse(), Ok(sort));
            }
        }
    }

    #[test]
    fn an_unknown_key_is_answered_with_the_known_ones() {
        for text in ["", "-", "--due", "Due", "due ", "user_id"] {
            let error = text.parse::<Sort>().unwrap_err().to_string();
            assert!(SortKey::ALL.into_iter().all(|key| error.contains(key.name())), "{text}");
        }
    }
}
