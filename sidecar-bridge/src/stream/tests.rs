//! What a stream sends is what the log holds: each event once, in order, however the client comes,
//! goes and dawdles.

use domain::task::Task;
use http::HeaderMap;
use proptest::prelude::*;
use testkit::{Ids, a_task, change};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Duration, timeout},
};

use super::*;
use crate::fakes::FakeDatabase;

const USER: &str = testkit::task::USER;

/// A log, its hub, and a relay that is told what to do.
struct Rig {
    database: FakeDatabase,
    hub: Arc<Hub>,
    ids: Ids,
    closing: CancellationToken,
    /// Rows that the hub was told of.
    told: usize,
}

impl Rig {
    fn new() -> Self {
        let (database, closing) = (FakeDatabase::new(), CancellationToken::new());
        let hub = Arc::new(Hub::new(database.storage(), closing.clone()));
        Self { database, hub, ids: Ids::new(), closing, told: 0 }
    }

    /// Adds `tasks` new tasks: two events each, the second of which is live.
    fn commit(&mut self, tasks: usize) {
        for _ in 0..tasks {
            let task = Task { id: self.ids.next_id(), ..a_task() };
            self.database.apply(&change::created(&task, &mut self.ids));
        }
    }

    fn log(&self) -> Vec<LogRow> {
        self.database.store().unpublished(0, 100_000, &[]).unwrap()
    }

    /// Tells the next `rows` rows, and before them the last `again` ones once more.
    fn tell(&mut self, rows: usize, again: usize) {
        let log = self.log();
        let to = (self.told + rows).min(log.len());
        self.hub.tell(&log[self.told.saturating_sub(again)..to]);
        self.told = to;
    }

    /// `seq` of the live rows that the hub was told of.
    fn live_seqs(&self) -> Vec<u64> {
        self.log()[..self.told].iter().filter(|row| is_live(row)).map(|row| row.seq).collect()
    }

    async fn open(&self, since: Option<u64>) -> Live {
        self.hub.open(USER, since).await.unwrap()
    }
}

/// The next event, which has to come; time is paused, so a minute is no time.
async fn next(live: &mut Live) -> u64 {
    timeout(Duration::from_secs(60), live.next()).await.expect("an event").expect("no end").seq
}

async fn is_silent(live: &mut Live) -> bool {
    timeout(Duration::from_secs(60), live.next()).await.is_err()
}

/// What a client received has to be what the log holds.
fn check(received: &[u64], log: &[u64]) -> Result<(), String> {
    match received.iter().zip(log).find(|(received, expected)| received != expected) {
        Some((received, expected)) => Err(format!("{received} came where {expected} was due")),
        None if received.len() < log.len() => Err(format!("{} is missing", log[received.len()])),
        None if received.len() > log.len() => Err("more came than there is".to_owned()),
        None => Ok(()),
    }
}

#[test]
fn a_gap_a_double_and_a_wrong_order_are_seen() {
    assert_eq!(check(&[2, 4, 6], &[2, 4, 6]), Ok(()));
    assert_eq!(check(&[2, 6], &[2, 4, 6]), Err("6 came where 4 was due".to_owned()));
    assert_eq!(check(&[2, 2, 4, 6], &[2, 4, 6]), Err("2 came where 4 was due".to_owned()));
    assert_eq!(check(&[2, 4], &[2, 4, 6]), Err("6 is missing".to_owned()));
    assert_eq!(check(&[2, 4, 4], &[2, 4]), Err("more came than there is".to_owned()));
}

#[derive(Debug, Clone)]
enum Step {
    Commit { tasks: usize },
    Tell { rows: usize, again: usize },
    Read { events: usize },
    Reconnect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..60usize).prop_map(|tasks| Step::Commit { tasks }),
        4 => (1..100usize, 0..40usize).prop_map(|(rows, again)| Step::Tell { rows, again }),
        3 => (1..50usize).prop_map(|events| Step::Read { events }),
        1 => Just(Step::Reconnect),
    ]
}

