//! The loops that move events and fire reminders, and the order in which they end.

use std::sync::Arc;

use domain::change::Settings;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::base::Base;
use crate::{
    alarm::Alarms,
    bus::embedded::EmbeddedBus,
    clock::{Clock, SystemClock},
    dispatcher::Dispatcher,
    notify::{self, Intake},
    relay::{Pace, Relay, report_lag},
    stream::Hub,
    sweeper::Sweeper,
};

/// Everything that runs as long as the application does.
pub(super) struct Spine {
    streams: Arc<Hub>,
    sweeper: Loop,
    relay: Loop,
    notifications: Loop,
    lag: Loop,
}

/// A task that runs until it is told to stop.
struct Loop {
    name: &'static str,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Spine {
    /// Starts the loops. Live streams end with `closing`.
    pub(super) fn start(base: &Base, settings: Settings, closing: CancellationToken) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let alarms = Arc::new(Alarms::new(Arc::clone(&clock)));
        let streams = Arc::new(Hub::new(base.storage.clone(), closing));
        let added = watch::Sender::new(());
        let relay = relay(base, &clock, &alarms, &streams, &added);
        let notifications = notify::Worker::new(
            base.storage.clone(),
            base.channels.clone(),
            Arc::clone(&clock),
            added.subscribe(),
            notify::Pace::default(),
        );
        let sweeper = Sweeper::new(base.storage.clone(), alarms, Arc::clone(&clock), settings);
        let storage = base.storage.clone();
        Self {
            streams,
            sweeper: Loop::start("the sweeper", |stop| sweeper.run(stop)),
            relay: Loop::start("the relay", |stop| relay.run(stop)),
            notifications: Loop::start("the notifications", |stop| notifications.run(stop)),
            lag: Loop::start("the lag report", |stop| report_lag(storage, clock, stop)),
        }
    }

    pub(super) fn streams(&self) -> &Arc<Hub> {
        &self.streams
    }

    /// Returns the name of a loop that ended though nobody asked it to.
    pub(super) async fn ended(&mut self) -> &'static str {
        let (name, ended) = tokio::select! {
            ended = &mut self.sweeper.task => (self.sweeper.name, ended),
            ended = &mut self.relay.task => (self.relay.name, ended),
            ended = &mut self.notifications.task => (self.notifications.name, ended),
            ended = &mut self.lag.task => (self.lag.name, ended),
        };
        if let Err(error) = ended {
            warn!(%error, "{name} ended in a bug");
        }
        name
    }

    /// No more reminders fire; then the relay finishes what is on its way, and last what people are
    /// told.
    pub(super) async fn drain(self) {
        self.sweeper.finish().await;
        self.relay.finish().await;
        self.notifications.finish().await;
        self.lag.finish().await;
    }
}

/// The path of events alone, for commands that neither listen nor wait for reminders.
pub(super) struct EventsOnly(Loop);

impl EventsOnly {
    pub(super) fn start(base: &Base) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let alarms = Arc::new(Alarms::new(Arc::clone(&clock)));
        let streams = Arc::new(Hub::new(base.storage.clone(), CancellationToken::new()));
        // Nobody sends now; the rows wait for a server.
        let relay = relay(base, &clock, &alarms, &streams, &watch::Sender::new(()));
        Self(Loop::start("the relay", |stop| relay.run(stop)))
    }

    pub(super) async fn drain(self) {
        self.0.finish().await;
    }
}

fn relay(
    base: &Base,
    clock: &Arc<dyn Clock>,
    alarms: &Arc<Alarms>,
    streams: &Arc<Hub>,
    added: &watch::Sender<()>,
) -> Relay {
    let dispatcher = Dispatcher {
        subscriptions: base.subscriptions.clone(),
        components: Arc::clone(&base.components),
        alarms: Arc::clone(alarms) as _,
        storage: base.storage.clone(),
        clock: Arc::clone(clock),
    };
    let intake =
        Intake::new(base.storage.clone(), Arc::clone(clock), &base.channels, added.clone());
    let bus = Arc::new(EmbeddedBus::new(dispatcher, Arc::clone(streams)).notifying(intake));
    let committed = base.database.committed();
    Relay::new(base.storage.clone(), bus, Arc::clone(clock), committed, Pace::default())
}

impl Loop {
    fn start<F>(name: &'static str, run: impl FnOnce(CancellationToken) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(stop.clone()));
        Self { name, stop, task }
    }

    async fn finish(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            warn!(%error, "{} ended in a bug", self.name);
        }
    }
}
