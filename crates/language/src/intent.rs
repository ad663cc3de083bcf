//! What was understood, what was not sure, and where in the text it stands.

use std::ops::Range;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use domain::{
    recurrence::Repeat,
    reminder::Trigger,
    task::{Due, Priority},
};

/// A text as a task. Serialises to `intent` in the answer of `/api/v1/quick-add`, which has `spans`
/// beside it; `due`, `repeat`, `reminders`,
/// `priority` and `tags` have the shape in which `POST /api/v1/tasks` takes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intent {
    /// Every word that is in no span, in order. May be empty ("tomorrow at 9").
    pub title: String,
    /// When it is due; with a range, its start. With a rule, the first occurrence.
    pub due: Option<Due>,
    /// The end of a range ("from 2pm to 4pm"), of the same kind as `due`.
    pub end: Option<Due>,
    /// How it repeats.
    pub repeat: Option<Repeat>,
    /// When to remind, in the order of the text.
    pub reminders: Vec<Trigger>,
    /// `None` when the text says nothing about it.
    pub priority: Option<Priority>,
    /// Without their mark, in the order of the text, none twice.
    pub tags: Vec<String>,
    /// The pieces of the text that were understood, ascending, never overlapping.
    pub spans: Vec<Span>,
    /// What a person has to decide. The words in question are still in the title.
    pub unsure: Vec<Question>,
    /// What was understood, in words of the locale, with weekday and zone: one sentence each.
    pub said_back: Vec<String>,
    /// What the person should know besides, such as "that time has passed".
    pub notes: Vec<String>,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte of it (UTF-8).
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// First UTF-16 code unit of it, as JavaScript counts.
    pub utf16_start: usize,
    /// First UTF-16 code unit after it.
    pub utf16_end: usize,
    /// What it was taken for.
    pub kind: SpanKind,
}

impl Span {
    /// Where it lies in the text, in bytes.
    pub fn bytes(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// What a piece of the text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// A day, perhaps with a time, or a range of days.
    Date,
    /// A time of day, or a range of times.
    Time,
    /// A rule, with its start and its end.
    Repeat,
    /// A wish to be reminded.
    Reminder,
    /// `!high`, `!!`, `p1`.
    Priority,
    /// `#home`, `+home`.
    Tag,
    /// The quotes around a text that is meant literally.
    Quote,
}

/// What a person has to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The words in question.
    pub span: Span,
    /// What is not clear about them.
    pub kind: QuestionKind,
    /// The question in words of the locale.
    pub asks: String,
    /// The readings, the likeliest first.
    pub choices: Vec<Choice>,
}

/// What is not clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuestionKind {
    /// Whether it is a date, or which.
    Date,
    /// Morning or afternoon, this midnight or the next.
    Time,
    /// Which number is the day and which the month.
    NumberOrder,
    /// A rule that cannot be followed as it stands.
    Recurrence,
}

/// One reading of the words in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// In words of the locale: "Friday, 25 September 2026".
    pub label: String,
    /// What it would be.
    pub value: ChoiceValue,
    /// What to write in place of the words in question so that the text is understood this way; see
    /// [`answer`]. `None`: the words belong to the title, and the intent is right as it is.
    pub instead: Option<String>,
}

/// What a choice would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceValue {
    /// The words are no date and no time.
    Nothing,
    /// A day.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A day and a time, on the wall clock.
    At(NaiveDateTime),
}

/// The text with a choice written into it. Parse it again: the question is gone.
pub fn answer(text: &str, question: &Question, choice: &Choice) -> String {
    let range = question.span.bytes();
    match (&choice.instead, text.get(..range.start), text.get(range.end..)) {
        (Some(instead), Some(before), Some(after)) => format!("{before}{instead}{after}"),
        _ => text.to_owned(),
    }
}
