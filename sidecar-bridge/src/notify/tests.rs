//! Every receiver is told once, whatever fails or dies in between.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use ::notify::{Channel, Message, SendError, SendErrorKind};
use async_trait::async_trait;
use chrono::TimeDelta;
use domain::{
    change::{ChangeSet, Digest, EventBody},
    task::Task,
};
use serde_json::json;
use store::{LogRow, PushSubscription, Value};
use testkit::{
    Ids, a_task, change,
    task::{USER, a_reminder, done},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::watch,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    config::PushSettings,
    fakes::{self, Death, FakeDatabase},
};

const LATER: SendErrorKind = SendErrorKind::Transient { retry_after: None };

/// A channel that follows a script, and takes everything when that has ended.
struct Scripted {
    name: &'static str,
    replies: Mutex<VecDeque<SendErrorKind>>,
    hangs: bool,
    sent: Mutex<Vec<(Message, Instant)>>,
}

impl Scripted {
    fn new(name: &'static str, replies: &[SendErrorKind]) -> Arc<Self> {
        let replies = Mutex::new(replies.iter().copied().collect());
        Arc::new(Self { name, replies, hangs: false, sent: Mutex::default() })
    }

    fn hanging(name: &'static str) -> Arc<Self> {
        let replies = Mutex::default();
        Arc::new(Self { name, replies, hangs: true, sent: Mutex::default() })
    }

    fn messages(&self) -> Vec<Message> {
        self.sent.lock().unwrap().iter().map(|(message, _)| message.clone()).collect()
    }

    fn times(&self) -> Vec<Instant> {
        self.sent.lock().unwrap().iter().map(|(_, at)| *at).collect()
    }
}

#[async_trait]
impl Channel for Scripted {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        self.sent.lock().unwrap().push((message.clone(), Instant::now()));
        if self.hangs {
            std::future::pending::<()>().await;
        }
        match self.replies.lock().unwrap().pop_front() {
            None => Ok(()),
            Some(kind) => Err(SendError::new(kind, "as the script says")),
        }
    }
}

/// One life of a process: its intake and its worker.
struct Life {
    intake: Intake,
    shutdown: CancellationToken,
    worker: tokio::task::JoinHandle<()>,
}

impl Life {
    fn start(database: &FakeDatabase, channels: &[&Arc<Scripted>]) -> Self {
        Self::start_with(database, channels, Pace::default())
    }

    fn start_with(database: &FakeDatabase, channels: &[&Arc<Scripted>], pace: Pace) -> Self {
        let channels = channels.iter().map(|channel| Arc::clone(channel) as _).collect();
        Self::of(database, Channels::only(channels), pace)
    }

    fn of(database: &FakeDatabase, channels: Channels, pace: Pace) -> Self {
        let added = watch::Sender::new(());
        let (clock, storage) = (fakes::clock(), database.storage());
        let worker = Worker::new(
            storage.clone(),
            channels.clone(),
            Arc::clone(&clock),
            added.subscribe(),
            pace,
        );
        let shutdown = CancellationToken::new();
        let worker = tokio::spawn(worker.run(shutdown.clone()));
        Self { intake: Intake::new(storage, clock, &channels, added), shutdown, worker }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.worker.await.unwrap();
    }
}

/// Stores a task with reminders that have fired, as one digest if they are to be one.
fn fire(database: &FakeDatabase, ids: &mut Ids, count: u32, digest: bool) -> Vec<Task> {
    let digest_id = ids.next_id();
    let mut change = ChangeSet { user_id: USER.to_owned(), ..ChangeSet::default() };
    let mut tasks = Vec::new();
    for position in 1..=count {
        let task = Task { id: ids.next_id(), title: format!("task {position}"), ..a_task() };
        database.create(&task, ids);
        let body = EventBody::ReminderTrigger {
            reminder: a_reminder(ids.next_id(), testkit::now()),
            task: Box::new(task.clone()),
            late_by_ms: if digest { 7_200_000 } else { 0 },
            digest: digest.then_some(Digest { id: digest_id, size: count, position }),
        };
        change.events.push(change::event(body, ids));
        tasks.push(task);
    }
    database.apply(&change);
    tasks
}

/// What the relay would hand over.
fn log(database: &FakeDatabase) -> Vec<LogRow> {
    database.store().unpublished(i64::MAX, 1000, &[]).unwrap()
}

async fn settled(database: &FakeDatabase) {
    let count = "select count(*), count(outcome) from deliveries";
    database
        .until(|store| {
            let row = store.sql().rows(count).remove(0);
            row[0] != Value::Integer(0) && row[0] == row[1]
        })
        .await;
}

/// Channel and outcome of every row.
fn outcomes(database: &FakeDatabase) -> Vec<String> {
    let sql = "select channel || ' ' || outcome from deliveries order by 1";
    let rows = database.store().sql().rows(sql).into_iter();
    rows.map(|row| match &row[0] {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    })
    .collect()
}

