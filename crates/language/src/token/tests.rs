//! Where words, numbers and marks begin and end.

use super::*;

/// The tokens with `_` for a space before.
#[track_caller]
fn check(text: &str, locale: Locale, expect: &str) {
    let shown: Vec<_> = tokens(text, locale)
        .iter()
        .map(|token| {
            format!("{}{}", if token.spaced { "_" } else { "" }, &text[token.start..token.end])
        })
        .collect();
    assert_eq!(shown.join("|"), expect);
}

#[test]
fn letters_digits_and_marks_are_apart() {
    check("5pm on 25/9, p1", Locale::EnUs, "_5|pm|_on|_25|/|9|,|_p|1");
}

#[test]
fn a_possessive_is_one_word_and_a_closing_quote_is_not_part_of_it() {
    check("Tomorrow’s 'paper'", Locale::EnUs, "_Tomorrow’s|_'|paper|'");
    assert!(tokens("Tomorrow's", Locale::EnUs)[0].words.is_empty());
}

#[test]
fn a_compound_of_day_and_part_is_two_words() {
    check("am Montagabend", Locale::De, "_am|_Montag|abend");
}

#[test]
fn umlauts_are_found_however_they_are_written() {
    for text in ["übermorgen", "ÜBERMORGEN", "u\u{308}bermorgen", "uebermorgen"] {
        assert!(tokens(text, Locale::De)[0].is(Word::AfterTomorrow), "{text}");
    }
}

#[test]
fn letters_that_grow_in_lower_case_keep_their_place() {
    check("İstanbul tomorrow", Locale::EnUs, "_İstanbul|_tomorrow");
    check("MONTAG\u{307}ABEND", Locale::De, "_MONTAG\u{307}ABEND");
}

#[test]
fn a_number_beyond_all_bounds_is_a_number() {
    let kind = tokens("99999999999999", Locale::EnUs)[0].kind;
    assert_eq!(kind, Kind::Number { value: u32::MAX, digits: 14 });
}
