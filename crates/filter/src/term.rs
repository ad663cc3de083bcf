//! What one term of a filter asks about a task.

use domain::task::{Priority, Status};
use uuid::Uuid;

use crate::{
    time::{TimeField, When},
    words::Words,
};

/// One question. Where there is a list, one of it is enough; lists are never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// The words stand in the title, the description or one of the tags.
    Text(Words),
    /// The words stand in the title.
    Title(Vec<Words>),
    /// The words stand in the description.
    Description(Vec<Words>),
    /// It has this status.
    Status(Vec<Status>),
    /// It has this priority; `priority>=high` is a list too. Ascending.
    Priority(Vec<Priority>),
    /// It has this tag.
    Tag(Vec<Tag>),
    /// Its due date, or a time stamp of it, lies there. Not so for a task that has none.
    Time {
        /// What is compared.
        field: TimeField,
        /// With what.
        when: When,
    },
    /// It has this. `no:due` is [`crate::NodeKind::Not`] of it.
    Has(Vec<Part>),
    /// It is open and its due time, or its due day, is over.
    Overdue,
    /// It is, or belongs to, one of these.
    Id {
        /// What is compared.
        field: IdField,
        /// With what.
        ids: Vec<Uuid>,
    },
}

/// A tag as tags are compared: trimmed, in lower case, not empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag(String);

impl Tag {
    /// `None` when nothing is left of it.
    pub fn new(text: &str) -> Option<Self> {
        let folded = fold(text.trim());
        (!folded.is_empty()).then_some(Self(folded))
    }

    /// The tag in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a tag of a task is this one.
    pub fn is(&self, tag: &str) -> bool {
        fold(tag) == self.0
    }
}

/// Tags are compared like that: the store does the same.
fn fold(tag: &str) -> String {
    tag.to_lowercase()
}

/// What a task may have or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// A due date or time.
    Due,
    /// A rule by which it repeats.
    Repeat,
    /// At least one tag.
    Tag,
    /// A description that is not empty.
    Description,
    /// A reminder that has yet to fire.
    Reminder,
    /// A task that it is a part of.
    Parent,
}

/// An id that a task has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdField {
    /// Its own.
    Task,
    /// That of the task that it is a part of.
    Parent,
    /// That of its series.
    Series,
}