#[tokio::test(start_paused = true)]
async fn every_channel_is_told_once_however_often_the_event_comes() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let (webhook, ntfy) = (Scripted::new("webhook", &[]), Scripted::new("ntfy", &[]));
    let life = Life::start(&database, &[&webhook, &ntfy]);
    fire(&database, &mut ids, 1, false);
    for _ in 0..3 {
        life.intake.take(&log(&database)).await.unwrap();
        settled(&database).await;
    }
    life.stop().await;
    assert_eq!(outcomes(&database), ["ntfy sent", "webhook sent"]);
    let trigger = log(&database).into_iter().find(|row| row.topic == "reminders").unwrap();
    for channel in [&webhook, &ntfy] {
        let messages = channel.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].id, trigger.event_id.to_string());
        assert_eq!(
            (messages[0].title.as_str(), messages[0].body.as_str()),
            ("task 1", "No due date")
        );
        assert_eq!(messages[0].data["task_id"], trigger.payload["task_id"]);
        assert_eq!(messages[0].data["user_id"], USER);
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_comes_again_later_and_not_before_the_receiver_says() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let wait = Duration::from_secs(600);
    let busy = SendErrorKind::Transient { retry_after: Some(wait) };
    let ntfy = Scripted::new("ntfy", &[LATER, LATER, busy]);
    let life = Life::start(&database, &[&ntfy]);
    fire(&database, &mut ids, 1, false);
    life.intake.take(&log(&database)).await.unwrap();
    settled(&database).await;
    life.stop().await;
    assert_eq!(outcomes(&database), ["ntfy sent"]);
    let times = ntfy.times();
    let pauses: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    assert!((2.4..=6.1).contains(&pauses[0]), "{pauses:?}");
    assert!((4.9..=11.1).contains(&pauses[1]), "{pauses:?}");
    assert!(pauses[2] >= 600.0 && pauses[2] < 632.0, "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn what_never_gets_through_is_kept_with_its_reason() {
    for (replies, attempts) in [
        (vec![LATER; 50], Pace::default().attempts_max as usize),
        (vec![SendErrorKind::Permanent], 1),
        (vec![SendErrorKind::Gone], 1),
    ] {
        let (database, mut ids) = (FakeDatabase::new(), Ids::new());
        let webhook = Scripted::new("webhook", &replies);
        let life = Life::start(&database, &[&webhook]);
        fire(&database, &mut ids, 1, false);
        life.intake.take(&log(&database)).await.unwrap();
        settled(&database).await;
        life.stop().await;
        assert_eq!(webhook.messages().len(), attempts);
        assert_eq!(outcomes(&database), ["webhook dead"]);
        let letter = database.store().dead_letters(10).unwrap().remove(0);
        assert_eq!(letter.consumer, "notify:webhook");
        assert_eq!(letter.reason, "as the script says");
        assert!(letter.envelope.contains("reminder.trigger"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_done_meanwhile_is_not_spoken_of() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let ntfy = Scripted::new("ntfy", &[LATER]);
    let life = Life::start(&database, &[&ntfy]);
    let task = fire(&database, &mut ids, 1, false).remove(0);
    life.intake.take(&log(&database)).await.unwrap();
    // The first attempt has failed when the task is completed.
    database
        .until(|store| store.next_delivery_ms("ntfy").unwrap() > Some(0) && ntfy.times().len() == 1)
        .await;
    database.apply(&change::changed(&task, &done(&task), &mut ids));
    settled(&database).await;
    life.stop().await;
    assert_eq!(outcomes(&database), ["ntfy dropped"]);
    assert_eq!(ntfy.messages().len(), 1);
    assert!(database.store().dead_letters(10).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_digest_is_one_message_for_people_and_all_events_for_programs() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let (webhook, ntfy) = (Scripted::new("webhook", &[]), Scripted::new("ntfy", &[]));
    let life = Life::start(&database, &[&webhook, &ntfy]);
    let tasks = fire(&database, &mut ids, 13, true);
    database.apply(&change::changed(&tasks[1], &done(&tasks[1]), &mut ids));
    for row in log(&database) {
        // One at a time, and each of them twice.
        life.intake.take(&[row.clone(), row]).await.unwrap();
    }
    settled(&database).await;
    life.stop().await;
    assert_eq!(webhook.messages().len(), 12);
    let told = ntfy.messages();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].title, "12 reminders came due while Taskloom was away");
    assert!(told[0].body.starts_with("- task 1\n- task 3\n"), "{}", told[0].body);
    assert!(told[0].body.ends_with("\n- task 11\nand 2 more"), "{}", told[0].body);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_keeps_no_other_waiting() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let (webhook, ntfy) = (Scripted::hanging("webhook"), Scripted::new("ntfy", &[]));
    let life = Life::start(&database, &[&webhook, &ntfy]);
    fire(&database, &mut ids, 40, false);
    life.intake.take(&log(&database)).await.unwrap();
    let all_told = "select count(*) from deliveries where channel = 'ntfy' and outcome = 'sent'";
    database.until(|store| store.sql().rows(all_told)[0][0] == Value::Integer(40)).await;
    // And no more of it hang around than may.
    assert_eq!(webhook.messages().len(), Pace::default().at_once);
    life.worker.abort();
}

#[tokio::test(start_paused = true)]
async fn without_channels_nothing_is_kept() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let life = Life::start(&database, &[]);
    fire(&database, &mut ids, 1, false);
    life.intake.take(&log(&database)).await.unwrap();
    life.stop().await;
    assert_eq!(outcomes(&database), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn death_at_any_statement_loses_nothing_and_doubles_only_what_was_on_its_way() {
    let scripts: [&[SendErrorKind]; 2] =
        [&[], &[SendErrorKind::Permanent, SendErrorKind::Permanent]];
    for script in scripts {
        let (mut statement, mut doubled) = (0, 0);
        loop {
            let mut alive = 0;
            for death in [Death::Before(statement), Death::After(statement)] {
                let disk = FakeDatabase::new();
                fire(&disk, &mut Ids::new(), 1, false);
                let webhook = Scripted::new("webhook", script);
                let first = disk.reborn(Some(death));
                alive += u32::from(!one_life(&first, &disk, &webhook).await);
                one_life(&disk.reborn(None), &disk, &webhook).await;
                let expect = if script.is_empty() { "webhook sent" } else { "webhook dead" };
                assert_eq!(outcomes(&disk), [expect], "{death:?}");
                let sent = webhook.messages();
                assert!((1..=2).contains(&sent.len()), "{death:?}: sent {} times", sent.len());
                assert!(sent.iter().all(|message| message.id == sent[0].id));
                doubled += sent.len() - 1;
            }
            if alive == 2 {
                break;
            }
            statement += 1;
        }
        // The death that cannot be helped was among them, and it was a rare one.
        assert!(statement > 3, "only {statement} statements");
        assert!((1..=6).contains(&doubled), "{doubled} of {statement} statements doubled");
    }
}

/// Whether the process died before everything was settled.
async fn one_life(life: &FakeDatabase, disk: &FakeDatabase, webhook: &Arc<Scripted>) -> bool {
    let process = Life::start(life, &[webhook]);
    let work = async {
        process.intake.take(&log(disk)).await.ok()?;
        settled(life).await;
        // What follows the last statement.
        tokio::time::sleep(Duration::from_secs(5)).await;
        Some(())
    };
    let died = tokio::select! {
        () = life.until_dead() => true,
        done = work => done.is_none(),
    };
    life.kill();
    process.worker.abort();
    let _ = process.worker.await;
    died
}

/// A browser whose push service answers 410, once.
async fn gone_browser(database: &FakeDatabase, channels: &Channels) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}/secret", listener.local_addr()?);
    let keys = json!({ "p256dh": channels.push_key(), "auth": "BTBZMqHH6r4Tts7J_aSIgg" });
    let browser = PushSubscription {
        id: testkit::clock::id(77),
        subscription: json!({ "endpoint": endpoint, "keys": keys }).to_string(),
        created_ms: 0,
    };
    database.store().put_push_subscription(USER, &endpoint, &browser).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        let mut head = [0; 64];
        stream.read_exact(&mut head).await?;
        stream.write_all(b"HTTP/1.1 410 Gone\r\n\r\n").await
    });
    Ok(())
}

