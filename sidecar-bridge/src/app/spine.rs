//! The loops that move events and fire reminders, and the order in which they end.

use std::sync::Arc;

use futures_util::future::{join_all, select_all};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use super::{
    AppError,
    base::{self, Base},
};
use crate::{
    alarm::{AlarmClock, Alarms},
    bus::{Ground, Inlet, Parts, Publisher, embedded::EmbeddedBus, kafka},
    clock::{Clock, SystemClock},
    config::{Bus, Config, Jobs},
    dapr::Link,
    database::{Database, operator_text},
    dead_letters::Replay,
    dispatcher::Dispatcher,
    edge::Health,
    notify::{self, Intake},
    relay::{Keeper, Pace, Relay, Tenure, report_lag},
    service::{Running, Service, SetupError},
    stream::Hub,
    sweeper::Sweeper,
};

/// Everything that runs as long as the application does.
pub(super) struct Spine {
    streams: Arc<Hub>,
    publisher: Arc<dyn Publisher>,
    /// Wakes who hands dead letters over again.
    replays: Arc<Notify>,
    /// What brings events and alarms from outside.
    arrivals: Vec<Running>,
    sweeper: Running,
    replay: Running,
    relay: Running,
    notifications: Running,
    lag: Running,
    /// Shares the users with other processes on the same database, where there may be any.
    leases: Option<Running>,
}

impl Spine {
    /// Starts the loops. Live streams end with `closing`.
    pub(super) async fn start(
        base: &Base,
        config: &Config,
        health: &Health,
        closing: CancellationToken,
    ) -> Result<Self, AppError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let alarms = Arc::new(Alarms::new(Arc::clone(&clock)));
        let streams = Arc::new(Hub::new(base.storage.clone(), closing));
        let added = watch::Sender::new(());
        let ground = |rings| Ground {
            inlet: Arc::new(inlet(base, &clock, rings, &added)),
            streams: Arc::clone(&streams),
            storage: base.storage.clone(),
            clock: Arc::clone(&clock),
        };
        let (parts, inlet) = assemble(config, &alarms, ground).await?;
        let Parts { publisher, arrivals } = parts;
        let replays = Arc::new(Notify::new());
        let replay = Replay {
            storage: base.storage.clone(),
            inlet,
            publisher: Arc::clone(&publisher),
            clock: Arc::clone(&clock),
            asked: Arc::clone(&replays),
        };
        let (leases, tenure) = leases(base, &clock).unzip();
        let mut relay = relay(base, &clock, Arc::clone(&publisher));
        let mut notifications = notify::Worker::new(
            base.storage.clone(),
            base.channels.clone(),
            Arc::clone(&clock),
            added.subscribe(),
            notify::Pace::default(),
        );
        let settings = base::settings(config);
        let mut sweeper = Sweeper::new(base.storage.clone(), alarms, Arc::clone(&clock), settings);
        if let Some(tenure) = tenure {
            relay = relay.sharing(tenure.clone());
            sweeper = sweeper.sharing(tenure.clone());
            notifications = notifications.sharing(tenure);
        }
        let (storage, health) = (base.storage.clone(), health.clone());
        let start = |service: Service| service.start();
        Ok(Self {
            streams,
            leases: leases.map(start),
            publisher,
            replays,
            arrivals: arrivals.into_iter().map(start).collect(),
            sweeper: start(Service::new("the sweeper", |stop| sweeper.run(stop))),
            replay: start(Service::new("the replay", |stop| replay.run(stop))),
            relay: start(Service::new("the relay", |stop| relay.run(stop))),
            notifications: start(Service::new("the notifications", |stop| notifications.run(stop))),
            lag: start(Service::new("the lag report", |stop| {
                report_lag(storage, clock, health, stop)
            })),
        })
    }

    pub(super) fn streams(&self) -> &Arc<Hub> {
        &self.streams
    }

    /// Wakes who hands dead letters over again.
    pub(super) fn replays(&self) -> &Arc<Notify> {
        &self.replays
    }

    /// Returns the name of a loop that ended though nobody asked it to.
    pub(super) async fn ended(&mut self) -> &'static str {
        let Self { arrivals, sweeper, replay, relay, notifications, lag, leases, .. } = self;
        let all = [sweeper, replay, relay, notifications, lag];
        let all = arrivals.iter_mut().chain(leases).chain(all);
        select_all(all.map(|one| Box::pin(one.ended()))).await.0
    }

    /// No more reminders fire; what arrives is finished and nothing new is taken; then the relay
    /// finishes what is on its way out, and last what people are told. Leases go back when nobody
    /// works on them any more.
    pub(super) async fn drain(self) {
        self.sweeper.finish().await;
        self.replay.finish().await;
        join_all(self.arrivals.into_iter().map(Running::finish)).await;
        self.relay.finish().await;
        self.publisher.close().await;
        self.notifications.finish().await;
        self.lag.finish().await;
        if let Some(leases) = self.leases {
            leases.finish().await;
        }
    }
}

