//! A loaded application: what all its requests share.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::{
    Limits,
    engine::Ticker,
    outbound::AllowedHost,
    places::{Places, Share},
    postgres,
    routes::Routes,
    sqlite::Database,
    state::State,
};

/// Everything that does not change while the application runs.
pub(crate) struct App {
    pub(crate) units: Vec<Unit>,
    pub(crate) by_id: HashMap<String, usize>,
    pub(crate) routes: Routes,
    pub(crate) limits: Limits,
    pub(crate) allow_private_networks: bool,
    pub(crate) ticker: Arc<Ticker>,
    pub(crate) places: Places,
    pub(crate) tls: OnceLock<tokio_rustls::TlsConnector>,
}

/// A component, ready to be instantiated, and what it is granted.
pub(crate) struct Unit {
    pub(crate) id: Arc<str>,
    pub(crate) pre: ProxyPre<State>,
    pub(crate) variables: HashMap<String, String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) databases: HashMap<String, Database>,
    pub(crate) postgres: postgres::Databases,
    pub(crate) outbound: Vec<AllowedHost>,
    pub(crate) share: Share,
}
