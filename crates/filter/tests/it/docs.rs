//! What `docs/filters.md` shows is so.

use domain::task::{Priority, Task};
use filter::Filter;

use crate::{
    now, parse,
    tasks::{a_task, due, utc},
};

const DOCS: &str = include_str!("../../../../docs/filters.md");

/// The first two cells of the rows of a table whose first cell is one piece of code.
fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    DOCS.lines().filter_map(|line| {
        let (text, rest) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((text, rest.strip_suffix(" |")?))
    })
}

#[test]
fn errors_are_as_shown() {
    let mut shown = 0;
    for (text, expected) in rows().filter(|(_, cell)| cell.starts_with("at character")) {
        let error = Filter::parse(text).unwrap_err().to_string();
        let mut rest = error.as_str();
        for piece in expected.split("(…)") {
            let (_, after) = rest.split_once(piece).unwrap();
            rest = after;
        }
        assert!(error.starts_with(&expected[..20]) && rest.is_empty(), "{text}: {error}");
        shown += 1;
    }
    assert_eq!(shown, 5);
}

#[test]
fn the_example_and_its_explanation_are_as_shown() {
    let text = DOCS.lines().find(|line| line.starts_with("status:open priority>=high")).unwrap();
    assert_eq!(parse(text).to_string(), text.replace(">=high", ":high,urgent"));
    let said = parse("status:open priority>=high due<=+7d tag:home -tag:work").explain();
    assert!(DOCS.replace('\n', " ").contains(&format!("`{said}`")), "{said}");
}

#[test]
fn days_are_as_shown() {
    let dues = |text: &str, days: &[&str]| -> Vec<bool> {
        let filter = parse(text).resolve(&now());
        let on = |day: &&str| filter.matches(&Task { due: due(day), ..a_task() });
        days.iter().map(on).collect()
    };
    assert_eq!(dues("due<+7d", &["2026-09-01", "2026-09-30", "2026-10-01"]), [true, true, false]);
    assert_eq!(dues("due<=+7d", &["2026-10-01", "2026-10-02"]), [true, false]);
    assert_eq!(
        dues("due:today..+7d", &["2026-09-23", "2026-09-24", "2026-10-01"]),
        [false, true, true]
    );
    let times = ["2026-09-24T12:59 Europe/Berlin", "2026-09-24T13:00 Europe/Berlin", "2026-09-24"];
    assert_eq!(dues("due<+3h", &times), [true, false, false]);
    let made = |text: &str, at: &str| {
        let task = Task { created_at: utc(at), priority: Priority::Low, ..a_task() };
        parse(text).resolve(&now()).matches(&task)
    };
    assert!(made("created>=-2d", "2026-09-21T22:00:00Z"));
    assert!(!made("created>=-2d", "2026-09-21T21:59:59Z"));
    assert!(made("created>-48h", "2026-09-22T08:00:01Z"));
    assert!(!made("created>-48h", "2026-09-22T08:00:00Z"));
}
