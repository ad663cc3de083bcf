//! The fields: their names, what they take, and which of them a misspelled one is.

use domain::task::{Priority, Status};

use crate::{
    term::{IdField, Part},
    time::TimeField,
};

/// What may stand before an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Status,
    Priority,
    Tag,
    Title,
    Description,
    Time(TimeField),
    Has,
    No,
    Is,
    Id(IdField),
}

/// In the order in which people are told.
const FIELDS: [(&str, Field); 15] = [
    ("status", Field::Status),
    ("priority", Field::Priority),
    ("tag", Field::Tag),
    ("due", Field::Time(TimeField::Due)),
    ("has", Field::Has),
    ("no", Field::No),
    ("is", Field::Is),
    ("title", Field::Title),
    ("description", Field::Description),
    ("created", Field::Time(TimeField::Created)),
    ("updated", Field::Time(TimeField::Updated)),
    ("completed", Field::Time(TimeField::Completed)),
    ("id", Field::Id(IdField::Task)),
    ("parent", Field::Id(IdField::Parent)),
    ("series", Field::Id(IdField::Series)),
];

pub(crate) const STATUSES: [(&str, Status); 2] = [("open", Status::Open), ("done", Status::Done)];

/// Ascending.
pub(crate) const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("medium", Priority::Medium),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

pub(crate) const PARTS: [(&str, Part); 6] = [
    ("due", Part::Due),
    ("repeat", Part::Repeat),
    ("tag", Part::Tag),
    ("description", Part::Description),
    ("reminder", Part::Reminder),
    ("parent", Part::Parent),
];

/// What `is:` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Status(Status),
    Overdue,
}

pub(crate) const STATES: [(&str, State); 3] = [
    ("open", State::Status(Status::Open)),
    ("done", State::Status(Status::Done)),
    ("overdue", State::Overdue),
];

impl Field {
    /// The field of that name, which is in lower case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        named(&FIELDS, name)
    }

    pub(crate) fn name(self) -> &'static str {
        name_of(&FIELDS, self)
    }

    /// What may stand after it.
    pub(crate) fn accepts(self) -> &'static str {
        match self {
            Self::Status => "`open` or `done`",
            Self::Priority => "`low`, `medium`, `high` or `urgent`",
            Self::Tag => "a tag such as `home` or `\"to do\"`",
            Self::Title | Self::Description => "words such as `milk` or `\"pay rent\"`",
            Self::Time(_) => {
                "a day (`2026-12-31`, `today`, `friday`, `+7d`, `next-week`), a time \
                 (`2026-12-31T09:00`, `+3h`, `now`) or a range (`2026-01-01..2026-01-31`)"
            }
            Self::Has | Self::No => "`due`, `repeat`, `tag`, `description`, `reminder` or `parent`",
            Self::Is => "`open`, `done` or `overdue`",
            Self::Id(_) => "an id such as `019b2d5e-7c00-7000-8000-000000000001`",
        }
    }
}

/// The value of that name.
pub(crate) fn named<T: Copy>(known: &[(&'static str, T)], name: &str) -> Option<T> {
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// The name of that value, which is in the list.
pub(crate) fn name_of<T: PartialEq>(known: &[(&'static str, T)], value: T) -> &'static str {
    known.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

/// All names of fields, as an error lists them.
pub(crate) fn names() -> String {
    FIELDS.map(|(name, _)| format!("`{name}`")).join(", ")
}

/// The field that was probably meant, in lower case.
pub(crate) fn meant(name: &str) -> Option<String> {
    let part = name.strip_suffix('s').unwrap_or(name);
    if let "repeat" | "reminder" = part {
        return Some(format!("has:{part}"));
    }
    nearest(FIELDS.iter().map(|(known, _)| *known), name)
}

/// The value that was probably meant, in lower case.
pub(crate) fn meant_of<T>(known: &[(&'static str, T)], value: &str) -> Option<String> {
    nearest(known.iter().map(|(known, _)| *known), value)
}

/// The name that is one edit away, or two if it is long.
pub(crate) fn nearest<'a>(known: impl Iterator<Item = &'a str>, name: &str) -> Option<String> {
    // What is much longer than any name is none; and the table must not grow with what people send.
    let given: Vec<char> = name.chars().take(20).collect();
    known
        .map(|known| (edits(known, &given), known))
        .filter(|(edits, known)| *edits <= if known.len() < 5 { 1 } else { 2 })
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, known)| known.to_owned())
}

/// How many letters have to be put in, taken out, changed or swapped with their neighbour.
fn edits(known: &str, given: &[char]) -> usize {
    let known: Vec<char> = known.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=given.len()).collect();
    for (i, a) in known.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in given.iter().enumerate() {
            let swapped =
                i > 0 && j > 0 && known.get(i - 1) == Some(b) && given.get(j - 1) == Some(a);
            let best =
                (at(&last, j) + usize::from(a != b)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            row.push(if swapped { best.min(at(&before, j - 1) + 1) } else { best });
        }
        before = std::mem::replace(&mut last, row);
    }
    at(&last, given.len())
}

fn at(row: &[usize], column: usize) -> usize {
    row.get(column).copied().unwrap_or(usize::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(meant(name).as_deref(), expected, "{name}");
    }

    #[test]
    fn a_field_is_found_by_one_or_two_edits() {
        check("stauts", Some("status"));
        check("statu", Some("status"));
        check("tags", Some("tag"));
        check("deu", Some("due"));
        check("priorty", Some("priority"));
        check("pirorty", Some("priority"));
        check("complete", Some("completed"));
    }

    #[test]
    fn a_field_that_is_far_from_all_is_no_other() {
        check("http", None);
        check("assignee", None);
        check("prio", None);
        check("", None);
        check(&"status".repeat(50), None);
    }

    #[test]
    fn what_a_task_may_have_is_no_field_of_its_own() {
        check("repeat", Some("has:repeat"));
        check("reminders", Some("has:reminder"));
    }
}
