//! Promises held against texts that nobody thought of.

use language::Locale;
use proptest::{prelude::*, strategy::ValueTree};

use crate::{context_at, invariants::broken};

/// Words that mean something, in both languages, and some that do not.
const WORDS: &str = "\
    every other each every! daily weekly day days week month months weekday weekend friday fri \
    mon sun mondays next this last on by at in until from to for starting before after \
    completion when done tomorrow today tonight noon midnight morning evening the of and end \
    march May jan 15 5 9 12 31 2027 1st 3rd 27th second two a half past quarter 5pm 17:00 9:30 \
    25/9 10/12 24.12. 2026-10-01 2027-02-29 2-4pm 9-11 times remind me minutes hours once except \
    due jeden jede alle zweiten Tage Tag Woche Monat Werktag Montag Freitagabend montags morgen \
    übermorgen heute Abend früh um Uhr halb acht bis ab am nächsten letzten 15. Oktober erinnere \
    mich vorher Stunden lang Mal täglich nach Erledigung von in Ende des Monats #home +work \
    !high !! p1 p2 @anna @every \"Friday\" „Montag“ Tomorrow's Call mum 🎂 é ( ) , . - – : ! \
    https://a.b/2026/10/01";

fn soup() -> impl Strategy<Value = String> {
    let words: Vec<_> = WORDS.split_whitespace().collect();
    prop::collection::vec((prop::sample::select(words), prop::bool::weighted(0.93)), 1..12)
        .prop_map(|words| {
            words.iter().fold(String::new(), |text, (word, spaced)| {
                if *spaced { format!("{text} {word}") } else { format!("{text}{word}") }
            })
        })
}

fn locales() -> impl Strategy<Value = Locale> {
    prop::sample::select(Locale::ALL.as_slice())
}

/// Moments where calendars are at their worst.
fn moments() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(
        [
            ("2026-09-21T10:00", "Europe/Berlin"),
            ("2026-10-25T02:30", "Europe/Berlin"),
            ("2028-02-29T23:59", "Pacific/Auckland"),
            ("2026-12-31T23:59", "America/Los_Angeles"),
            ("2027-03-14T01:59", "America/New_York"),
            ("2027-04-04T01:00", "Australia/Lord_Howe"),
        ]
        .as_slice(),
    )
}

#[test]
fn words_and_numbers_that_touch_are_asked_about_one_by_one() {
    for (now, locale) in [("2027-03-13T10:19", Locale::De), ("2028-01-05T10:00", Locale::De)] {
        let context = context_at(now, "Europe/Berlin", locale);
        assert_eq!(broken("mo2mrz. mo5mrz.", &context), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn promises_hold_for_any_heap_of_meaning_words(
        text in soup(), locale in locales(), (now, zone) in moments()
    ) {
        prop_assert_eq!(broken(&text, &context_at(now, zone, locale)), None, "{}", text);
    }

    #[test]
    fn promises_hold_for_any_text(text in "\\PC{0,120}", locale in locales()) {
        let context = context_at("2026-09-21T10:00", "Europe/Berlin", locale);
        prop_assert_eq!(broken(&text, &context), None, "{}", text);
    }

    #[test]
    fn nothing_panics_on_any_characters(text in any::<String>(), locale in locales()) {
        let _ = language::parse(&text, &context_at("2026-09-21T10:00", "Europe/Berlin", locale));
    }
}

#[test]
fn the_soup_is_not_all_text() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let context = context_at("2026-09-21T10:00", "Europe/Berlin", Locale::EnUs);
    let mut due = 0;
    let mut asked = 0;
    for _ in 0..500 {
        let text = soup().new_tree(&mut runner).unwrap().current();
        if let Ok(intent) = language::parse(&text, &context) {
            due += usize::from(intent.due.is_some());
            asked += usize::from(!intent.unsure.is_empty());
        }
    }
    assert!(due > 50 && asked > 50, "{due} due, {asked} asked");
}
