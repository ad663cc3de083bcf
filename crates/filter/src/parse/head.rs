//! The beginning of a term: field and comparison.

use crate::{
    error::{Fault, FilterErrorKind},
    field::{self, Field},
    lex::Letter,
    span::Span,
    text::excerpt,
    time::Order,
};

/// What stands before a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) field: Field,
    pub(super) comparison: Comparison,
    pub(super) span: Span,
}

/// What stands between field and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Is,
    IsNot,
    Ordered(Order),
}

/// Longest first, where one begins with another.
const COMPARISONS: [(&str, Comparison); 11] = [
    (":<=", Comparison::Ordered(Order::AtMost)),
    (":>=", Comparison::Ordered(Order::AtLeast)),
    (":<", Comparison::Ordered(Order::Less)),
    (":>", Comparison::Ordered(Order::Greater)),
    (":", Comparison::Is),
    ("=", Comparison::Is),
    ("!=", Comparison::IsNot),
    ("<=", Comparison::Ordered(Order::AtMost)),
    (">=", Comparison::Ordered(Order::AtLeast)),
    ("<", Comparison::Ordered(Order::Less)),
    (">", Comparison::Ordered(Order::Greater)),
];

/// Head and value of a word; `None` for one that is only looked for.
pub(super) fn split(letters: &[Letter]) -> Result<Option<(Head, &[Letter])>, Fault> {
    let named = letters.iter().take_while(|letter| letter.plain && is_of_name(letter.c)).count();
    let (name, rest) = letters.split_at(named);
    let Some((sign, comparison)) = comparison(rest) else { return Ok(None) };
    let (Some(first), Some(last)) = (letters.first(), letters.get(named + sign.len() - 1)) else {
        return Ok(None);
    };
    let span = first.span.to(last.span);
    if name.is_empty() {
        return Err(Fault::new(FilterErrorKind::NoField { operator: sign.to_owned() }, span));
    }
    // `12:30` is a time of day, not a field.
    if !first.c.is_alphabetic() {
        return Ok(None);
    }
    let name: String = name.iter().map(|letter| letter.c).collect();
    let lower = name.to_lowercase();
    let Some(field) = Field::named(&lower) else {
        let kind =
            FilterErrorKind::UnknownField { name: excerpt(&name), meant: field::meant(&lower) };
        let end = letters.get(named.saturating_sub(1)).map_or(span, |letter| letter.span);
        return Err(Fault::new(kind, first.span.to(end)));
    };
    let value = rest.get(sign.len()..).unwrap_or_default();
    Ok(Some((Head { field, comparison, span }, value)))
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The comparison that the letters begin with; all of its characters are of one byte.
fn comparison(letters: &[Letter]) -> Option<(&'static str, Comparison)> {
    COMPARISONS.into_iter().find(|(sign, _)| {
        let first = letters.iter().take(sign.len());
        first.clone().all(|letter| letter.plain) && first.map(|letter| letter.c).eq(sign.chars())
    })
}

impl Head {
    /// As an error calls it.
    pub(super) fn shown(&self) -> String {
        let sign = match self.comparison {
            Comparison::Is => ":",
            Comparison::IsNot => "!=",
            Comparison::Ordered(Order::Less) => "<",
            Comparison::Ordered(Order::AtMost) => "<=",
            Comparison::Ordered(Order::Greater) => ">",
            Comparison::Ordered(Order::AtLeast) => ">=",
        };
        format!("{}{sign}", self.field.name())
    }
}
