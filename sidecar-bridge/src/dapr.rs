//! The link to a Dapr sidecar. Whatever goes out of it shares one connection, whatever it calls back
//! shares one address; sidecar and bridge may come and go in any order.
//!
//! Made by [`Link::open`]; then whoever needs it takes his part ([`Link::alarms`], [`Link::publisher`]);
//! last, [`Link::listen`] gives what has to run.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use dapr_sidecar::{Callbacks, Endpoint, Events, Jobs, Ready, Sidecar, SidecarError, callbacks};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    alarm::{AlarmClock, Alarms, dapr::SidecarAlarms},
    bus::{Ground, Live, Publisher, dapr as bus},
    components::{Components, TokenMint, dapr::Invoked},
    config::Dapr,
    edge::Health,
    server,
    service::{Service, SetupError, SetupErrorKind},
    task_cache::TaskCache,
};

const WHAT: &str = "the Dapr sidecar";
/// Whether the sidecar is there is looked at so often, for the log.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The link to the sidecar, while it is being put together.
pub struct Link {
    settings: Dapr,
    sidecar: Sidecar,
    health: Health,
    jobs: Option<Arc<dyn Jobs>>,
    events: Option<Arc<dyn Events>>,
    live: Option<Arc<dyn Events>>,
    services: Vec<Service>,
}

impl Link {
    /// Nothing is connected yet. Needs a runtime.
    pub fn open(settings: &Dapr) -> Result<Self, SetupError> {
        let sidecar = sidecar(settings)
            .map_err(|cause| SetupError::new(WHAT, SetupErrorKind::Configuration, cause))?;
        Ok(Self {
            settings: settings.clone(),
            sidecar,
            health: Health::default(),
            jobs: None,
            events: None,
            live: None,
            services: Vec::new(),
        })
    }

    /// An alarm clock that has the sidecar wake us up, beside the `local` one, which it wakes.
    pub fn alarms(&mut self, local: &Arc<Alarms>) -> Arc<dyn AlarmClock> {
        let (clock, service) = SidecarAlarms::new(self.sidecar.jobs(), Arc::clone(local));
        self.services.push(service);
        let clock = Arc::new(clock);
        self.jobs = Some(Arc::clone(&clock) as _);
        clock
    }

    /// A bus that the sidecar drives. What it brings goes to the `ground`.
    pub fn publisher(&mut self, ground: Ground) -> Arc<dyn Publisher> {
        let cache = self.settings.statestore.as_ref().map(|store| {
            let (cache, service) = TaskCache::new(self.sidecar.state(store));
            self.services.push(service);
            cache
        });
        let live = Arc::new(Live::new(ground.storage.clone(), Arc::clone(&ground.streams)));
        self.events = Some(Arc::new(bus::Arrivals::new(ground, Arc::clone(&live), cache)));
        self.live = Some(Arc::new(bus::Broadcast(live)));
        Arc::new(bus::SidecarBus::new(self.sidecar.clone(), &self.settings.pubsub))
    }

    /// Takes the address of the callbacks. What is returned has to run; until it does, the sidecar is
    /// told to wait.
    pub async fn listen(self) -> Result<Vec<Service>, SetupError> {
        let Self { settings, sidecar, health, jobs, events, live, mut services } = self;
        let listener = bind(settings.listen).await?;
        let app_token = settings.app_token.as_ref().map(|token| token.reveal().to_owned());
        let ready = Arc::new(Welcome(health.clone()));
        let router = callbacks::router(Callbacks { jobs, events, live, ready, app_token });
        services.push(Service::new("the callbacks of the sidecar", move |stop| async move {
            health.set_ready();
            let stopping = async {
                stop.cancelled().await;
                // Asked to wait, it keeps for later what would fail now.
                health.set_stopping();
            };
            tokio::join!(server::serve(listener, router, stop.clone()), stopping);
        }));
        services.push(Service::new("the look at the sidecar", |stop| look(sidecar, stop)));
        Ok(services)
    }
}

/// The components behind the sidecar, when the settings name the app that runs them.
pub fn components(
    settings: &Dapr,
    tokens: Arc<dyn TokenMint>,
) -> Result<Option<Arc<dyn Components>>, SetupError> {
    let Some(app_id) = &settings.components_app else { return Ok(None) };
    let sidecar = sidecar(settings)
        .map_err(|cause| SetupError::new(WHAT, SetupErrorKind::Configuration, cause))?;
    Ok(Some(Arc::new(Invoked::new(sidecar.http().clone(), app_id, tokens))))
}

/// A connection to the sidecar of these settings.
pub fn sidecar(settings: &Dapr) -> Result<Sidecar, SidecarError> {
    Sidecar::connect(&Endpoint {
        grpc: settings.grpc.clone(),
        http: settings.http.clone(),
        api_token: settings.api_token.as_ref().map(|token| token.reveal().to_owned()),
    })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, SetupError> {
    TcpListener::bind(address).await.map_err(|cause| {
        let cause = format!("`dapr_listen` {address}: {cause}");
        SetupError::new(WHAT, SetupErrorKind::Configuration, cause)
    })
}

/// Says in the log when it comes and goes.
async fn look(sidecar: Sidecar, stop: CancellationToken) {
    let mut was_up = None;
    loop {
        let is_up = tokio::select! {
            () = stop.cancelled() => return,
            is_up = sidecar.http().is_up() => is_up,
        };
        if was_up != Some(is_up) {
            match is_up {
                true => info!("the sidecar is there"),
                false => warn!("the sidecar is away; events and jobs wait for it"),
            }
            was_up = Some(is_up);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Our health, as the callbacks ask for it.
struct Welcome(Health);

impl Ready for Welcome {
    fn check(&self) -> Result<(), &'static str> {
        self.0.check()
    }
}