/// Who reads a stream.
enum Client {
    Ours(Live),
    /// Passes on whatever it is told: the planted fault.
    Naive {
        told: broadcast::Receiver<Arc<Frame>>,
        _seat: Seat,
    },
}

impl Client {
    async fn open(rig: &Rig, naive: bool, since: u64) -> Self {
        if naive {
            let (_seat, told) = rig.hub.register(USER).unwrap();
            return Self::Naive { told, _seat };
        }
        Self::Ours(rig.open(Some(since)).await)
    }

    /// `None` when nothing comes.
    async fn next(&mut self) -> Option<u64> {
        let next = async {
            match self {
                Self::Ours(live) => live.next().await.map(|frame| frame.seq),
                Self::Naive { told, .. } => loop {
                    match told.recv().await {
                        Ok(frame) => break Some(frame.seq),
                        Err(RecvError::Lagged(_)) => {}
                        Err(RecvError::Closed) => break None,
                    }
                },
            }
        };
        timeout(Duration::from_secs(60), next).await.ok().flatten()
    }
}

/// Plays the steps, then lets everything arrive; what came must be the whole log.
async fn play(steps: &[Step], naive: bool) -> Result<(), String> {
    let mut rig = Rig::new();
    let mut client = Client::open(&rig, naive, 0).await;
    let mut received = Vec::new();
    let last = |received: &[u64]| received.last().copied().unwrap_or(0);
    for step in steps {
        match *step {
            Step::Commit { tasks } => rig.commit(tasks),
            Step::Tell { rows, again } => rig.tell(rows, again),
            Step::Read { events } => {
                for _ in 0..events {
                    if rig.live_seqs().last().is_none_or(|told| *told <= last(&received)) {
                        break;
                    }
                    received.push(client.next().await.ok_or("nothing comes")?);
                }
            }
            Step::Reconnect => client = Client::open(&rig, naive, last(&received)).await,
        }
    }
    rig.tell(usize::MAX / 2, 0);
    while let Some(seq) = client.next().await {
        received.push(seq);
    }
    check(&received, &rig.live_seqs())
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_passes_on_what_it_is_told_is_seen_to_double_and_to_lose() {
    let (commit, tell) = (Step::Commit { tasks: 2 }, Step::Tell { rows: 4, again: 0 });
    let again = Step::Tell { rows: 0, again: 4 };
    let doubled = play(&[commit.clone(), tell.clone(), again.clone()], true).await;
    assert_eq!(doubled, Err("more came than there is".to_owned()));
    let missed = play(&[commit.clone(), tell.clone(), Step::Reconnect], true).await;
    assert_eq!(missed, Err("2 is missing".to_owned()));
    let many = [Step::Commit { tasks: 60 }, Step::Tell { rows: 120, again: 0 }];
    let lost = play(&many, true).await.unwrap_err();
    assert!(lost.ends_with("came where 2 was due"), "{lost}");
    for steps in
        [&[commit.clone(), tell.clone(), again][..], &[commit, tell, Step::Reconnect], &many]
    {
        assert_eq!(play(steps, false).await, Ok(()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_stream_has_neither_gaps_nor_doubles(steps in prop::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        prop_assert_eq!(runtime.block_on(play(&steps, false)), Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_place_in_the_log_a_stream_begins_now() {
    let mut rig = Rig::new();
    rig.commit(3);
    let mut live = rig.open(None).await;
    rig.tell(6, 0);
    assert!(is_silent(&mut live).await, "what was written before is not new");
    rig.commit(1);
    rig.tell(2, 4);
    assert_eq!(next(&mut live).await, 8);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_away_gets_what_it_missed_and_goes_on_live() {
    let mut rig = Rig::new();
    rig.commit(150);
    rig.tell(300, 0);
    let mut live = rig.open(Some(4)).await;
    rig.commit(1);
    rig.tell(2, 2);
    let mut received = Vec::new();
    for _ in 0..149 {
        received.push(next(&mut live).await);
    }
    assert_eq!(check(&received, &rig.live_seqs()[2..]), Ok(()));
    assert!(is_silent(&mut live).await);
}

#[tokio::test(start_paused = true)]
async fn a_slow_stream_goes_back_to_the_log() {
    let mut rig = Rig::new();
    let mut live = rig.open(None).await;
    for _ in 0..10 {
        rig.commit(BEHIND_MAX);
        rig.tell(2 * BEHIND_MAX, 0);
    }
    let mut received = Vec::new();
    for _ in 0..10 * BEHIND_MAX {
        received.push(next(&mut live).await);
    }
    assert_eq!(check(&received, &rig.live_seqs()), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_id_from_another_life_of_the_log_does_not_silence_the_stream() {
    let mut rig = Rig::new();
    rig.commit(1);
    rig.tell(2, 0);
    let mut live = rig.open(Some(1000)).await;
    rig.commit(1);
    rig.tell(2, 0);
    assert_eq!(next(&mut live).await, 4);
}

#[tokio::test(start_paused = true)]
async fn nobody_sees_the_events_of_somebody_else() {
    let mut rig = Rig::new();
    let mut other = rig.hub.open("bob", Some(0)).await.unwrap();
    rig.commit(2);
    rig.tell(4, 0);
    assert!(is_silent(&mut other).await);
}

#[tokio::test(start_paused = true)]
async fn a_user_has_sixteen_streams_and_a_closed_one_makes_room() {
    let rig = Rig::new();
    let mut open = Vec::new();
    for _ in 0..STREAMS_PER_USER {
        open.push(rig.open(None).await);
    }
    assert!(matches!(rig.hub.open(USER, None).await, Err(OpenError::TooMany)));
    assert!(rig.hub.open("bob", None).await.is_ok());
    open.pop();
    assert!(rig.hub.open(USER, None).await.is_ok());
    open.clear();
    assert!(rig.hub.users().is_empty(), "users without streams take no memory");
}

#[tokio::test(start_paused = true)]
async fn streams_end_when_the_process_drains() {
    let mut rig = Rig::new();
    rig.commit(2);
    let mut live = rig.open(Some(0)).await;
    assert_eq!(next(&mut live).await, 2);
    rig.closing.cancel();
    assert!(live.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_answer_says_hello_then_events_then_heartbeats() {
    use http_body_util::BodyExt as _;
    let mut rig = Rig::new();
    rig.commit(1);
    let response = answer(rig.open(Some(0)).await, Duration::from_secs(3600));
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut text = async || {
        let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
        String::from_utf8(frame.to_vec()).unwrap()
    };
    assert_eq!(text().await, ": taskloom\nretry: 2000\n\n");
    let event = text().await;
    let start = "id: 2\nevent: task.state_changed\ndata: {\"event_id\":";
    assert!(event.starts_with(start) && event.ends_with("}\n\n"), "{event}");
    assert!(event.contains(r#""seq":2"#), "{event}");
    let before = tokio::time::Instant::now();
    assert_eq!(text().await, ":\n\n");
    assert_eq!(before.elapsed().as_secs(), 15);
}

#[track_caller]
fn check_since(header: Option<&'static str>, parameter: Option<&str>, expect: &str) {
    let mut headers = HeaderMap::new();
    if let Some(value) = header {
        headers.insert("last-event-id", value.parse().unwrap());
    }
    let actual = since(&headers, parameter);
    let actual = actual.map_or_else(|error| error.to_string(), |since| format!("{since:?}"));
    assert!(actual.starts_with(expect), "{actual}");
}

#[test]
fn the_place_in_the_log_is_read_from_the_header_or_else_the_parameter() {
    check_since(None, None, "None");
    check_since(Some("7"), None, "Some(7)");
    check_since(None, Some("0"), "Some(0)");
    check_since(Some("7"), Some("3"), "Some(7)");
    for bad in ["", "-1", "+5", "1.5", "abc", "99999999999999999999"] {
        check_since(Some(bad), None, "`Last-Event-ID` has to be the id of an event");
        check_since(None, Some(bad), "`since` has to be the id of an event");
    }
}
