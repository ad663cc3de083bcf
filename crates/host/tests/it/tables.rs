//! A component written by hand, since no Rust program can grow a table of WebAssembly's own.

use std::fmt::Write as _;

use host::{Host, Settings, full};
use http::Request;

use super::harness::{self, answer};

/// A component whose handler runs this body.
pub(crate) fn component(module_fields: &str, handler: &str) -> Vec<u8> {
    let mut text = String::new();
    let _ = write!(
        text,
        r#"(component
            (import "wasi:http/types@0.2.0" (instance $types
                (export "incoming-request" (type (sub resource)))
                (export "response-outparam" (type (sub resource)))))
            (alias export $types "incoming-request" (type $request))
            (alias export $types "response-outparam" (type $out))
            (core module $module
                {module_fields}
                (func (export "handle") (param i32 i32) {handler}))
            (core instance $instance (instantiate $module))
            (func $handle (param "request" (own $request)) (param "response-out" (own $out))
                (canon lift (core func $instance "handle")))
            (instance $handler (export "handle" (func $handle)))
            (export "wasi:http/incoming-handler@0.2.0" (instance $handler)))"#
    );
    wat::parse_str(text).unwrap()
}

const MANIFEST: &str = r#"
spin_manifest_version = 2
application = { name = "by-hand" }
trigger.http = [{ route = "/...", component = "by-hand" }]
component.by-hand = { source = "by-hand.wasm" }
"#;

#[tokio::test]
async fn a_table_bomb_ends_at_its_limit() {
    let grow = "(table $t 1 funcref)";
    let handler = "(loop $more
        (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 500)) (i32.const -1))))
        unreachable";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("by-hand.wasm"), component(grow, handler)).unwrap();
    let manifest = harness::write_manifest(folder.path(), MANIFEST);
    let (log, _guard) = harness::log();
    let host = Host::load(Settings::new(manifest, folder.path().join("cache"))).await.unwrap();

    let request = Request::get("/").body(full("")).unwrap();
    let answer = answer(host.handle(request).await).await;
    assert_eq!(answer.status.as_u16(), 500);
    assert!(answer.body.unwrap().contains("component-table"));
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    assert!(log.contains("`by-hand`: stopped at its table limit"), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
}
