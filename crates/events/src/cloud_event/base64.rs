//! Base64 with padding, decoded: a sidecar that does not know the kind of some data hands it on so.
//! By hand, because what depends on this crate goes into components and must stay small.

/// The bytes; `None` when the text is not plain Base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let digits = &text[..text.len() - padding];
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | u32::from(value(*digit)?);
        }
        let whole = group.len() * 6 / 8;
        let spare = group.len() * 6 - whole * 8;
        if bits & ((1 << spare) - 1) != 0 {
            return None;
        }
        bits >>= spare;
        bytes.extend((0..whole).rev().map(|place| (bits >> (8 * place)) as u8));
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(decode(text).as_deref(), expect.map(str::as_bytes), "{text}");
    }

    #[test]
    fn the_examples_of_rfc_4648_decode() {
        check("", Some(""));
        check("Zg==", Some("f"));
        check("Zm8=", Some("fo"));
        check("Zm9v", Some("foo"));
        check("Zm9vYg==", Some("foob"));
        check("Zm9vYmE=", Some("fooba"));
        check("Zm9vYmFy", Some("foobar"));
    }

    #[test]
    fn every_byte_decodes() {
        assert_eq!(decode("AAD/gA=="), Some(vec![0, 0, 255, 128]));
        assert_eq!(decode("+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
    }

    #[test]
    fn what_is_not_plain_base64_is_refused() {
        for text in ["Zg", "Zg=", "Zg===", "====", "Zh==", "Zm9=", "Z-_v", "Zm9v\n", "Zg==Zg=="] {
            check(text, None);
        }
    }
}
