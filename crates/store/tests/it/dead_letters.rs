//! Deliveries that were given up: kept once, delivered again on request, forgotten on request.

use store::{DeadLetter, Store};
use testkit::clock;

use super::database::{self, Connection};

const NOW_MS: i64 = 1_000_000;

fn letter(event: u64, reason: &str) -> DeadLetter {
    DeadLetter {
        consumer: "recurrence".into(),
        event_id: clock::id(event),
        user_id: "ada".into(),
        topic: "task-events".into(),
        envelope: r#"{"event_id": "kept as it was"}"#.into(),
        reason: reason.into(),
        source_seq: 1,
        at_ms: NOW_MS,
        ..DeadLetter::default()
    }
}

/// Ids of the letters that wait to be delivered again.
fn due(store: &Store<Connection>) -> Vec<u64> {
    store.replays_due(10).unwrap().into_iter().map(|letter| letter.id).collect()
}

#[test]
fn a_dead_letter_is_kept_once() {
    let store = database::store();
    store.put_dead_letter(&letter(1, "no such field")).unwrap();
    let still = letter(1, "still no such field");
    store.put_dead_letter(&still).unwrap();
    let other = DeadLetter { consumer: "reminders".into(), ..letter(1, "other") };
    store.put_dead_letter(&other).unwrap();

    let kept = store.dead_letters(10).unwrap();
    let [first, second] = &kept[..] else { unreachable!("{kept:?}") };
    assert!(first.id > second.id);
    assert_eq!(first, &DeadLetter { id: first.id, ..other });
    assert_eq!(second, &DeadLetter { id: second.id, ..still });
    assert_eq!(store.dead_letters(1).unwrap().len(), 1);
    assert_eq!(store.dead_letter(second.id), Ok(Some(second.clone())));
    assert_eq!(store.dead_letter(first.id + 100), Ok(None));
}

#[test]
fn a_letter_tells_where_a_broker_had_it() {
    let store = database::store();
    let from_broker = DeadLetter {
        source_topic: Some("task-events".into()),
        source_partition: Some(3),
        source_offset: Some(i64::MAX),
        ..letter(1, "refused")
    };
    store.put_dead_letter(&from_broker).unwrap();
    let kept = store.dead_letters(1).unwrap().remove(0);
    assert_eq!(kept, DeadLetter { id: kept.id, ..from_broker });
}

#[test]
fn who_was_asked_for_first_is_delivered_again_first() {
    let store = database::store();
    for event in 1..=3 {
        store.put_dead_letter(&letter(event, "refused")).unwrap();
    }
    let ids: Vec<u64> = store.dead_letters(10).unwrap().iter().map(|letter| letter.id).collect();
    let [third, second, first] = ids[..] else { unreachable!("{ids:?}") };
    assert!(due(&store).is_empty());
    assert_eq!(store.request_replay(second, NOW_MS + 1), Ok(true));
    assert_eq!(store.request_replay(third, NOW_MS + 2), Ok(true));
    assert_eq!(store.request_replay(first + 100, NOW_MS), Ok(false));
    assert_eq!(due(&store), [second, third]);
    assert_eq!(store.replays_due(1).unwrap()[0].replay_at_ms, Some(NOW_MS + 1));

    // Asked again, it waits behind the other.
    assert_eq!(store.request_replay(second, NOW_MS + 3), Ok(true));
    assert_eq!(due(&store), [third, second]);
    // Given up again, it waits no more.
    store.put_dead_letter(&letter(3, "refused again")).unwrap();
    assert_eq!(due(&store), [second]);
    assert_eq!(store.drop_dead_letter(second), Ok(true));
    assert_eq!(store.drop_dead_letter(second), Ok(false));
    assert!(due(&store).is_empty());
    assert_eq!(store.dead_letters(10).unwrap().len(), 2);
}
