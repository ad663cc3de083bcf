//! Rules as files write them.

use domain::recurrence::{Mode, MonthEnd, Repeat, Rule};

use crate::{found::Found, loss::Place};

/// The rule of an RRULE. Where the file does not say what becomes of the 31st in a short month, that
/// month is skipped, as RFC 5545 3.3.10 has it.
pub(crate) fn rrule(
    text: &str,
    field: &str,
    place: &Place,
    found: &mut Found<'_>,
) -> Option<Repeat> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match Rule::parse(text) {
        Ok(rule) => Some(Repeat { rule, mode: Mode::NextFuture, month_end: MonthEnd::Skip }),
        Err(error) => {
            found.lose(place, field, text, error.to_string());
            None
        }
    }
}

/// How [`Mode`] is written in our own files.
pub(crate) const MODES: [(&str, Mode); 3] = [
    ("next-future", Mode::NextFuture),
    ("every", Mode::Every),
    ("after-completion", Mode::AfterCompletion),
];

/// How [`MonthEnd`] is written in our own files.
pub(crate) const MONTH_ENDS: [(&str, MonthEnd); 2] =
    [("clamp", MonthEnd::Clamp), ("skip", MonthEnd::Skip)];

/// The word for a value.
pub(crate) fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

/// The value of a word; an unknown one is lost.
pub(crate) fn value<T: Copy + Default>(
    words: &[(&'static str, T)],
    text: &str,
    field: &str,
    place: &Place,
    found: &mut Found<'_>,
) -> T {
    let text = text.trim();
    if text.is_empty() {
        return T::default();
    }
    if let Some((_, value)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
        return *value;
    }
    let accepted: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    let why = format!("is not known, so the default was taken; accepted: {}", accepted.join(", "));
    found.lose(place, field, text, why);
    T::default()
}
