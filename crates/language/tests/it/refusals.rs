//! Texts that are not looked at, each with one sentence that says why.

use language::{Locale, TEXT_MAX_CHARS, TextError, parse};

use crate::context;

#[track_caller]
fn check(text: &str, expect: &str) {
    let refused = parse(text, &context(Locale::EnUs)).unwrap_err();
    assert_eq!(refused.to_string(), expect);
}

#[test]
fn an_empty_text_is_no_task() {
    for text in ["", " ", "\t \u{200b}", "\u{feff}"] {
        check(text, "the text is empty; write what is to be done");
    }
}

#[test]
fn a_text_has_a_limit_and_the_refusal_names_it() {
    let longest = "ä".repeat(TEXT_MAX_CHARS);
    assert!(parse(&longest, &context(Locale::De)).is_ok());
    for text in [format!("{longest}b"), "word ".repeat(200_000), "9".repeat(1 << 20)] {
        check(&text, "the text has more than 2000 characters; at most 2000 are read");
    }
}

#[test]
fn what_could_hide_the_meaning_is_named_with_its_place() {
    check(
        "Pay \u{202e}tner",
        "the text has a right-to-left override (U+202E) at character 5; take it out",
    );
    check("a\nb", "the text has a line break (U+000A) at character 2; take it out");
    check("\0", "the text has a control character (U+0000) at character 1; take it out");
    check(
        "ab\u{2066}",
        "the text has a left-to-right isolate (U+2066) at character 3; take it out",
    );
}

#[test]
fn a_tab_and_joined_emoji_are_ordinary() {
    let intent = parse("Buy\tcake 👩‍🍳 tomorrow", &context(Locale::EnUs)).unwrap();
    assert_eq!(intent.title, "Buy cake 👩‍🍳");
}

#[test]
fn every_refusal_is_one_of_three() {
    let refused = parse("", &context(Locale::EnUs)).unwrap_err();
    assert_eq!(refused, TextError::Empty);
}
