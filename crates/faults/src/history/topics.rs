//! What strangers read from the topics, against the log.

use std::collections::{HashMap, HashSet};

use super::{Event, Findings, History, Kind, Record};

pub(super) fn check(history: &History, records: &[Record], findings: &mut Findings) {
    let log: HashMap<&str, &Event> = history.log.iter().map(|event| (&*event.id, event)).collect();
    let mut came = HashSet::new();
    let mut first = HashMap::<(&str, &str), (i32, Vec<u64>)>::new();
    let mut records: Vec<_> = records.iter().collect();
    records.sort_by_key(|record| (&record.topic, record.partition, record.offset));
    for record in records {
        if history.planted.contains(&record.event) {
            continue;
        }
        let Some(event) = log.get(&*record.event) else {
            findings.add(Kind::Phantom, format!("{} is not in the log", place(record)));
            continue;
        };
        compare(record, event, findings);
        if record.topic != event.topic || !came.insert(&*event.id) {
            continue;
        }
        let order = first.entry((&event.user, &event.topic));
        let (partition, order) = order.or_insert((record.partition, Vec::new()));
        if *partition != record.partition {
            let text = format!("{} lies beside the others of {}", place(record), event.user);
            findings.add(Kind::OrderBroken, text);
        } else if let Some(last) = order.last().filter(|last| **last > event.seq) {
            let text = format!("{} of {} came after {last}", place(record), event.user);
            findings.add(Kind::OrderBroken, text);
        }
        order.push(event.seq);
    }
    for event in history.log.iter().filter(|event| !came.contains(&*event.id)) {
        let Event { id, user, seq, topic, published, .. } = event;
        let believed = if *published { ", though marked as published" } else { "" };
        let text = format!("event {seq} ({id}) of {user} is not in {topic}{believed}");
        findings.add(Kind::LostEvent, text);
    }
}

/// Without topics there is only what the system believes.
pub(super) fn undelivered(history: &History, findings: &mut Findings) {
    for Event { id, user, seq, .. } in history.log.iter().filter(|event| !event.published) {
        let text = format!("event {seq} ({id}) of {user} was not delivered");
        findings.add(Kind::LostEvent, text);
    }
}

fn compare(record: &Record, event: &Event, findings: &mut Findings) {
    if record.key != event.user || record.user != event.user {
        let text = format!("{} has key {} and user {}", place(record), record.key, record.user);
        findings.add(Kind::ForeignRow, format!("{text}, not {}", event.user));
    }
    if record.topic != event.topic {
        findings.add(Kind::Altered, format!("{} belongs to {}", place(record), event.topic));
    }
    if record.digest != event.digest {
        findings.add(Kind::Altered, format!("{} says something else", place(record)));
    }
    if record.seq.is_some_and(|seq| seq != event.seq) {
        let text = format!("{} is number {}, not {:?}", place(record), event.seq, record.seq);
        findings.add(Kind::Altered, text);
    }
}

fn place(record: &Record) -> String {
    let Record { topic, partition, offset, event, .. } = record;
    format!("{topic}[{partition}]@{offset} ({event})")
}
