//! Which texts are looked at, and how a piece of one is shown.

use crate::{
    error::{Fault, FilterErrorKind},
    span::Span,
};

/// Longest filter that is looked at, in characters.
pub const TEXT_MAX_CHARS: usize = 2_000;
/// Longest piece of refused input that an error repeats, in characters.
const EXCERPT_CHARS: usize = 40;

/// Refuses what nobody types, and characters that make a text show something else than it says.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    if let Some((start, _)) = text.char_indices().nth(TEXT_MAX_CHARS) {
        return Err(Fault::new(FilterErrorKind::TooLong, Span::new(start, text.len())));
    }
    match text.char_indices().find(|(_, c)| is_hidden(*c)) {
        None => Ok(()),
        Some((start, c)) => {
            let span = Span::new(start, start + c.len_utf8());
            Err(Fault::new(FilterErrorKind::Hidden { code: c.into() }, span))
        }
    }
}

/// Control characters other than white space, and the marks that turn the direction of text.
fn is_hidden(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && !c.is_whitespace())
}

/// Input as it may be shown: escaped.
pub(crate) fn shown(text: &str) -> String {
    text.chars().flat_map(char::escape_debug).collect()
}

/// Input as an error may show it: escaped and cut.
pub(crate) fn excerpt(text: &str) -> String {
    let mut cut: String = text.chars().take(EXCERPT_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(EXCERPT_CHARS).is_some() {
        cut.push('…');
    }
    cut
}
