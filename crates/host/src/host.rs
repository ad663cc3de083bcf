//! The host itself: load an application, then answer requests.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use http::{Request, Response, StatusCode};
use wasmtime::{Engine, component::Linker};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::{
    Body, CallError, LoadError, Settings,
    app::{App, Unit},
    engine::{self, cache},
    exchange::exchange,
    failure::{self, Failure},
    linker,
    manifest::{self, Manifest},
    outbound::AllowedHost,
    places::{Places, Share},
    postgres,
    routes::{self, Match, Routes},
    state::State,
};

/// A loaded application. Cloning is cheap.
#[derive(Clone)]
pub struct Host {
    app: Arc<App>,
    components: Arc<[ComponentInfo]>,
}

/// What the outside may know about a component.
#[derive(Debug, Clone)]
pub struct ComponentInfo {
    /// Its id in the manifest.
    pub id: String,
    /// Its public routes, as written.
    pub routes: Vec<String>,
    /// The `[component.<id>.tool]` tables, for programs other than Spin.
    pub tool: toml::Table,
}

/// What [`compile`] did for one component.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The component's id.
    pub component: String,
    /// The machine code.
    pub path: PathBuf,
    /// False when it was there already.
    pub fresh: bool,
}

/// Compiles all components of an application ahead of time, so that no start has to.
pub fn compile(manifest: &Path, cache_dir: &Path) -> Result<Vec<Compiled>, LoadError> {
    let manifest = Manifest::read(manifest)?;
    let engine = engine::compiling()?;
    let compile = |component: &manifest::Component| {
        let entry = cache::load(&engine, component, cache_dir)?;
        if let Some(cause) = entry.unkept {
            return Err(LoadError::Cache { path: cache_dir.to_owned(), cause });
        }
        Ok(Compiled { component: component.id.clone(), path: entry.path, fresh: entry.fresh })
    };
    manifest.components.iter().map(compile).collect()
}

impl Host {
    /// Reads the manifest, loads every component (as machine code where it is cached) and links it.
    pub async fn load(settings: Settings) -> Result<Self, LoadError> {
        let manifest = Manifest::read(&settings.manifest)?;
        let values = values(&manifest, &settings.variables)?;
        let engine = engine::serving(&settings.limits)?;
        let ticker = engine::ticker(&engine)?;
        let linker = linker::linker(&engine).map_err(|error| LoadError::Engine(error.into()))?;

        let loading: Vec<_> = manifest
            .components
            .iter()
            .map(|component| load_entry(&engine, component, &settings.cache_dir))
            .collect();
        let mut units = Vec::with_capacity(loading.len());
        for (component, entry) in manifest.components.iter().zip(loading) {
            units.push(unit(component, entry.await?, &linker, &settings, &values)?);
        }
        let by_id = units.iter().enumerate().map(|(n, unit)| (unit.id.to_string(), n)).collect();
        let routes = Routes::new(&manifest).map_err(LoadError::Route)?;
        let components = manifest.components.into_iter().map(ComponentInfo::from).collect();
        let app = App {
            units,
            by_id,
            routes,
            places: Places::new(&settings.limits),
            limits: settings.limits,
            allow_private_networks: settings.allow_private_networks,
            ticker,
            tls: OnceLock::new(),
        };
        Ok(Self { app: Arc::new(app), components })
    }

    /// Answers a request by the public routes. The client's address may come as an extension of
    /// type `SocketAddr`.
    pub async fn handle(&self, request: Request<Body>) -> Response<Body> {
        let path = request.uri().path().to_owned();
        match self.app.routes.find(&path) {
            Some(found) => self.enter(found, request).await,
            None => {
                failure::problem(StatusCode::NOT_FOUND, "no-route", "there is nothing at this path")
            }
        }
    }

    /// Calls a component by its id, whether or not it has a public route.
    pub async fn call(
        &self,
        component: &str,
        request: Request<Body>,
    ) -> Result<Response<Body>, CallError> {
        let unknown = || CallError::UnknownComponent(component.to_owned());
        let component = *self.app.by_id.get(component).ok_or_else(unknown)?;
        let path = request.uri().path().to_owned();
        Ok(self.enter(self.app.routes.direct(component, &path), request).await)
    }

