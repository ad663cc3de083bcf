//! What is said back to the person, in the words of the locale.

use language::{Locale, answer};

use crate::{context_at, read};

#[track_caller]
fn check(text: &str, locale: Locale, expect: &[&str]) {
    assert_eq!(read(text, locale).said_back, expect, "{text}");
}

#[test]
fn the_resolved_day_is_said_with_its_weekday_and_zone() {
    check("Call next friday", Locale::EnUs, &["due Friday, October 2, 2026 (Europe/Berlin)"]);
    check("Call next friday", Locale::EnGb, &["due Friday, 2 October 2026 (Europe/Berlin)"]);
    check(
        "Anruf nächsten Freitag um 17 Uhr",
        Locale::De,
        &["fällig Freitag, 2. Oktober 2026 um 17:00 (Europe/Berlin)"],
    );
    check(
        "Workshop tomorrow 14:00-15:30",
        Locale::EnGb,
        &["due Tuesday, 22 September 2026 at 14:00 to 15:30 (Europe/Berlin)"],
    );
}

#[test]
fn rules_are_said_in_words() {
    let rule = |text, locale| read(text, locale).said_back[1].clone();
    for (text, expect) in [
        ("Gym every day", "repeats every day"),
        ("Gym every 2 weeks on tue and thu", "repeats every 2 weeks on Tuesday and Thursday"),
        ("Gym every weekday", "repeats every week on Monday to Friday"),
        ("Rent every 1st and 15th", "repeats every month on day 1 and 15"),
        ("Rent every last day", "repeats every month on the last day"),
        ("Rent every 3rd friday", "repeats every month on the 3rd Friday"),
        ("Rent every last friday", "repeats every month on the last Friday"),
        ("Flowers every 14 feb", "repeats every year on 14 February"),
        (
            "Turkey every year on the 4th thursday of november",
            "repeats every year on the 4th Thursday of November",
        ),
        ("Books every year on the last day of may", "repeats every year on the last day of May"),
        ("Cut hair every! 3 weeks", "repeats every 3 weeks after it was done"),
        ("Gym every mon 5 times", "repeats every week on Monday, 5 times"),
        ("Gym daily until 1 Dec", "repeats every day until Tuesday, 1 December 2026"),
    ] {
        assert_eq!(rule(text, Locale::EnGb), expect, "{text}");
    }
    for (text, expect) in [
        ("Sport täglich", "wiederholt sich jeden Tag"),
        ("Sport alle zwei Wochen dienstags", "wiederholt sich alle 2 Wochen am Dienstag"),
        ("Miete jeden 15.", "wiederholt sich jeden Monat am 15."),
        ("Miete jeden letzten Freitag im Monat", "wiederholt sich jeden Monat am letzten Freitag"),
        ("Blumen jeden 14. Februar", "wiederholt sich jedes Jahr am 14. Februar"),
        ("Haare alle 3 Wochen nach Erledigung", "wiederholt sich alle 3 Wochen nach Erledigung"),
        ("Sport jeden Montag 5 Mal", "wiederholt sich jede Woche am Montag, 5 Mal"),
    ] {
        assert_eq!(rule(text, Locale::De), expect, "{text}");
    }
}

#[test]
fn a_time_that_has_passed_or_is_skipped_is_kept_and_noted() {
    let intent = read("Call today at 8", Locale::EnUs);
    assert_eq!(intent.notes, ["that has passed: the task is overdue at once"]);
    assert!(read("Call today at 11", Locale::EnUs).notes.is_empty());
    let context = context_at("2027-03-27T10:00", "Europe/Berlin", Locale::EnUs);
    let intent = language::parse("Call tomorrow at 2:30am", &context).unwrap();
    assert_eq!(intent.notes, ["there is no 02:30 on that day: the clock will show 03:30"]);
}

#[test]
fn the_hours_of_the_day_are_a_setting() {
    let mut context = context_at("2026-09-21T10:00", "Europe/Berlin", Locale::EnUs);
    context.hours.afternoon = chrono::NaiveTime::from_hms_opt(12, 0, 0).unwrap();
    let intent = language::parse("Run tomorrow afternoon", &context).unwrap();
    assert_eq!(crate::show::intent(&intent, &context), "title=\"Run\" due=2026-09-22T12:00");
}

#[test]
fn the_week_starts_where_the_person_says() {
    let mut context = context_at("2026-09-27T10:00", "Europe/Berlin", Locale::EnUs);
    let due = |context: &language::Context| {
        crate::show::intent(&language::parse("Call next friday", context).unwrap(), context)
    };
    assert_eq!(due(&context), "title=\"Call\" due=2026-10-09");
    context.week_start = chrono::Weekday::Mon;
    assert_eq!(due(&context), "title=\"Call\" due=2026-10-02");
}

#[test]
fn an_answer_loses_no_word_between_two_times() {
    for (text, answered) in [
        ("Meet Ann at 9am or Bob at 10am", "Meet Ann or Bob at 09:00"),
        (
            "Call Ann at 9:00 #work and Bob Miller at 10:00",
            "Call Ann #work and Bob Miller at 09:00",
        ),
        ("Call Ann at 9:00 or at 10:00", "Call Ann at 09:00"),
        ("Flight 25/9", "Flight on 2026-09-25"),
        ("Fix the March 15 bug", "Fix the on 2027-03-15 bug"),
    ] {
        let intent = read(text, Locale::EnUs);
        let question = &intent.unsure[0];
        assert_eq!(answer(text, question, &question.choices[0]), answered);
    }
}
