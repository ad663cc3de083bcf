//! What may stand in a text that people read, and how a refused one is shown.

/// Longest piece of refused input that an error repeats, in characters.
const EXCERPT_CHARS: usize = 40;

/// Input as an error may show it: escaped and cut.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().take(EXCERPT_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(EXCERPT_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a line of text could show something else than it says: control characters, line breaks
/// and the marks that turn the direction of the text around it.
pub(crate) fn is_deceptive_in_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether anything of it is visible.
pub(crate) fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
