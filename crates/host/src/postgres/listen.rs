//! `LISTEN`: a hint that somebody, maybe another process, has stored something.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};
use tokio_postgres::AsyncMessage;

use super::{Error, Shared};

const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Of several commits at the same moment only the first is told, and it may come before the others.
const ECHO_AFTER: Duration = Duration::from_millis(25);

/// Counts what comes on the channel, and every new connection: while there was none, something may
/// have been missed. Ends when nobody watches.
pub(super) async fn listen(shared: Arc<Shared>, channel: String, heard: watch::Sender<u64>) {
    let mut pause = PAUSE_FIRST;
    loop {
        tokio::select! {
            () = heard.closed() => return,
            outcome = connection(&shared, &channel, &heard, &mut pause) => {
                if let Err(error) = outcome {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "not listening to {}; trying again", shared.address
                    );
                }
            }
        }
        tokio::select! {
            () = heard.closed() => return,
            () = sleep(pause) => {}
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Listens on one connection until it breaks.
async fn connection(
    shared: &Shared,
    channel: &str,
    heard: &watch::Sender<u64>,
    pause: &mut Duration,
) -> Result<(), Error> {
    let connecting = shared.address.config().connect(shared.tls.clone());
    let wait = shared.settings.wait;
    let connected = tokio::time::timeout(wait, connecting).await;
    let (client, mut connection) = connected.map_err(|_| Error::no_answer(wait))??;
    let count = || heard.send_modify(|count| *count = count.wrapping_add(1));
    let messages = async {
        let mut echo = None;
        loop {
            let message = std::future::poll_fn(|context| connection.poll_message(context));
            let message = tokio::select! {
                message = message => message,
                () = sleep_until(echo.unwrap_or_else(Instant::now)), if echo.is_some() => {
                    echo = None;
                    count();
                    continue;
                }
            };
            match message {
                Some(Ok(AsyncMessage::Notification(_))) => {
                    count();
                    echo = Some(Instant::now() + ECHO_AFTER);
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(Error::from(error)),
                None => return Ok(()),
            }
        }
    };
    let subscribed = async {
        client.batch_execute(&format!("listen \"{channel}\"")).await?;
        *pause = PAUSE_FIRST;
        count();
        std::future::pending::<Result<(), Error>>().await
    };
    tokio::select! {
        outcome = messages => outcome,
        outcome = subscribed => outcome,
    }
}