    async fn enter(&self, found: Match<'_>, mut request: Request<Body>) -> Response<Body> {
        const NOBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let client = request.extensions().get().copied().unwrap_or(NOBODY);
        match routes::label(&mut request, &found, client) {
            Ok(()) => exchange(&self.app, found.component, request, 0).await,
            Err(why) => Failure::BadRequest(why).response(),
        }
    }

    /// All components, sorted by id.
    pub fn components(&self) -> &[ComponentInfo] {
        &self.components
    }

    /// Waits until no guest runs any more. Meant for shutting down, after the last request was let
    /// in.
    pub async fn drained(&self) {
        self.app.places.empty().await;
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Host").field("components", &self.components).finish_non_exhaustive()
    }
}

impl From<manifest::Component> for ComponentInfo {
    fn from(component: manifest::Component) -> Self {
        let routes = component.routes.iter().map(ToString::to_string).collect();
        Self { id: component.id, routes, tool: component.tool }
    }
}

/// The values of all application variables.
fn values(
    manifest: &Manifest,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, LoadError> {
    if let Some(name) = given.keys().find(|name| !manifest.variables.contains_key(*name)) {
        return Err(LoadError::VariableUnknown { name: name.clone() });
    }
    let value = |(name, variable): (&String, &manifest::Variable)| {
        let value = given.get(name).or(variable.default.as_ref()).cloned();
        Ok((name.clone(), value.ok_or_else(|| LoadError::VariableMissing { name: name.clone() })?))
    };
    manifest.variables.iter().map(value).collect()
}

/// Begins to load a component on a thread of its own.
fn load_entry(
    engine: &Engine,
    component: &manifest::Component,
    folder: &Path,
) -> impl Future<Output = Result<cache::Entry, LoadError>> + use<> {
    let (engine, component, folder) = (engine.clone(), component.clone(), folder.to_owned());
    let loading = tokio::task::spawn_blocking(move || cache::load(&engine, &component, &folder));
    async { loading.await.unwrap_or_else(|error| Err(LoadError::Engine(error.into()))) }
}

fn unit(
    component: &manifest::Component,
    entry: cache::Entry,
    linker: &Linker<State>,
    settings: &Settings,
    values: &BTreeMap<String, String>,
) -> Result<Unit, LoadError> {
    let id = &component.id;
    if let Some(error) = entry.unkept {
        tracing::warn!(
            component.id = id,
            error = &error as &dyn std::error::Error,
            "cannot keep the compiled component, so the next start compiles it again"
        );
    }
    let pre = linker
        .instantiate_pre(&entry.component)
        .and_then(ProxyPre::new)
        .map_err(|cause| LoadError::Link { component: id.clone(), cause: cause.into() })?;
    let fill = |template: &manifest::Template| {
        template.fill(values).map_err(|name| LoadError::VariableMissing { name })
    };
    let mut variables = HashMap::new();
    for (name, template) in &component.variables {
        variables.insert(name.clone(), fill(template)?);
    }
    let mut databases = HashMap::new();
    for label in &component.sqlite_databases {
        if settings.absent_databases.contains(label) {
            continue;
        }
        let database = settings.databases.get(label).cloned();
        let missing = || LoadError::Database { component: id.clone(), label: label.clone() };
        databases.insert(label.clone(), database.ok_or_else(missing)?);
    }
    let mut outbound = Vec::new();
    for template in &component.allowed_outbound_hosts {
        let host = fill(template)?;
        let allowed = AllowedHost::parse(&host).map_err(|why| LoadError::OutboundHost {
            component: id.clone(),
            host,
            why,
        })?;
        outbound.push(allowed);
    }
    let environment = component.environment.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    Ok(Unit {
        id: id.as_str().into(),
        pre,
        variables,
        environment,
        databases,
        postgres: postgres::Databases::new(settings.postgres.clone()),
        outbound,
        share: Share::new(&settings.limits),
    })
}
