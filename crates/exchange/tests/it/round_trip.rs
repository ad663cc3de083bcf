//! What was written is read again.

use std::fs;

use exchange::{Format, Item, Target, read, write};

use crate::{common::context, files::files};

/// All tasks of all test files, as a person would have them after importing every one.
fn everything() -> Vec<Item> {
    let mut items = Vec::new();
    for (format, path) in files().into_values().flatten() {
        for mut item in read(format, &fs::read(path).unwrap(), &context()).unwrap().items {
            item.key = format!("{format}/{}", item.key);
            item.parent = item.parent.map(|parent| format!("{format}/{parent}"));
            items.push(item);
        }
    }
    items.sort_by(|a, b| a.key.cmp(&b.key));
    items.dedup_by(|a, b| a.key == b.key);
    items
}

#[track_caller]
fn check(target: Target, format: Format, forgets: impl Fn(&mut Item)) {
    let items = everything();
    let written = write(target, &items, &context());
    let reading = read(format, written.text.as_bytes(), &context()).unwrap();
    assert_eq!(reading.lost, [], "{target}");
    let mut before = items;
    let mut after = reading.items;
    before.iter_mut().for_each(forgets);
    before.sort_by(|a, b| a.key.cmp(&b.key));
    after.sort_by(|a, b| a.key.cmp(&b.key));
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "{target}");
    }
    assert_eq!(before.len(), after.len());
    let again = write(target, &after, &context());
    assert_eq!(written.text, again.text, "{target}");
}

#[test]
fn our_json_is_the_same_bytes_again() {
    check(Target::TaskloomJson, Format::TaskloomJson, |_| {});
}

#[test]
fn our_table_forgets_the_place_in_a_series_only() {
    check(Target::Csv, Format::Csv, |item| item.series = None);
}

#[test]
fn a_calendar_keeps_tasks() {
    let items = everything();
    let text = write(Target::Ics, &items, &context()).text;
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "a line is longer than 75 bytes");
    let reading = read(Format::Ics, text.as_bytes(), &context()).unwrap();
    assert_eq!(reading.items.len(), items.len());
    for after in reading.items {
        let before = items.iter().find(|before| before.key == after.key).unwrap();
        assert_eq!((&before.title, &before.tags), (&after.title, &after.tags));
        assert_eq!(before.parent, after.parent);
        // A rule needs a day to count from; without one it is the day of writing.
        if before.due.is_some() || before.repeat.is_none() {
            assert_eq!(before.due, after.due);
        }
        assert_eq!((before.is_done, before.priority), (after.is_done, after.priority));
        if !before.is_done {
            assert_eq!(before.repeat, after.repeat);
            assert_eq!(before.reminders.len(), after.reminders.len(), "{}", before.title);
        }
    }
}

#[test]
fn events_say_what_has_no_day() {
    let items = everything();
    let written = write(Target::IcsEvents, &items, &context());
    let without_due = items.iter().filter(|item| item.due.is_none()).count();
    assert_eq!(written.lost.len(), without_due);
    let events = written.text.matches("BEGIN:VEVENT").count();
    assert_eq!(events, items.len() - without_due);
}

#[test]
fn zones_say_when_their_clocks_change() {
    let text = "(A) Call due:2026-12-01T09:00\n";
    let items = read(Format::TodoTxt, text.as_bytes(), &context()).unwrap().items;
    let text = write(Target::Ics, &items, &context()).text;
    let summer = "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\n\
                  TZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n";
    let winter = "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\n\
                  TZOFFSETTO:+0100\r\nEND:STANDARD\r\n";
    assert!(text.contains(&format!("{summer}{winter}")), "{text}");
}

#[test]
fn a_cell_is_no_formula() {
    for title in ["=1+1", "+1", "-1", "@a", "'quoted", "''=x"] {
        let item = Item { key: "k".to_owned(), title: title.to_owned(), ..Item::default() };
        let text = write(Target::Csv, &[item], &context()).text;
        let cell = text.lines().nth(1).unwrap().split(',').nth(1).unwrap();
        assert!(cell.starts_with('\''), "{cell}");
        let items = read(Format::Csv, text.as_bytes(), &context()).unwrap().items;
        assert_eq!(items[0].title, title);
    }
}

#[test]
fn ids_with_signs_stay_the_same_in_a_calendar() {
    let item = |key: &str, parent: Option<&str>| Item {
        key: key.to_owned(),
        title: "a".to_owned(),
        parent: parent.map(str::to_owned),
        ..Item::default()
    };
    let items = [item("a,b;c\\d", None), item("part: 1", Some("a,b;c\\d"))];
    let text = write(Target::Ics, &items, &context()).text;
    assert_eq!(read(Format::Ics, text.as_bytes(), &context()).unwrap().items, items);
}

#[test]
fn the_order_of_the_tasks_does_not_matter() {
    let mut items = everything();
    for target in Target::ALL {
        let forwards = write(target, &items, &context());
        items.reverse();
        assert_eq!(forwards, write(target, &items, &context()), "{target}");
    }
}
