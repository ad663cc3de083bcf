//! What helps people to follow an event around. It is written only if it is sound, and left out when
//! it is read and is not: that is no reason to refuse an event.

/// The text, if it is a correlation id: nothing that could forge a line of a log.
pub(super) fn correlation_id(text: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| text.to_owned())
}

/// The text, if it is a `traceparent` of the W3C: version, trace, span and flags in lower-case hex, none of the
/// first three of a value that is set aside as invalid.
pub(super) fn traceparent(text: &str) -> Option<String> {
    let parts: Vec<_> = text.split('-').collect();
    let [version, trace, span, flags] = parts[..] else { return None };
    let sound = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && is_set(trace)
        && is_hex(span, 16)
        && is_set(span)
        && is_hex(flags, 2);
    sound.then(|| text.to_owned())
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_set(hex: &str) -> bool {
    hex.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_correlation_id_cannot_forge_a_line_of_a_log() {
        assert_eq!(correlation_id("order-66_and-8").as_deref(), Some("order-66_and-8"));
        for text in ["", "level=error all fine", "line\nbreak", "ä", &"x".repeat(65)] {
            assert_eq!(correlation_id(text), None, "{text}");
        }
    }

    #[test]
    fn a_parent_is_kept_as_it_is() {
        assert_eq!(traceparent(SOUND).as_deref(), Some(SOUND));
    }

    #[test]
    fn what_is_none_is_not_taken() {
        for text in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        ] {
            assert_eq!(traceparent(text), None, "{text}");
        }
    }
}
