//! The same paths lead to the same components as on Spin.

use std::path::Path;

use super::*;

const MANIFEST: &str = r#"
spin_manifest_version = 2
application = { name = "a" }
trigger.http = [
    { route = "/api/...", component = "api" },
    { route = "/api/exact", component = "exact" },
    { route = "/api/deep/er/...", component = "deep" },
    { route = "/", component = "root" },
    { route = { private = true }, component = "private" },
]
[component]
api = { source = "x" }
deep = { source = "x" }
exact = { source = "x" }
private = { source = "x" }
root = { source = "x" }
"#;

fn routes() -> (Vec<String>, Routes) {
    let manifest = Manifest::parse(MANIFEST, Path::new("spin.toml")).unwrap();
    let routes = Routes::new(&manifest).unwrap();
    (manifest.components.into_iter().map(|component| component.id).collect(), routes)
}

/// `expect` is the component and the path below its route, or `-`.
#[track_caller]
fn check(path: &str, expect: &str) {
    let (ids, routes) = routes();
    let found = match routes.find(path) {
        Some(found) => format!("{} {:?}", ids[found.component], found.path_info),
        None => "-".to_owned(),
    };
    assert_eq!(found, expect, "{path}");
}

#[test]
fn an_exact_route_wins_over_a_wildcard() {
    check("/api/exact", "exact \"\"");
    check("/api/exact/", "exact \"\"");
    check("/api/exact/more", "api \"/exact/more\"");
    check("/", "root \"\"");
}

#[test]
fn the_longest_wildcard_wins() {
    check("/api", "api \"\"");
    check("/api/", "api \"/\"");
    check("/api/deep", "api \"/deep\"");
    check("/api/deep/er", "deep \"\"");
    check("/api/deep/er/x/", "deep \"/x/\"");
    check("/api/deep/erx", "api \"/deep/erx\"");
}

#[test]
fn what_has_no_route_is_not_found() {
    check("/apix", "-");
    check("//api/x", "-");
    check("/private", "-");
    check("/%61pi", "-");
}

#[test]
fn a_component_learns_how_it_was_reached_and_cannot_be_lied_to() {
    let (_, routes) = routes();
    let mut request = Request::builder()
        .uri("/api/x?y=1")
        .header("host", "example.com:8080")
        .header("spin-client-addr", "9.9.9.9:9")
        .header("spin-path-match-user", "root")
        .body(())
        .unwrap();
    let found = routes.find("/api/x").unwrap();
    label(&mut request, &found, ([10, 0, 0, 1], 4000).into()).unwrap();

    let mut headers: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    headers.sort();
    assert_eq!(
        headers,
        [
            "host: example.com:8080",
            "spin-base-path: /",
            "spin-client-addr: 10.0.0.1:4000",
            "spin-component-route: /api",
            "spin-full-url: http://example.com:8080/api/x?y=1",
            "spin-matched-route: /api/...",
            "spin-path-info: /x",
            "spin-raw-component-route: /api/...",
        ]
    );
}