#[tokio::test]
async fn a_browser_that_is_gone_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let push = PushSettings {
        subject: "mailto:admin@example.org".to_owned(),
        key_file: folder.path().join("vapid.pem"),
    };
    let channels = Channels::open(&crate::config::Notify {
        allow_private_networks: true,
        webhook: None,
        email: None,
        ntfy: None,
        push: Some(push),
    })
    .unwrap();
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    gone_browser(&database, &channels).await.unwrap();
    let life = Life::of(&database, channels, Pace::default());
    fire(&database, &mut ids, 1, false);
    life.intake.take(&log(&database)).await.unwrap();
    settled(&database).await;
    life.stop().await;
    assert_eq!(outcomes(&database), ["web-push gone"]);
    assert!(database.store().push_subscriptions(USER).unwrap().is_empty());
    assert!(database.store().dead_letters(10).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_ended_long_ago_is_forgotten() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let ntfy = Scripted::new("ntfy", &[]);
    let pace = Pace { remember: TimeDelta::minutes(10), ..Pace::default() };
    let life = Life::start_with(&database, &[&ntfy], pace);
    fire(&database, &mut ids, 1, false);
    life.intake.take(&log(&database)).await.unwrap();
    settled(&database).await;
    database.until(|store| store.sql().rows("select 1 from deliveries").is_empty()).await;
    life.stop().await;
}
