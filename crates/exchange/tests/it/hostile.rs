//! Whatever the bytes are: a reading whose tasks a store can hold, or an error; never a panic.

use std::{collections::HashSet, fs};

use domain::{
    change::{self, Actor, ChangeSet, Settings},
    command::NewTask,
    decide::{self, Refusal},
};
use exchange::{Format, Item, Reading, Target, read, write};
use proptest::{collection::vec, prelude::*, sample::Index};
use uuid::Uuid;

use crate::{common::context, files::files};

/// What every reading holds to: the rules of the domain take each of its tasks.
fn check(format: Format, reading: &Reading) {
    let mut keys = HashSet::new();
    for item in &reading.items {
        let parent_came_first = item.parent.as_ref().is_none_or(|parent| keys.contains(parent));
        assert!(parent_came_first, "{item:?} comes before its parent");
        assert!(keys.insert(item.key.clone()), "{item:?} has the key of another");
        assert!(item.is_done || item.completed_at.is_none());
        let created = create(format, item);
        assert!(created.is_ok(), "{created:?} {item:?}");
    }
    for target in Target::ALL {
        write(target, &reading.items, &context());
    }
}

fn create(format: Format, item: &Item) -> Result<ChangeSet, Refusal> {
    let own = context();
    let settings = Settings { zone: own.zone, day_starts_at: own.day_starts_at };
    let mut ids = 0;
    let mut ctx = change::Context {
        user_id: "ada",
        now: own.now,
        new_id: &mut || {
            ids += 1;
            Uuid::from_u128(ids)
        },
        actor: Actor::Person,
        correlation_id: "import",
        settings: &settings,
    };
    // Our own files may have reminders that were in time when they were given.
    let is_ours = matches!(format, Format::TaskloomJson | Format::Csv);
    let reminders = if is_ours { Vec::new() } else { item.reminders.clone() };
    let new = NewTask {
        title: item.title.clone(),
        description: item.description.clone(),
        priority: item.priority,
        tags: item.tags.clone(),
        due: item.due.clone(),
        repeat: item.repeat.clone(),
        reminders,
        parent_id: None,
    };
    decide::create(new, Uuid::nil(), None, &mut ctx)
}

fn try_all(bytes: &[u8]) {
    for format in Format::ALL {
        if let Ok(reading) = read(format, bytes, &context()) {
            check(format, &reading);
        }
    }
}

/// What is worth a try in any place.
const PIECES: [&str; 18] = [
    "\u{202e}",
    "\u{200b}",
    "\u{0}",
    "\u{2028}",
    "\r",
    "\n",
    "\"",
    ",",
    ";",
    ":",
    "0000",
    "9999",
    "-",
    "99999999999",
    "'",
    "=",
    "\\",
    "\u{10ffff}",
];

/// A good file with some bytes changed, cut out or put in.
fn mutated() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let good: Vec<(Format, Vec<u8>)> = files()
        .into_values()
        .flatten()
        .map(|(format, path)| (format, fs::read(path).unwrap()))
        .collect();
    let change = (any::<Index>(), any::<Index>(), 0_u8..6, vec(any::<u8>(), 0..6));
    (any::<Index>(), vec(change, 1..8)).prop_map(move |(which, changes)| {
        let (format, mut bytes) = which.get(&good).clone();
        for (at, to, kind, new) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            let end = (at + to.index(40)).min(bytes.len());
            match kind {
                0 => drop(bytes.splice(at..at, new)),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let many = bytes[at..end].repeat(if new.len() > 4 { 700 } else { 2 });
                    drop(bytes.splice(at..at, many));
                }
                3 | 4 => drop(bytes.splice(at..at, to.get(&PIECES).bytes())),
                _ => bytes.truncate(bytes.len() - at % 50),
            }
        }
        (format, bytes)
    })
}

#[test]
#[should_panic(expected = "comes before its parent")]
fn a_part_before_its_parent_is_caught() {
    let item = |key: &str, parent: Option<&str>| Item {
        key: key.to_owned(),
        title: "a".to_owned(),
        parent: parent.map(str::to_owned),
        ..Item::default()
    };
    let items = vec![item("a", Some("b")), item("b", None)];
    check(Format::Ics, &Reading { items, ..Reading::default() });
}

#[test]
#[should_panic(expected = "Invalid")]
fn a_task_that_the_rules_refuse_is_caught() {
    let item = Item { title: "a\nb".to_owned(), ..Item::default() };
    check(Format::Ics, &Reading { items: vec![item], ..Reading::default() });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn random_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..400)) {
        try_all(&bytes);
    }

    #[test]
    fn random_lines_do_no_harm(text in "(BEGIN:|END:|VTODO|VCALENDAR|VALARM|DUE|RRULE|[;:=,\"\n{}\\[\\]]|[a-z0-9-]{1,6}|\\PC){0,60}") {
        try_all(format!("BEGIN:VCALENDAR\nBEGIN:VTODO\n{text}").as_bytes());
        try_all(text.as_bytes());
    }

    #[test]
    fn good_files_that_were_damaged_do_no_harm((format, bytes) in mutated()) {
        if let Ok(reading) = read(format, &bytes, &context()) {
            check(format, &reading);
        }
    }

    #[test]
    fn what_we_write_we_read_without_a_loss((format, bytes) in mutated()) {
        if let Ok(reading) = read(format, &bytes, &context()) {
            let text = write(Target::TaskloomJson, &reading.items, &context()).text;
            let again = read(Format::TaskloomJson, text.as_bytes(), &context()).unwrap();
            prop_assert_eq!(&again.lost, &[]);
            prop_assert_eq!(text, write(Target::TaskloomJson, &again.items, &context()).text);
        }
    }

    #[test]
    fn a_calendar_has_the_same_tasks_again((format, bytes) in mutated()) {
        if let Ok(reading) = read(format, &bytes, &context()) {
            let text = write(Target::Ics, &reading.items, &context()).text;
            let again = read(Format::Ics, text.as_bytes(), &context()).unwrap();
            let mut before: Vec<_> = reading.items.iter().map(told).collect();
            let mut after: Vec<_> = again.items.iter().map(told).collect();
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
        }
    }
}

/// What a calendar keeps of every task.
fn told(item: &Item) -> (&str, &str, Option<&str>, &[String], bool) {
    (&item.key, &item.title, item.parent.as_deref(), &item.tags, item.is_done)
}
