//! Settings of the sidecar, and what is wrong between them.

use std::collections::BTreeMap;

use super::super::{Config, Flags};
use super::Dapr;

fn load(env: &[(&'static str, &'static str)]) -> Result<Dapr, String> {
    let env: BTreeMap<&str, &str> = env.iter().copied().collect();
    let config = Config::load(&env, &Flags::default());
    config.map(|config| config.dapr).map_err(|errors| errors.to_string())
}

#[test]
fn the_sidecar_is_on_this_machine_unless_said_otherwise() {
    let dapr = load(&[]).unwrap();
    assert_eq!(
        (dapr.grpc.as_str(), dapr.http.as_str()),
        ("http://127.0.0.1:50001", "http://127.0.0.1:3500")
    );
    assert!(dapr.listen.ip().is_loopback());
    assert!(dapr.statestore.is_none() && dapr.components_app.is_none());
    let env = [("TASKLOOM_DAPR_GRPC_PORT", "7"), ("TASKLOOM_DAPR_HTTP_PORT", "8")];
    let dapr = load(&env).unwrap();
    assert_eq!(
        (dapr.grpc.as_str(), dapr.http.as_str()),
        ("http://127.0.0.1:7", "http://127.0.0.1:8")
    );
    let dapr = load(&[("TASKLOOM_DAPR_ENDPOINT", "http://sidecar:50001")]).unwrap();
    assert_eq!(
        (dapr.grpc.as_str(), dapr.http.as_str()),
        ("http://sidecar:50001", "http://sidecar:3500")
    );
}

#[test]
fn callbacks_from_outside_need_a_token() {
    let outside = ("TASKLOOM_DAPR_LISTEN", "0.0.0.0:9094");
    assert_eq!(
        load(&[outside]).unwrap_err(),
        "`dapr_listen` can be reached from outside, so it needs `dapr_app_token`"
    );
    let dapr = load(&[outside, ("TASKLOOM_DAPR_APP_TOKEN", "hunter2")]).unwrap();
    assert!(!format!("{dapr:?}").contains("hunter2"));
}

#[test]
fn what_is_needed_to_ask_the_sidecar_cannot_be_there() {
    assert_eq!(
        load(&[("TASKLOOM_DAPR_API_TOKEN", "dapr://secrets/token")]).unwrap_err(),
        "`dapr_api_token` is needed to ask the sidecar, so it cannot be there"
    );
    assert_eq!(
        load(&[("TASKLOOM_DAPR_GRPC_PORT", "70000")]).unwrap_err(),
        "`TASKLOOM_DAPR_GRPC_PORT` is not a port, 1 to 65535"
    );
}
