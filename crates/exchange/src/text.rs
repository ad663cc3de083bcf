//! Characters of bytes: UTF-8, UTF-16 with its mark, and Windows-1252 for what is neither.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::{found::Found, loss::Place};

/// The text of a file. A byte order mark decides; without one, each line that is no UTF-8 is taken
/// for Windows-1252, as spreadsheets write it.
pub(crate) fn decode<'a>(bytes: &'a [u8], found: &mut Found<'_>) -> Cow<'a, str> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark_bytes..).unwrap_or_default();
        let (text, had_errors) = encoding.decode_without_bom_handling(rest);
        if had_errors {
            let why = "has bytes that are no characters; they were replaced by `\u{fffd}`";
            found.lose(&Place::File, "encoding", encoding.name(), why);
        }
        return text;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(by_lines(bytes, found)),
    }
}

fn by_lines(bytes: &[u8], found: &mut Found<'_>) -> String {
    let mut text = String::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => {
                let (decoded, _) = WINDOWS_1252.decode_without_bom_handling(line);
                let why = "is no UTF-8 and was read as Windows-1252; look at letters with accents";
                found.aside("encoding", decoded.trim_end(), why);
                text.push_str(&decoded);
            }
        }
    }
    text
}
