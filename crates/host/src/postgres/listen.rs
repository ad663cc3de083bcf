//! `LISTEN`: a hint that somebody, maybe another process, has stored something.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time::sleep};
use tokio_postgres::AsyncMessage;

use super::{Error, Shared};

const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);

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
        loop {
            match std::future::poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(_))) => count(),
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