/// The path of events alone, for commands that neither listen nor wait for reminders. Nothing where
/// events leave the process, or where a server is at work on the same database, which takes them along.
#[derive(Default)]
pub(super) struct EventsOnly {
    relay: Option<Running>,
    leases: Option<Running>,
}

impl EventsOnly {
    pub(super) async fn start(base: &Base, bus: Bus) -> Self {
        if bus != Bus::Embedded {
            return Self::default();
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let leases = leases(base, &clock);
        if leases.is_some() {
            let now_ms = clock.now().timestamp_millis();
            match base.storage.read(move |store| store.lease_holders(now_ms)).await {
                Ok(0) => {}
                Ok(_) => return Self::default(),
                Err(error) => {
                    let error = operator_text(&error);
                    warn!(error, "the events of this command wait for a server");
                    return Self::default();
                }
            }
        }
        let (leases, tenure) = leases.unzip();
        let alarms = Arc::new(Alarms::new(Arc::clone(&clock)));
        let streams = Arc::new(Hub::new(base.storage.clone(), CancellationToken::new()));
        // Nobody sends now; the rows wait for a server.
        let inlet = Arc::new(inlet(base, &clock, alarms, &watch::Sender::new(())));
        let mut relay = relay(base, &clock, Arc::new(EmbeddedBus::new(inlet, streams)));
        if let Some(tenure) = tenure {
            relay = relay.sharing(tenure);
        }
        let relay = Service::new("the relay", |stop| relay.run(stop)).start();
        Self { relay: Some(relay), leases: leases.map(Service::start) }
    }

    /// Whether what happened reaches its handlers in this process.
    pub(super) fn move_here(&self) -> bool {
        self.relay.is_some()
    }

    pub(super) async fn drain(self) {
        for running in [self.relay, self.leases].into_iter().flatten() {
            running.finish().await;
        }
    }
}

/// Puts together what carries events and alarms, as the settings say.
async fn assemble(
    config: &Config,
    alarms: &Arc<Alarms>,
    ground: impl FnOnce(Arc<dyn AlarmClock>) -> Ground,
) -> Result<(Parts, Arc<Inlet>), SetupError> {
    let mut link = match (config.bus, config.jobs) {
        (Bus::Dapr, _) | (_, Jobs::Dapr) => Some(Link::open(&config.dapr)?),
        (Bus::Embedded | Bus::Kafka, Jobs::Embedded) => None,
    };
    let rings = match (&mut link, config.jobs) {
        (Some(link), Jobs::Dapr) => link.alarms(alarms),
        _ => Arc::clone(alarms) as _,
    };
    let ground = ground(rings);
    let inlet = Arc::clone(&ground.inlet);
    let mut parts = match (&mut link, config.bus) {
        (Some(link), Bus::Dapr) => {
            Parts { publisher: link.publisher(ground), arrivals: Vec::new() }
        }
        (_, Bus::Kafka) => kafka::open(config, ground).await?,
        _ => Parts {
            publisher: Arc::new(EmbeddedBus::new(ground.inlet, ground.streams)),
            arrivals: Vec::new(),
        },
    };
    if let Some(link) = link {
        parts.arrivals.extend(link.listen().await?);
    }
    Ok((parts, inlet))
}

fn inlet(
    base: &Base,
    clock: &Arc<dyn Clock>,
    alarms: Arc<dyn AlarmClock>,
    added: &watch::Sender<()>,
) -> Inlet {
    let dispatcher = Dispatcher {
        subscriptions: base.subscriptions.clone(),
        components: Arc::clone(&base.components),
        alarms,
        storage: base.storage.clone(),
        clock: Arc::clone(clock),
    };
    let intake =
        Intake::new(base.storage.clone(), Arc::clone(clock), &base.channels, added.clone());
    Inlet::new(dispatcher).notifying(intake)
}

/// A database that others can reach too is shared with them; a file is ours by its lock.
fn leases(base: &Base, clock: &Arc<dyn Clock>) -> Option<(Service, Tenure)> {
    if matches!(base.database, Database::Sqlite(_)) {
        return None;
    }
    let owner = Uuid::now_v7().to_string();
    let (keeper, tenure) = Keeper::new(base.storage.clone(), Arc::clone(clock), owner);
    Some((Service::new("the leases", |stop| keeper.run(stop)), tenure))
}

fn relay(base: &Base, clock: &Arc<dyn Clock>, publisher: Arc<dyn Publisher>) -> Relay {
    let committed = base.database.committed();
    Relay::new(base.storage.clone(), publisher, Arc::clone(clock), committed, Pace::default())
}
