//! The event log as history and as live stream.

use domain::{change::ChangeSet, task::Task};
use events::topic;
use store::{LogRow, Store};
use testkit::{
    Ids, a_task,
    change::{CORRELATION_ID, changed, created},
    clock,
    task::{USER, done},
};

use super::database::{self, Connection};

fn with_three_changes() -> (Store<Connection>, Task) {
    let store = database::store();
    let mut ids = Ids::new();
    let edited = Task { version: 2, title: "Buy bread".into(), ..a_task() };
    let other = Task { id: clock::id(2), ..a_task() };
    let changes: [ChangeSet; 4] = [
        created(&a_task(), &mut ids),
        created(&other, &mut ids),
        changed(&a_task(), &edited, &mut ids),
        changed(&edited, &done(&edited), &mut ids),
    ];
    for change in &changes {
        store.apply(change).unwrap();
    }
    (store, done(&edited))
}

#[test]
fn history_tells_every_change_of_one_task() {
    let (store, task) = with_three_changes();
    let history = store.history(USER, task.id, 0, 10).unwrap();
    let types: Vec<_> =
        history.iter().map(|entry| (entry.seq, entry.event_type.as_str())).collect();
    assert_eq!(types, [(1, "task.created"), (5, "task.updated"), (7, "task.completed")]);
    assert_eq!(history[0].changes, serde_json::Value::Null);
    assert_eq!(history[1].changes["title"]["from"], "Buy milk");
    assert_eq!(history[1].changes["title"]["to"], "Buy bread");
    assert_eq!(history[2].changes["status"]["to"], "done");
    assert!(history.iter().all(|entry| entry.timestamp == clock::now()
        && entry.actor == "person"
        && entry.correlation_id == CORRELATION_ID));
}

#[test]
fn history_goes_on_where_it_was_left() {
    let (store, task) = with_three_changes();
    let seqs = |after, limit| {
        let history = store.history(USER, task.id, after, limit).unwrap();
        history.into_iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(0, 2), [1, 5]);
    assert_eq!(seqs(5, 2), [7]);
    assert_eq!(seqs(7, 2), Vec::<u64>::new());
    assert_eq!(store.history("mallory", task.id, 0, 10), Ok(vec![]));
}

#[test]
fn a_live_view_gets_what_it_missed_in_order() {
    let (store, _) = with_three_changes();
    let stream = store.stream_since(USER, 2, 10).unwrap();
    let seqs: Vec<u64> = stream.iter().map(|row| row.seq).collect();
    assert_eq!(seqs, [4, 6, 8]);
    assert!(stream.iter().all(|row| row.topic == topic::TASK_UPDATES));
    assert_eq!(store.stream_since(USER, 2, 2).unwrap().len(), 2);
    assert_eq!(store.stream_since(USER, 8, 10), Ok(vec![]));
    assert_eq!(store.stream_since("mallory", 0, 10), Ok(vec![]));
}

#[test]
fn the_envelope_of_a_state_change_tells_its_place() {
    let (store, task) = with_three_changes();
    let row = store.stream_since(USER, 7, 1).unwrap().remove(0);
    let envelope = row.envelope();
    assert_eq!(envelope.payload["seq"], 8);
    assert_eq!(envelope.payload["version"], task.version);
    assert_eq!(envelope.event_id, row.event_id);
    assert_eq!(envelope.event_type, "task.state_changed");
    assert_eq!(envelope.user_id, USER);
    assert_eq!(envelope.timestamp, clock::now());
}

#[test]
fn the_envelope_of_any_other_event_is_as_it_was_written() {
    let (store, _) = with_three_changes();
    let row: LogRow = store.unpublished(0, 1, &[]).unwrap().remove(0);
    assert_eq!(row.event_type, "task.created");
    assert_eq!(row.envelope().payload, row.payload);
    assert_eq!(row.payload["task"]["title"], "Buy milk");
}
