//! The texts that users of other programs complained about, one by one; the list is that of
//! `crates/domain/tests/data/recurrence_vectors.json`, group `parse`.

use std::collections::BTreeSet;

use language::{Locale, parse};
use serde_json::Value;

use crate::{context_at, show};

/// Each row with the texts it speaks about: what is typed, and what has to come out. `now` is Monday,
/// 21 September 2026, 10:00 unless a row says otherwise.
const ROWS: &[(&str, &[Case])] = &[
    ("P1", &[us("The 5th Wave", r#"title="The 5th Wave""#)]),
    ("P2", &[us("The 9/11 Report", r#"title="The 9/11 Report""#)]),
    ("P3", &[us("The 9/11 Report due 10/12", r#"title="The 9/11 Report" due=2026-10-12"#)]),
    (
        "P4",
        &[us("\"delete mails up to january 30th\"", r#"title="delete mails up to january 30th""#)],
    ),
    ("P5", &[us("Renovation - 2nd Floor Bath", r#"title="Renovation - 2nd Floor Bath""#)]),
    ("P6", &[us("Move old monitor to attic", r#"title="Move old monitor to attic""#)]),
    ("P7", &[us("Mark the decision with Jane", r#"title="Mark the decision with Jane""#)]),
    ("P8", &[us("Buy paprika", r#"title="Buy paprika""#)]),
    ("P9", &[us("Buy 40th birthday gift", r#"title="Buy 40th birthday gift""#)]),
    ("P10", &[us("Read Tomorrow's paper", r#"title="Read Tomorrow's paper""#)]),
    (
        "P11",
        &[us("Prepare Friday demo", r#"title="Prepare Friday demo" unsure=date(2026-09-25;none)"#)],
    ),
    ("P12", &[us("Standup at 9:30", r#"title="Standup" due=2026-09-22T09:30"#)]),
    (
        "P13",
        &[
            Case { locale: Locale::EnGb, ..us("Flight 25/9", r#"title="Flight" due=2026-09-25"#) },
            us("Flight 25/9", r#"title="Flight 25/9" unsure=number-order(2026-09-25;none)"#),
        ],
    ),
    ("P14", &[us("Taxes 15 April", r#"title="Taxes" due=2027-04-15"#)]),
    ("P15", &[us("31 feb", r#"title="31 feb" unsure=date(2027-02-28;none)"#)]),
    ("P16", &[us("deliver 2000 pieces of toys", r#"title="deliver 2000 pieces of toys""#)]),
    (
        "P17",
        &[us("I'll be back in the morning at 7", r#"title="I'll be back" due=2026-09-22T07:00"#)],
    ),
    (
        "P18",
        &[
            us(
                "I'll leave biweekly",
                r#"title="I'll leave" due=2026-09-21 repeat="FREQ=WEEKLY;INTERVAL=2""#,
            ),
            us("each two days", r#"title="" due=2026-09-21 repeat="FREQ=DAILY;INTERVAL=2""#),
            us("every three week", r#"title="" due=2026-09-21 repeat="FREQ=WEEKLY;INTERVAL=3""#),
            us("3pm every day", r#"title="" due=2026-09-21T15:00 repeat="FREQ=DAILY""#),
            us(
                "each 4/15",
                r#"title="" due=2027-04-15 repeat="FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=15""#,
            ),
            us("every monday", r#"title="" due=2026-09-21 repeat="FREQ=WEEKLY;BYDAY=MO""#),
            us("each monday 4pm", r#"title="" due=2026-09-21T16:00 repeat="FREQ=WEEKLY;BYDAY=MO""#),
            us("every night at 9", r#"title="" due=2026-09-21T21:00 repeat="FREQ=DAILY""#),
            us("Sundays", r#"title="" due=2026-09-27 repeat="FREQ=WEEKLY;BYDAY=SU""#),
        ],
    ),
    (
        "P19",
        &[
            us("every 3rd friday", r#"title="" due=2026-10-16 repeat="FREQ=MONTHLY;BYDAY=3FR""#),
            us("every 27th", r#"title="" due=2026-09-27 repeat="FREQ=MONTHLY;BYMONTHDAY=27""#),
            us(
                "every jan 27th",
                r#"title="" due=2027-01-27 repeat="FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=27""#,
            ),
            us("every last day", r#"title="" due=2026-09-30 repeat="FREQ=MONTHLY;BYMONTHDAY=-1""#),
            us(
                "every 15th workday, last workday",
                r#"title="" due=2026-09-21 repeat="FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=15,-1""#,
            ),
            us(
                "every other monday",
                r#"title="" due=2026-09-21 repeat="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO""#,
            ),
            us("every weekend", r#"title="" due=2026-09-26 repeat="FREQ=WEEKLY;BYDAY=SA""#),
        ],
    ),
    // Its afternoon is noon; ours is 15:00 and a setting.
    (
        "P20",
        &[
            us("every morning", r#"title="" due=2026-09-22T09:00 repeat="FREQ=DAILY""#),
            Case {
                hidden: "every afternoon",
                ..us("afternoon", r#"title="" due=2026-09-21T15:00 repeat="FREQ=DAILY""#)
            },
            Case {
                hidden: "every evening",
                ..us("evening", r#"title="" due=2026-09-21T19:00 repeat="FREQ=DAILY""#)
            },
            Case {
                hidden: "every night",
                ..us("night", r#"title="" due=2026-09-21T22:00 repeat="FREQ=DAILY""#)
            },
        ],
    ),
    (
        "P21",
        &[us(
            "every 14 days 7am starting 1 Nov",
            r#"title="" due=2026-11-01T07:00 repeat="FREQ=DAILY;INTERVAL=14""#,
        )],
    ),
    (
        "P22",
        &[
            us(
                "Water plants @every 2 fridays",
                r#"title="Water plants" due=2026-09-25 repeat="FREQ=WEEKLY;INTERVAL=2;BYDAY=FR""#,
            ),
            us("@every 2 weekdays", r#"title="@every 2 weekdays" unsure=recurrence(none)"#),
        ],
    ),
    (
        "P23",
        &[
            Case {
                now: "2026-09-23T10:00",
                ..us("@weekly 6am", r#"title="" due=2026-09-30T06:00 repeat="FREQ=WEEKLY""#)
            },
            Case {
                now: "2026-09-25T08:00",
                ..us(
                    "@every weekday 6am",
                    r#"title="" due=2026-09-28T06:00 repeat="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR""#,
                )
            },
        ],
    ),
    (
        "P24",
        &[Case {
            zone: "America/Bogota",
            now: "2026-08-07T21:30",
            ..us("2026-08-08", r#"title="" due=2026-08-08"#)
        }],
    ),
    ("P25", &[us("next friday", r#"title="" due=2026-10-02"#)]),
];

struct Case {
    now: &'static str,
    zone: &'static str,
    locale: Locale,
    /// What the row shows.
    text: &'static str,
    /// What is typed, where the row shows a part of it only.
    hidden: &'static str,
    expect: &'static str,
}

const fn us(text: &'static str, expect: &'static str) -> Case {
    Case {
        now: "2026-09-21T10:00",
        zone: "Europe/Berlin",
        locale: Locale::EnUs,
        text,
        hidden: "",
        expect,
    }
}

/// Id and input of the rows about text.
fn rows() -> Vec<(String, String)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/tests/data/recurrence_vectors.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rows = file["other"].as_array().unwrap().iter();
    rows.filter(|row| row["group"] == "parse")
        .map(|row| (text(row, "id"), text(row, "input")))
        .collect()
}

#[test]
fn every_complaint_is_understood_as_its_row_says() {
    let rows = rows();
    let mut wrong = Vec::new();
    for (id, cases) in ROWS {
        let (_, input) = rows.iter().find(|(row, _)| row == id).unwrap();
        for case in *cases {
            assert!(input.contains(case.text), "{id} does not speak about {:?}", case.text);
            let context = context_at(case.now, case.zone, case.locale);
            let typed = if case.hidden.is_empty() { case.text } else { case.hidden };
            let got = show::intent(&parse(typed, &context).unwrap(), &context);
            if got != case.expect {
                wrong.push(format!("{id} {typed}\n  expected {}\n  got      {got}", case.expect));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_complaint_is_left_out() {
    let file: BTreeSet<_> = rows().into_iter().map(|(id, _)| id).collect();
    let here: BTreeSet<_> = ROWS.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(file, here);
    assert_eq!(here.len(), 25);
}

#[test]
fn the_doubtful_friday_is_said_back() {
    let intent = crate::read("next friday", Locale::EnUs);
    assert_eq!(intent.said_back, ["due Friday, October 2, 2026 (Europe/Berlin)"]);
}
