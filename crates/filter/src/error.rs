//! Why a text is no filter, where, and what would be one.

use domain::recurrence::YEARS;

use crate::{
    parse::{DEPTH_MAX, TERMS_MAX},
    span::Span,
    text::TEXT_MAX_CHARS,
    time::AHEAD_MAX,
};

/// A text that is no filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {column}: {kind}")]
pub struct FilterError {
    /// What is wrong.
    pub kind: FilterErrorKind,
    /// The piece of the text in question.
    pub span: Span,
    /// Where it begins, in characters, counted from 1.
    pub column: usize,
    /// How many characters it has.
    pub chars: usize,
}

/// What is wrong. Pieces of the text are escaped and cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterErrorKind {
    /// Longer than anybody types.
    #[error("a filter has at most {TEXT_MAX_CHARS} characters; leave out what comes from here on")]
    TooLong,
    /// More to look for than is sensible.
    #[error("a filter has at most {TERMS_MAX} terms, each value of a list counted; leave some out")]
    TooManyTerms,
    /// Too many parentheses and negations in each other.
    #[error("parentheses and negations go at most {DEPTH_MAX} deep; write it flatter")]
    TooDeep,
    /// A control character or a mark that turns the direction of the text around it.
    #[error("this is the invisible character U+{code:04X}; take it out")]
    Hidden {
        /// Its code point.
        code: u32,
    },
    /// A quote without its other half.
    #[error(
        "the quote that begins here does not end; write `\"` where it does, or `\\\"` for a quote"
    )]
    OpenQuote,
    /// An escape at the end of the text.
    #[error("there is nothing after `\\`; write `\\\\` for a backslash")]
    LoneEscape,
    /// A minus that stands alone.
    #[error(
        "there is nothing right after `-`; write it before what is left out, such as `-tag:work`"
    )]
    LoneMinus,
    /// A parenthesis without its other half.
    #[error("the parenthesis that begins here does not end; write `)` where it does")]
    OpenGroup,
    /// The other half without the first one.
    #[error("no parenthesis ends here; leave out `)`, or write it in quotes")]
    LoneClose,
    /// A parenthesis around nothing.
    #[error("there is nothing between these parentheses; write a term there, or leave them out")]
    EmptyGroup,
    /// Nothing before an operator.
    #[error("there is nothing before `{operator}`; write a term there, or quotes around the word")]
    NothingBefore {
        /// `AND` or `OR`.
        operator: &'static str,
    },
    /// Nothing after an operator.
    #[error("there is nothing after `{operator}`; write a term there, or quotes around the word")]
    NothingAfter {
        /// `AND`, `OR`, `NOT` or `-`.
        operator: &'static str,
    },
    /// A comparison that stands alone.
    #[error(
        "`{operator}` stands alone; write it between field and value, such as `priority>=high`"
    )]
    NoField {
        /// What stands there.
        operator: String,
    },
    /// A word that begins like a mark of quick add.
    #[error("`!` has no meaning here; write `-` to leave out, `priority:high` for a priority")]
    Exclamation,
    /// A text without anything to look for.
    #[error("there is no letter or digit in `{text}`; write a word to look for")]
    NoWord {
        /// What stands there.
        text: String,
    },
    /// A field that tasks do not have.
    #[error("there is no field `{name}`; {}", field_hint(.meant.as_deref()))]
    UnknownField {
        /// What stands there.
        name: String,
        /// What is written almost like that.
        meant: Option<String>,
    },
    /// A comparison of what has no order.
    #[error("`{field}` has no order; write `{field}:` and {accepts}")]
    Unordered {
        /// The field.
        field: &'static str,
        /// What it takes.
        accepts: &'static str,
    },
    /// A field without a value, or a list with nothing between two commas.
    #[error("there is no value here; `{field}` takes {accepts}")]
    NoValue {
        /// The field.
        field: &'static str,
        /// What it takes.
        accepts: &'static str,
    },
    /// A list where one value is possible.
    #[error("`{before}` takes one value, no list; write several terms with `OR` between them")]
    NoList {
        /// The field, perhaps with its comparison.
        before: String,
    },
    /// A range where one value is possible.
    #[error("`{before}` takes no range; write `{field}:` before it")]
    NoRange {
        /// The field with its comparison.
        before: String,
        /// The field.
        field: &'static str,
    },
    /// A value that the field does not take.
    #[error("`{field}` takes no `{value}`; it takes {accepts}{}", meant_hint(.meant.as_deref()))]
    WrongValue {
        /// The field.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What is written almost like that.
        meant: Option<String>,
        /// What it takes.
        accepts: &'static str,
    },
    /// A day or a time of day that no calendar or clock shows.
    #[error(
        "no calendar or clock shows `{value}`; write a day such as `2026-12-31`, a time as `T09:00`"
    )]
    NoSuchDay {
        /// What stands there.
        value: String,
    },
    /// A day in a year that no task can be in.
    #[error("`{value}` is in a year that no task is in; years go from {} to {}", YEARS.start(), YEARS.end())]
    OutOfYears {
        /// What stands there.
        value: String,
    },
    /// Further from now than is sensible.
    #[error("`{value}` is too far away; the number goes up to {AHEAD_MAX}")]
    TooFar {
        /// What stands there.
        value: String,
    },
    /// A single moment that nothing will ever hit.
    #[error("`{value}` is a moment that nothing hits exactly; write `{field}<{value}` or a range")]
    Fleeting {
        /// The field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// A range whose end comes before its beginning.
    #[error("the range `{value}` ends before it begins; write the earlier one first")]
    Backwards {
        /// What stands there.
        value: String,
    },
    /// Nothing is more urgent than urgent.
    #[error("no priority is {than} `{value}`; write `priority:{value}`, or leave the term out")]
    NoPriority {
        /// Above or below.
        than: &'static str,
        /// The last one.
        value: &'static str,
    },
}

fn field_hint(meant: Option<&str>) -> String {
    meant.map_or_else(
        || format!("fields are {}; write quotes around it to look for it", crate::field::names()),
        |meant| format!("did you mean `{meant}`?"),
    )
}

fn meant_hint(meant: Option<&str>) -> String {
    meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default()
}

/// An error whose place is known in bytes only.
#[derive(Debug)]
pub(crate) struct Fault {
    kind: FilterErrorKind,
    span: Span,
}

impl Fault {
    pub(crate) fn new(kind: FilterErrorKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// With its place in characters.
    pub(crate) fn in_text(self, text: &str) -> FilterError {
        let chars = |from, to| text.get(from..to).map_or(0, |piece| piece.chars().count());
        let Span { start, end } = self.span;
        FilterError {
            kind: self.kind,
            span: self.span,
            column: chars(0, start) + 1,
            chars: chars(start, end),
        }
    }
}
