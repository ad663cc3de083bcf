//! What arrives is handed over, comes again, or is set aside.

use std::sync::Arc;

use bytes::Bytes;
use dapr_sidecar::{Answer, Events as _};
use events::Envelope;
use serde_json::json;
use store::LogRow;
use testkit::{Ids, a_task};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    alarm::Alarms,
    bus::{Ground, Inlet, Live},
    dispatcher::{Dispatcher, Subscription},
    fakes::{self, FakeComponents, FakeDatabase, Reply},
    stream::Hub,
};

struct Rig {
    arrivals: Arrivals,
    streams: Arc<Hub>,
    components: Arc<FakeComponents>,
    database: FakeDatabase,
    ids: Ids,
    /// The log of a user with a task.
    rows: Vec<LogRow>,
}

fn rig(reply: Reply) -> Rig {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    database.create(&a_task(), &mut ids);
    let rows = database.store().unpublished(0, 1000, &[]).unwrap();
    let components = FakeComponents::new(&database, move |_, _: &Envelope| reply.clone());
    let components = Arc::new(components);
    let clock = fakes::clock();
    let created = ["task.created".to_owned()];
    let dispatcher = Dispatcher {
        subscriptions: vec![Subscription::new("handler", "/handler", &created, &[]).unwrap()],
        components: Arc::clone(&components) as _,
        alarms: Arc::new(Alarms::new(Arc::clone(&clock))),
        storage: database.storage(),
        clock: Arc::clone(&clock),
    };
    let streams = Arc::new(Hub::new(database.storage(), CancellationToken::new()));
    let ground = Ground {
        inlet: Arc::new(Inlet::new(dispatcher)),
        streams: Arc::clone(&streams),
        storage: database.storage(),
        clock,
    };
    let live = Arc::new(Live::new(database.storage(), Arc::clone(&streams)));
    let arrivals = Arrivals::new(ground, live, None);
    Rig { arrivals, streams, components, database, ids, rows }
}

impl Rig {
    fn row(&self, topic: &str) -> &LogRow {
        self.rows.iter().find(|row| row.topic == topic).unwrap()
    }

    async fn arrive(&self, topic: &str) -> Answer {
        self.arrivals.arrived(topic, &HeaderMap::new(), body(self.row(topic))).await
    }

    fn letters(&self) -> Vec<(String, String)> {
        let letters = self.database.store().dead_letters(10).unwrap();
        letters.into_iter().map(|letter| (letter.consumer, letter.reason)).collect()
    }
}

/// The row as it comes out of the sidecar.
fn body(row: &LogRow) -> Bytes {
    let mut event: serde_json::Value = serde_json::from_slice(&event(row).data).unwrap();
    event["topic"] = json!(row.topic);
    event["pubsubname"] = json!("pubsub");
    event["traceid"] = json!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    event.to_string().into()
}

#[test]
fn a_row_comes_back_as_it_went() {
    for expect in rig(Reply::Status(200)).rows {
        let got = row(&expect.topic, &HeaderMap::new(), &body(&expect)).unwrap();
        // The place in the log is told beside the envelope, and within it where it is meant to be.
        assert_eq!((got.envelope(), got.seq), (expect.envelope(), expect.seq));
        assert_eq!(got.correlation_id, expect.correlation_id);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_handlers_took_is_done() {
    let rig = rig(Reply::Effects(Vec::new()));
    assert_eq!(rig.arrive("task-events").await, Answer::Success);
    assert_eq!(rig.components.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_can_read_is_dropped_to_where_it_is_kept() {
    let rig = rig(Reply::Effects(Vec::new()));
    for body in ["", "{}", "{\"specversion\":\"1.0\"}"] {
        let answer = rig.arrivals.arrived("task-events", &HeaderMap::new(), body.into()).await;
        assert_eq!(answer, Answer::Drop, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_for_without_an_end() {
    for reply in [Reply::Unreachable, Reply::Busy] {
        let rig = rig(reply);
        for _ in 0..20 {
            assert_eq!(rig.arrive("task-events").await, Answer::Retry);
        }
        assert!(rig.letters().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_fails_again_and_again_is_set_aside() {
    let rig = rig(Reply::Status(500));
    for _ in 0..7 {
        assert_eq!(rig.arrive("task-events").await, Answer::Retry);
    }
    assert_eq!(rig.arrive("task-events").await, Answer::Success);
    let letters = rig.letters();
    assert_eq!((letters.len(), letters[0].0.as_str()), (1, "bus"));
    assert!(letters[0].1.contains("500"), "{letters:?}");
}

#[tokio::test(start_paused = true)]
async fn streams_get_what_the_log_has_in_its_order_whatever_comes_first() {
    let mut rig = rig(Reply::Effects(Vec::new()));
    let update = rig.row("task-updates").clone();
    let mut stream = rig.streams.open(&update.user_id, None).await.unwrap();
    // Two more events of the user; the later one overtakes the other.
    for _ in 0..2 {
        let task = domain::task::Task { id: rig.ids.next_id(), ..a_task() };
        rig.database.create(&task, &mut rig.ids);
    }
    let rows = rig.database.store().unpublished(0, 1000, &[]).unwrap();
    let live: Vec<_> = rows.into_iter().filter(|row| row.topic == "task-updates").collect();
    let [_, second, third] = &live[..] else { panic!("{live:?}") };
    for row in [third, second, third] {
        let answer = rig.arrivals.arrived(&row.topic, &HeaderMap::new(), body(row)).await;
        assert_eq!(answer, Answer::Success);
    }
    let got = [stream.next().await.unwrap().seq, stream.next().await.unwrap().seq];
    assert_eq!(got, [second.seq, third.seq]);
}
