//! A right history has no findings; a fault that is planted in one is found.

use proptest::prelude::*;

use super::{simulator::history, *};

/// A fault: what kind, what it is, and how a history gets it.
type Plant = (Kind, &'static str, fn(&mut History));

const PLANTS: &[Plant] = &[
    (Kind::LostWrite, "an acknowledged task is not there", |history| {
        let id = history.writes[0].task.clone().unwrap();
        history.tasks.retain(|task| task.id != id);
        forget_events(history, |event| event.task == id);
    }),
    (Kind::LostWrite, "an acknowledged change is not there", |history| {
        let write = last_write(history);
        history.writes[write].version += 1;
    }),
    (Kind::LostWrite, "a completion is not there", |history| {
        let index = last_write(history);
        history.writes[index].done = !history.writes[index].done;
    }),
    (Kind::TornPair, "a task without its event", |history| {
        let id = history.tasks[0].id.clone();
        let last = history
            .log
            .iter()
            .rposition(|event| event.task == id && matches!(event.body, Body::Changed { .. }));
        history.log.remove(last.unwrap());
    }),
    (Kind::TornPair, "an event without its task", |history| {
        let id = history.tasks[0].id.clone();
        history.tasks.retain(|task| task.id != id);
        history.log.retain(|event| event.task != id || event.body != Body::Deleted);
    }),
    (Kind::TornPair, "a version that no event tells of", |history| {
        history.log.retain(|event| event.body != Body::Changed { version: 1 });
    }),
    (Kind::TornPair, "a reminder that fired without its event", |history| {
        history.log.retain(|event| !matches!(event.body, Body::Fired { .. }));
    }),
    (Kind::LostEvent, "an event that never came", |history| {
        let id = history.log[3].id.clone();
        records(history).retain(|record| record.event != id);
    }),
    (Kind::LostEvent, "an event that is not even marked", |history| {
        let event = history.log.last_mut().unwrap();
        event.published = false;
        let id = event.id.clone();
        records(history).retain(|record| record.event != id);
    }),
    (Kind::LostEvent, "an event that is not marked where there are no topics", |history| {
        history.records = None;
        history.log[0].published = false;
    }),
    (Kind::LostEffect, "no next instance", |history| {
        let child = child(history);
        history.tasks.remove(child);
    }),
    (Kind::LostEffect, "a reminder that waits for ever", |history| {
        fired(history).state = State::Scheduled;
    }),
    (Kind::LostEffect, "a reminder that was dropped", |history| {
        let reminder = fired(history);
        reminder.state = State::Cancelled;
        let id = reminder.id.clone();
        forget_events(
            history,
            |event| matches!(&event.body, Body::Fired { reminder, .. } if *reminder == id),
        );
    }),
    (Kind::DoubledEffect, "two next instances", |history| {
        let child = child(history);
        let twin = Task { id: "twin".to_owned(), ..history.tasks[child].clone() };
        history.tasks.push(twin);
    }),
    (Kind::DoubledEffect, "two tasks of one creation", |history| {
        let twin = Task { id: "twin".to_owned(), ..history.tasks[0].clone() };
        history.tasks.insert(0, twin);
    }),
    (Kind::DoubledEffect, "two triggers of one reminder", |history| {
        let is_trigger = |event: &&Event| matches!(event.body, Body::Fired { .. });
        let trigger = history.log.iter().find(is_trigger).unwrap().clone();
        history.log.push(Event { id: "again".to_owned(), ..trigger });
    }),
    (Kind::DoubledEffect, "a change that was made twice", |history| {
        row(history, 0).version += 1;
        let version = row(history, 0).version;
        let write = last_write(history);
        history.writes[write].version = version - 1;
    }),
    (Kind::DoubledEffect, "a task that was created twice", |history| {
        let created = history.log.iter().position(|event| event.body == Body::Created).unwrap();
        let again = Event { id: "again".to_owned(), ..history.log[created].clone() };
        history.log.insert(created, again);
    }),
    (Kind::DoubledEffect, "one event twice in the log", |history| {
        history.log.push(history.log[0].clone());
    }),
    (Kind::OrderBroken, "a gap in the numbers of a user", |history| {
        history.log.remove(0);
    }),
    (Kind::OrderBroken, "first deliveries in the wrong order", |history| {
        let of_user = |event: &&Event| event.user == "user-0" && event.topic == "task-updates";
        let ids: Vec<_> =
            history.log.iter().filter(of_user).map(|event| event.id.clone()).collect();
        let place = |records: &[Record], id: &str| {
            records.iter().position(|record| record.event == id).unwrap()
        };
        let records = records(history);
        let (first, second) = (place(records, &ids[0]), place(records, &ids[1]));
        let (first, second) = (records[first].clone(), records.remove(second));
        records.retain(|record| record.event != first.event);
        records.push(Record { offset: -1, ..second });
        records.push(first);
    }),
    (Kind::OrderBroken, "events of a user in two partitions", |history| {
        let user = history.log.last().unwrap().user.clone();
        let records = records(history).iter_mut();
        let mut of_user =
            records.filter(|record| record.user == user && record.topic == "task-updates");
        of_user.next_back().unwrap().partition = 9;
        // Only if it was the first delivery is it seen there; so no other is left.
        let id = history.records.as_ref().unwrap().iter().find(|one| one.partition == 9).unwrap();
        let id = id.event.clone();
        self::records(history).retain(|one| one.event != id || one.partition == 9);
    }),
    (Kind::Phantom, "a record of nothing", |history| {
        let record = Record { event: "nothing".to_owned(), ..records(history)[0].clone() };
        records(history).push(record);
    }),
    (Kind::Phantom, "a task that nobody asked for", |history| {
        let (id, title) = ("ghost".to_owned(), "ghost".to_owned());
        history.tasks.push(Task { id, title, place: None, ..history.tasks[0].clone() });
    }),
    (Kind::Phantom, "a next instance of an open one", |history| {
        let child = history.tasks[child(history)].clone();
        let (series, occurrence) = child.place.unwrap();
        let place = Some((series, occurrence - 1));
        history.tasks.iter_mut().find(|task| task.place == place).unwrap().done = false;
    }),
    (Kind::Phantom, "a reminder that nobody set", |history| {
        let reminder = fired(history).id.clone();
        history.reminders.retain(|one| one.id != reminder);
        history.promises.retain(|one| one.reminder != reminder);
    }),
    (Kind::ForeignRow, "a task with another user", |history| {
        row(history, 0).user = "user-2".to_owned();
    }),
    (Kind::ForeignRow, "a record under another key", |history| {
        records(history)[0].key = "somebody".to_owned();
    }),
    (Kind::ForeignRow, "a record that names another user", |history| {
        records(history)[0].user = "somebody".to_owned();
    }),
    (Kind::ForeignRow, "events of another user's task", |history| {
        let id = history.tasks[0].id.clone();
        let event = history.log.iter_mut().find(|event| event.task == id).unwrap();
        event.user = "somebody".to_owned();
    }),
    (Kind::Altered, "a record with another payload", |history| {
        records(history)[0].digest ^= 1;
    }),
    (Kind::Altered, "a record with another number", |history| {
        records(history)[0].seq = Some(u64::MAX);
    }),
    (Kind::Altered, "a record in another topic", |history| {
        records(history)[0].topic = "elsewhere".to_owned();
    }),
    (Kind::Early, "a reminder before its time", |history| {
        let is_trigger = |event: &&mut Event| matches!(event.body, Body::Fired { .. });
        history.log.iter_mut().find(is_trigger).unwrap().at_ms -= 51;
    }),
    (Kind::FenceBroken, "a number with two holders", |history| {
        let tenure = history.tenures[0].clone();
        history.tenures.insert(1, Tenure { owner: "another".to_owned(), ..tenure });
    }),
    (Kind::FenceBroken, "a number that was given before", |history| {
        let tenure = history.tenures[0].clone();
        history.tenures.push(Tenure { fence: tenure.fence + 1000, ..tenure.clone() });
        history.tenures.push(tenure);
    }),
];

fn records(history: &mut History) -> &mut Vec<Record> {
    history.records.as_mut().unwrap()
}

/// The row of a write.
fn row(history: &mut History, write: usize) -> &mut Task {
    let id = history.writes[write].task.clone();
    history.tasks.iter_mut().find(|task| Some(&task.id) == id.as_ref()).unwrap()
}

/// The last write about the task of the first one.
fn last_write(history: &mut History) -> usize {
    let id = history.writes[0].task.clone();
    history.writes.retain(|write| write.task != id || write.acknowledged);
    history.writes.iter().rposition(|write| write.task == id).unwrap()
}

/// Some next instance that nothing follows.
fn child(history: &History) -> usize {
    let is_child = |task: &Task| {
        task.place.as_ref().is_some_and(|(_, occurrence)| *occurrence > 1) && !task.done
    };
    history.tasks.iter().position(is_child).unwrap()
}

fn fired(history: &mut History) -> &mut Reminder {
    history.reminders.iter_mut().find(|reminder| reminder.state == State::Fired).unwrap()
}

fn forget_events(history: &mut History, forget: impl Fn(&Event) -> bool) {
    let ids: Vec<_> =
        history.log.iter().filter(|event| forget(event)).map(|event| event.id.clone()).collect();
    history.log.retain(|event| !ids.contains(&event.id));
    records(history).retain(|record| !ids.contains(&record.event));
}

#[test]
fn every_planted_fault_is_found() {
    for (kind, what, plant) in PLANTS {
        for seed in 0..100 {
            let mut history = history(seed);
            plant(&mut history);
            let findings = check(&history);
            assert!(findings.count(*kind) > 0, "{what} (seed {seed}) was not found: {findings}");
        }
    }
}

#[test]
fn every_kind_has_a_fault_that_is_planted() {
    for kind in Kind::ALL {
        assert!(PLANTS.iter().any(|(planted, ..)| *planted == kind), "{kind}");
    }
}

#[test]
fn what_the_harness_wrote_itself_is_no_phantom() {
    let mut history = history(1);
    let record = Record { event: "poison".to_owned(), ..records(&mut history)[0].clone() };
    records(&mut history).push(record);
    assert_eq!(check(&history).count(Kind::Phantom), 1);
    history.planted.insert("poison".to_owned());
    assert!(check(&history).is_clean());
}

#[test]
fn findings_are_counted_and_shown() {
    let mut findings = Findings::default();
    assert_eq!(findings.to_string(), "clean");
    findings.add(Kind::Early, "a");
    findings.add(Kind::LostWrite, "b");
    assert_eq!(findings.to_string(), "1 lost write, 1 early\n  lost write: b\n  early: a");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_right_history_has_no_findings(seed: u64) {
        let findings = check(&history(seed));
        prop_assert!(findings.is_clean(), "{findings}");
    }

    #[test]
    fn without_topics_nothing_is_asked_of_them(seed: u64) {
        let findings = check(&History { records: None, ..history(seed) });
        prop_assert!(findings.is_clean(), "{findings}");
    }

    #[test]
    fn a_record_less_is_a_finding_exactly_when_it_was_the_only_one(seed: u64, pick: usize) {
        let mut history = history(seed);
        let records = records(&mut history);
        let gone = records.remove(pick % records.len());
        let others = records.iter().any(|record| record.event == gone.event);
        let lost = check(&history).count(Kind::LostEvent);
        prop_assert_eq!(lost, usize::from(!others));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(seed: u64) {
        let right = history(seed);
        let mut turned = right.clone();
        turned.tasks.reverse();
        turned.log.reverse();
        turned.records.as_mut().unwrap().reverse();
        turned.reminders.reverse();
        prop_assert!(check(&turned).is_clean());
        for history in [&mut turned, &mut right.clone()] {
            let id = right.log[0].id.clone();
            records(history).retain(|record| record.event != id);
            prop_assert_eq!(check(history).count(Kind::LostEvent), 1);
        }
    }
}
