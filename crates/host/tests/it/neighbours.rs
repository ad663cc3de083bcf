//! What one client's hostile requests do to another client: nothing but a little waiting.

use std::time::{Duration, Instant};

use host::full;
use http::{Request, StatusCode};

use super::harness::{Fixture, answer};

const HOSTILE: &[&str] = &[
    "/loop",
    "/memory",
    "/recursion",
    "/trap",
    "/table",
    "/logs",
    "/endless-body",
    "/long-answer",
    "/many-headers",
    "/attach",
    "/sleep",
    "/endless-query",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_answered_correctly_meanwhile() {
    let fixture = Fixture::new().await;
    let attacks: Vec<_> = HOSTILE
        .iter()
        .map(|path| {
            let host = fixture.host.clone();
            tokio::spawn(async move {
                for _ in 0..3 {
                    let request =
                        Request::get(*path).header("host", "test").body(full("")).unwrap();
                    answer(host.handle(request).await).await;
                }
            })
        })
        .collect();

    let mut slowest = Duration::ZERO;
    let mut served = 0;
    while !attacks.iter().all(|attack| attack.is_finished()) {
        let begun = Instant::now();
        let good = fixture.get("/ok").await;
        slowest = slowest.max(begun.elapsed());
        assert_eq!((good.status, good.body.as_deref()), (StatusCode::OK, Some("ok")));
        served += 1;
        tokio::task::yield_now().await;
    }
    assert!(served > 20, "{served} requests");
    assert!(slowest < Duration::from_secs(2), "one waited {slowest:?}");
    for attack in attacks {
        attack.await.unwrap();
    }
    fixture.host.drained().await;
}

#[tokio::test]
async fn a_full_house_says_so_and_is_open_again_afterwards() {
    let fixture = Fixture::with(|settings| {
        settings.limits.concurrent_requests = 2;
        settings.limits.waiting_per_component = 1;
        settings.limits.wall = Duration::from_millis(500);
    })
    .await;
    // Two sleep, one waits for them, and there is no room for a fourth.
    let (first, second, third, fourth) = tokio::join!(
        fixture.get("/sleep"),
        fixture.get("/sleep"),
        fixture.get("/ok"),
        fixture.get("/ok"),
    );
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (504, 504));
    assert_eq!(fourth.status.as_u16(), 503);
    assert!(fourth.body.unwrap().contains("host-busy"));
    assert!([200, 503].contains(&third.status.as_u16()), "its wait ends when theirs does");
    assert_eq!(fixture.get("/ok").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_component_that_keeps_its_callers_waiting_leaves_room_for_others() {
    let fixture = Fixture::with(|settings| {
        settings.limits.concurrent_requests = 3;
        settings.limits.concurrent_per_component = 2;
        settings.limits.wall = Duration::from_millis(500);
    })
    .await;
    let other = async {
        let request = Request::get("/ok").body(full("")).unwrap();
        let began = Instant::now();
        let answer = answer(fixture.host.call("secret", request).await.unwrap()).await;
        (answer.status, began.elapsed())
    };
    let (sleeper, _, _, (status, took)) =
        tokio::join!(fixture.get("/sleep"), fixture.get("/sleep"), fixture.get("/sleep"), other);
    assert_eq!(sleeper.status.as_u16(), 504);
    assert_eq!(status, StatusCode::OK);
    assert!(took < Duration::from_millis(400), "it did not wait for the sleepers: {took:?}");
}

#[tokio::test]
async fn who_hangs_up_does_not_stop_what_was_begun() {
    let fixture = Fixture::new().await;
    let request = Request::get("/note?kept").header("host", "test").body(full("")).unwrap();
    let mut begun = Box::pin(fixture.host.handle(request));
    // One poll: the statement is on its way to the writer, and the answer is not there yet.
    assert!(futures_poll_once(&mut begun).await.is_none());
    drop(begun);
    fixture.host.drained().await;
    let rows = fixture.notes();
    assert_eq!(rows, ["kept"]);
}

async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}
