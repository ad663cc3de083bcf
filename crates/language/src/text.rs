//! Which texts are looked at.

/// Longest text that is looked at, in characters: a title of 500 with room for marks and dates.
pub const TEXT_MAX_CHARS: usize = 2_000;

/// Why a text is not looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing visible in it.
    #[error("the text is empty; write what is to be done")]
    Empty,
    /// Longer than anybody types.
    #[error(
        "the text has more than {TEXT_MAX_CHARS} characters; at most {TEXT_MAX_CHARS} are read"
    )]
    TooLong,
    /// A control character, a line break or a mark that turns the direction of the text around it:
    /// the text could show something else than it says.
    #[error("the text has a {name} (U+{code:04X}) at character {position}; take it out")]
    Hidden {
        /// What it is called.
        name: &'static str,
        /// Its code point.
        code: u32,
        /// Its place, counted in characters from 1.
        position: usize,
    },
}

/// Refuses what could not be read, or not be trusted.
pub(crate) fn check(text: &str) -> Result<(), TextError> {
    let mut visible = false;
    for (index, c) in text.chars().enumerate() {
        if index >= TEXT_MAX_CHARS {
            return Err(TextError::TooLong);
        }
        if let Some(name) = hidden(c) {
            return Err(TextError::Hidden { name, code: c.into(), position: index + 1 });
        }
        visible |= is_visible(c);
    }
    if visible { Ok(()) } else { Err(TextError::Empty) }
}

/// The name of a character that a line of text must not have. A tab is a space to people.
fn hidden(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' => return None,
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => "line break",
        '\u{202a}' => "left-to-right embedding",
        '\u{202b}' => "right-to-left embedding",
        '\u{202c}' => "pop directional formatting",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        c if c.is_control() => "control character",
        _ => return None,
    })
}

fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
