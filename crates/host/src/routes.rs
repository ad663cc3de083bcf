//! From a path to a component, and the `spin-*` headers that tell the component how it was reached.

use std::{collections::HashMap, net::SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header};

use crate::manifest::{Manifest, Route};

const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");

/// All public routes, made once.
pub(crate) struct Routes {
    exact: HashMap<String, Target>,
    /// Longest prefix first.
    wildcards: Vec<(String, Target)>,
    /// Stands for the route of a call by id, which is as if by `/...`.
    direct: Labels,
}

/// A route's component and headers.
struct Target {
    component: usize,
    labels: Labels,
}

/// The headers that a route always sets to the same values.
pub(crate) struct Labels {
    matched: HeaderValue,
    raw: HeaderValue,
    prefix: HeaderValue,
}

/// A component that a path leads to.
pub(crate) struct Match<'a> {
    pub(crate) component: usize,
    pub(crate) labels: &'a Labels,
    /// What of the path is below the route.
    pub(crate) path_info: String,
}

impl Routes {
    /// `Err` holds a route that cannot be put into a header.
    pub(crate) fn new(manifest: &Manifest) -> Result<Self, String> {
        let mut exact = HashMap::new();
        let mut wildcards = Vec::new();
        for (component, described) in manifest.components.iter().enumerate() {
            for route in &described.routes {
                let target = Target { component, labels: Labels::new(route)? };
                match route {
                    Route::Exact(path) => drop(exact.insert(trimmed(path).to_owned(), target)),
                    Route::Wildcard(prefix) => wildcards.push((prefix.clone(), target)),
                }
            }
        }
        wildcards.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(Self { exact, wildcards, direct: Labels::new(&Route::Wildcard(String::new()))? })
    }

    /// Exact routes first, then the longest wildcard.
    pub(crate) fn find(&self, path: &str) -> Option<Match<'_>> {
        if let Some(Target { component, labels }) = self.exact.get(trimmed(path)) {
            return Some(Match { component: *component, labels, path_info: String::new() });
        }
        self.wildcards.iter().find_map(|(prefix, Target { component, labels })| {
            let below = path.strip_prefix(prefix.as_str())?;
            let whole_segments = below.is_empty() || below.starts_with('/');
            whole_segments.then(|| Match {
                component: *component,
                labels,
                path_info: below.to_owned(),
            })
        })
    }

    /// A call by the component's id.
    pub(crate) fn direct(&self, component: usize, path: &str) -> Match<'_> {
        Match { component, labels: &self.direct, path_info: path.to_owned() }
    }
}

/// A slash at the end makes no other path.
fn trimmed(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

impl Labels {
    fn new(route: &Route) -> Result<Self, String> {
        let raw = route.to_string();
        let prefix = match route {
            Route::Exact(path) | Route::Wildcard(path) => path,
        };
        let value = |text: &str| HeaderValue::from_str(text).map_err(|_| raw.clone());
        Ok(Self { matched: value(trimmed(&raw))?, raw: value(&raw)?, prefix: value(prefix)? })
    }
}

/// Sets the headers that Spin sets, in place of any that came from outside.
pub(crate) fn label<B>(
    request: &mut Request<B>,
    found: &Match<'_>,
    client: SocketAddr,
) -> Result<(), &'static str> {
    let host = match request.headers().get(header::HOST) {
        Some(host) => host.clone(),
        None => {
            let host =
                request.uri().authority().map_or("localhost", |authority| authority.as_str());
            HeaderValue::from_str(host).map_err(|_| "its host is no text")?
        }
    };
    let url = full_url(request.uri(), &host).ok_or("its host is no text")?;
    let path_info =
        HeaderValue::from_str(&found.path_info).map_err(|_| "its path is no plain text")?;
    let headers = request.headers_mut();
    drop_spin_headers(headers);
    headers.insert(header::HOST, host);
    headers.insert(FULL_URL, url);
    headers.insert(PATH_INFO, path_info);
    headers.insert(MATCHED_ROUTE, found.labels.matched.clone());
    headers.insert(BASE_PATH, HeaderValue::from_static("/"));
    headers.insert(RAW_COMPONENT_ROUTE, found.labels.raw.clone());
    headers.insert(COMPONENT_ROUTE, found.labels.prefix.clone());
    if let Ok(client) = HeaderValue::from_str(&client.to_string()) {
        headers.insert(CLIENT_ADDR, client);
    }
    Ok(())
}

fn full_url(uri: &Uri, host: &HeaderValue) -> Option<HeaderValue> {
    let scheme = uri.scheme_str().unwrap_or("http");
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    HeaderValue::from_str(&format!("{scheme}://{}{path}", host.to_str().ok()?)).ok()
}

fn drop_spin_headers(headers: &mut HeaderMap) {
    let foreign: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("spin-")).cloned().collect();
    for name in foreign {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests;
