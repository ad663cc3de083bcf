//! Files that are something else, or broken.

use exchange::{Format, ITEMS_MAX, ReadError, read};

use crate::common::context;

#[track_caller]
fn check(format: Format, text: &str, expect: &str) {
    let error = read(format, text.as_bytes(), &context()).unwrap_err();
    assert_eq!(error.to_string(), expect);
}

#[test]
fn a_table_without_its_columns_says_which_ones_it_needs() {
    check(
        Format::TodoistCsv,
        "Name,Date\nBread,2026-12-01\n",
        "line 1: this is no todoist-csv file: no row has the columns type, content; the first is \
         `Name,Date`; accepted: the columns TYPE, CONTENT, PRIORITY, INDENT and DATE of a Todoist template",
    );
}

#[test]
fn broken_json_says_where() {
    check(
        Format::GoogleJson,
        "{\n  \"items\": [",
        "line 2, column 12: the JSON is broken: it ends in the middle; accepted: a complete file",
    );
    let deep = "[".repeat(10_000);
    assert!(matches!(
        read(Format::TaskwarriorJson, deep.as_bytes(), &context()),
        Err(ReadError::Syntax { line: 1, .. })
    ));
}

#[test]
fn a_web_page_is_no_calendar() {
    check(
        Format::Ics,
        "<!DOCTYPE html>\n",
        "line 1: this is no ics file: `<!DOCTYPE html>` is not `BEGIN:VCALENDAR`; accepted: iCalendar: \
         a file that begins with BEGIN:VCALENDAR and has VTODO components",
    );
}

#[test]
fn a_newer_version_of_our_own_is_refused() {
    check(
        Format::TaskloomJson,
        r#"{"format":"taskloom","version":2,"tasks":[]}"#,
        "file: this is no taskloom-json file: the version is newer than this program; accepted: \
         `{ \"format\": \"taskloom\", \"version\": 1, \"tasks\": [ … ] }`",
    );
}

#[test]
fn too_many_tasks_are_refused() {
    let text = "Bread\n".repeat(ITEMS_MAX + 1);
    check(Format::TodoTxt, &text, "the file has more than 100000 tasks; divide it");
}

#[test]
fn many_losses_are_counted() {
    let text = "a due:2026-02-30\n".repeat(20_000);
    let reading = read(Format::TodoTxt, text.as_bytes(), &context()).unwrap();
    assert_eq!((reading.lost.len(), reading.more_lost), (exchange::LOSSES_MAX, 10_000));
}

#[test]
fn a_million_properties_are_cut() {
    let mut text = "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:Bomb\n".to_owned();
    for number in 0..1_000_000 {
        text.push_str(&format!("X-{number}:1\n"));
    }
    text.push_str("END:VTODO\nEND:VCALENDAR\n");
    let reading = read(Format::Ics, text.as_bytes(), &context()).unwrap();
    assert_eq!(reading.items.len(), 1);
    assert!(reading.lost.len() < 500);
}

#[test]
fn a_long_title_is_kept_in_the_description() {
    let title = "ä".repeat(600);
    let reading = read(Format::TodoTxt, title.as_bytes(), &context()).unwrap();
    let item = &reading.items[0];
    assert_eq!(item.title.chars().count(), 500);
    assert_eq!(item.description, title);
}

#[test]
fn what_is_nested_too_deep_moves_up() {
    let mut text = "TYPE,CONTENT,INDENT\n".to_owned();
    for indent in 1..=20 {
        text.push_str(&format!("task,Level {indent},{indent}\n"));
    }
    let reading = read(Format::TodoistCsv, text.as_bytes(), &context()).unwrap();
    let depth = |mut at: usize| {
        let mut depth = 0;
        while let Some(parent) = &reading.items[at].parent {
            at = reading.items.iter().position(|item| item.key == *parent).unwrap();
            depth += 1;
        }
        depth
    };
    assert_eq!((0..20).map(depth).max(), Some(domain::task::DEPTH_MAX));
    assert_eq!(reading.lost.len(), 11);
}

#[test]
fn what_is_more_than_a_task_holds_is_lost() {
    let tags: String = (0..60).map(|n| format!(" +tag{n}")).collect();
    let alarms: String =
        (0..60).map(|n| format!("BEGIN:VALARM\nTRIGGER:-PT{n}M\nEND:VALARM\n")).collect();
    let calendar = format!(
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:A\nDESCRIPTION:{}\nDUE:20261201T090000\n{alarms}\
         END:VTODO\nEND:VCALENDAR\n",
        "ä".repeat(20_007)
    );
    let tagged = read(Format::TodoTxt, format!("A{tags}").as_bytes(), &context()).unwrap();
    assert_eq!((tagged.items[0].tags.len(), tagged.lost.len()), (50, 10));
    let reading = read(Format::Ics, calendar.as_bytes(), &context()).unwrap();
    let item = &reading.items[0];
    assert_eq!((item.description.chars().count(), item.reminders.len()), (20_000, 50));
    assert_eq!(reading.lost.len(), 11);
    assert!(reading.lost[0].why.starts_with("the description is 7 characters longer"));
}
